#include <ctime>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "bench/inspection.hpp"
#include "bench/subcommand.hpp"

namespace ipcmark {

namespace {

constexpr const char* inspect_examples =
    "Without --limits, --objects or --left all three are shown; --clean alone shows what it\n"
    "removes. Objects and runs are those of this user unless --all-users or --user says "
    "otherwise.\n"
    "Examples:\n"
    "  ipcmark inspect\n"
    "  ipcmark inspect --limits | less\n"
    "  sudo ipcmark inspect --objects --all-users\n"
    "  ipcmark inspect --clean --dry-run    what would be removed\n"
    "  ipcmark inspect --clean              removes what dead runs left, and nothing else\n"
    "  ipcmark inspect --json | jq '.limits[] | select(.group == \"pipes\") | .raise'\n"
    "Exit codes: 0 ok; 2 usage; 5 --clean could not remove something.\n";

uid_t parse_user(const std::string& text) {
    if (const passwd* entry = ::getpwnam(text.c_str())) return entry->pw_uid;
    if (const auto number = whole_number(text); number && *number >= 0)
        return static_cast<uid_t>(*number);
    throw command_error("there is no user '" + text + "'; give a name or a number");
}

std::optional<uid_t> wanted_user(const cxxopts::ParseResult& options) {
    const bool all = options.count("all-users") > 0;
    if (options.count("user") == 0) return all ? std::nullopt : std::optional(::geteuid());
    if (all) throw command_error("--user and --all-users exclude each other; give one of them");
    return parse_user(options["user"].as<std::string>());
}

/// Removes what the chosen dead runs left.
void clean(inspection& view) {
    for (auto& run : view.scan->runs)
        if (run.is == liveness::dead && view.shows(run.owner))
            view.cleaned.push_back({&run, remove_run(run)});
}

/// One sentence about what --clean could not remove; empty: it removed everything.
std::string refusal(const inspection& view) {
    std::size_t failed = 0;
    std::string first;
    for (const auto& [run, done] : view.cleaned)
        for (const auto& each : done) {
            if (each.error.empty()) continue;
            if (failed++ == 0)
                first = fmt::format(
                    "{}: {}; {}", each.what, each.error,
                    run->owner == ::geteuid()
                        ? "make its folder writable and run --clean again"
                        : "run `ipcmark inspect --clean` as " + user_text(run->owner) + " or root");
        }
    if (failed == 0) return {};
    return fmt::format("could not remove {}{}", first,
                       failed == 1 ? "" : fmt::format(" (and {} more)", failed - 1));
}

inspection look(const cxxopts::ParseResult& options) {
    const auto asked = [&](const char* option) { return options.count(option) > 0; };
    const bool none = !asked("limits") && !asked("objects") && !asked("left") && !asked("clean");
    inspection view;
    view.only = wanted_user(options);
    view.now_s = std::time(nullptr);
    view.dry = asked("dry-run");
    if (view.dry && !asked("clean"))
        throw command_error("--dry-run says what --clean would remove: give both");
    if (none || asked("objects") || asked("limits")) view.snapshot = take_ipc_snapshot();
    if (none || asked("limits")) {
        view.limits = ipc_limits();
        view.in_use = limits_in_use(*view.snapshot, view.only.value_or(::geteuid()));
    }
    if (!none && !asked("objects")) view.snapshot.reset();
    if (none || asked("left") || asked("clean")) view.scan = scan_runs();
    if (asked("clean") && !view.dry) clean(view);
    return view;
}

int run_inspect(const invocation& call) {
    cxxopts::Options options(
        "ipcmark inspect",
        "The machine's IPC limits, the objects that live now and whose they are, and what dead\n"
        "runs of ipcmark left over\n");
    options.add_options()("limits", "What bounds IPC here, and the command that raises each")(
        "objects", "What lives now, who owns it, who uses it")(
        "left", "What dead runs of ipcmark left over")("clean", "Remove what dead runs left over")(
        "n,dry-run", "With --clean: remove nothing, say what would be removed")(
        "a,all-users", "Objects and runs of every user")("u,user", "Objects and runs of this user",
                                                         cxxopts::value<std::string>(),
                                                         "NAME|UID")("json", "As JSON");
    const auto parsed = parse_arguments(options, call, inspect_examples);
    if (!parsed) return exit_ok;
    const inspection view = look(*parsed);
    if (parsed->count("json") > 0)
        print_inspection_json(view);
    else
        print_inspection(view);
    if (const std::string refused = refusal(view); !refused.empty())
        throw command_error(refused, exit_environment_refused);
    return exit_ok;
}

}  // namespace

extern const subcommand inspect_command{
    "inspect", "IPC limits, living objects, what dead runs left over", &run_inspect};

}  // namespace ipcmark
