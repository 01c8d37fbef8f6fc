#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <iostream>
#include <map>
#include <pwd.h>
#include <unistd.h>

#include "bench/inspection.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/terminal.hpp"

namespace ipcmark {

namespace {

using kind = ipc_object::kind;

struct page {
    const inspection& view;
    painter paint{colour_wanted(STDOUT_FILENO)};
    std::size_t columns = terminal_columns(STDOUT_FILENO);

    /// A line that breaks at spaces and goes on below its own beginning.
    void line(std::size_t indent, const std::string& text) const {
        std::cout << std::string(indent, ' ') << wrapped(text, indent, columns) << '\n';
    }
    void title(std::string_view text, std::string_view more = "") const {
        std::cout << paint.bold(text) << (more.empty() ? "" : ": ") << more << '\n';
    }
};

std::string amount_text(std::uint64_t amount, limit_unit unit) {
    return unit == limit_unit::bytes ? limit_bytes_text(static_cast<std::int64_t>(amount))
                                     : std::to_string(amount);
}

/// 2^64 less a page or two: what the kernel writes for "none".
bool is_boundless(const std::string& text) {
    return text.size() > 18 && text.find_first_not_of("0123456789") == std::string::npos;
}

std::string value_text(const ipc_limit& limit) {
    if (limit.value.is_text()) {
        const auto text = limit.value.as_text();
        return is_boundless(text) ? "no limit" : text;
    }
    std::string text = amount_text(limit.value.as_uint(), limit.unit);
    if (limit.unit == limit_unit::microseconds) text += " us";
    if (limit.unit == limit_unit::pages) text += " pages";
    return text;
}

/// "3 of 4096", where what is taken can be told.
std::string use_text(const ipc_limit& limit, const inspection& view) {
    const auto used = view.in_use.find(limit.key);
    std::string value = value_text(limit);
    if (used == view.in_use.end()) return value;
    const std::string taken = amount_text(used->second, limit.unit);
    return fmt::format("{}{}{}", taken, value == "no limit" ? ", " : " of ", value);
}

void print_limit(const page& out, const ipc_limit& limit) {
    constexpr std::size_t name_width = 31;
    constexpr std::size_t value_width = 20;
    constexpr std::size_t wide = 120;
    const bool table = out.columns >= wide;
    const std::size_t indent = table ? 2 + name_width + 2 + value_width + 2 : 6;
    const std::string value = use_text(limit, out.view);
    std::cout << fmt::format("  {:<{}}  {:>{}}", limit.name, name_width, value, value_width)
              << (table && value.size() <= value_width ? "  " : "\n" + std::string(indent, ' '))
              << wrapped(std::string(limit.bounds), indent, out.columns) << '\n';
    if (!limit.raise.empty())
        std::cout << std::string(indent, ' ') << out.paint(escape::cyan, limit.raise) << '\n';
}

void print_limits(const page& out) {
    std::string_view group;
    std::vector<std::string_view> absent;
    for (const auto& limit : *out.view.limits) {
        if (!is_available(limit.value)) {
            absent.push_back(limit.name);
            continue;
        }
        if (limit.group != group) {
            std::cout << (group.empty() ? "" : "\n");
            out.title("Limits", limit.group);
        }
        group = limit.group;
        print_limit(out, limit);
    }
    std::cout << '\n';
    if (!absent.empty())
        out.line(0, fmt::format("Not on this machine: {}.", fmt::join(absent, ", ")));
}

struct object_group {
    kind what;
    std::string_view title;
    std::string_view folder;  // left out of the names
};
constexpr std::array object_groups{
    object_group{kind::file, "POSIX shared memory in /dev/shm", "/dev/shm/"},
    object_group{kind::semaphore, "POSIX named semaphores in /dev/shm", "/dev/shm/sem."},
    object_group{kind::queue, "POSIX message queues", ""},
    object_group{kind::sysv_shm, "System V shared memory", ""},
    object_group{kind::sysv_msg, "System V message queues", ""},
    object_group{kind::sysv_sem, "System V semaphore sets", ""},
    object_group{kind::fifo, "FIFOs that processes have open", ""},
    object_group{kind::socket, "Unix sockets with a name", ""}};

std::string object_name(const ipc_object& object, std::string_view folder) {
    if (object.numbered())
        return fmt::format("{} (key 0x{:08x})", object.name,
                           static_cast<std::uint32_t>(object.key));
    return object.name.starts_with(folder) ? object.name.substr(folder.size()) : object.name;
}

std::string users_text(const ipc_object& object, const ipc_snapshot& snapshot) {
    constexpr std::size_t shown = 4;
    if (object.handles.empty()) return {};
    const auto users = snapshot.users_of(object);
    if (users.empty())
        return snapshot.held.hidden == 0 ? "nobody has it open" : "nobody to be seen has it open";
    std::string text;
    for (std::size_t i = 0; i < std::min(users.size(), shown); ++i)
        text +=
            fmt::format("{}{} {}", i == 0 ? "open in " : ", ", users[i]->command, users[i]->pid);
    return users.size() > shown ? text + fmt::format(" and {} more", users.size() - shown) : text;
}

/// "alice     0600   16 MiB    3 min"
std::string access_text(const ipc_object& object, std::int64_t now_s) {
    return fmt::format("{:<8}  {:<4}  {:>10}  {:>7}", user_text(object.owner),
                       object.mode == 0 ? "-" : fmt::format("{:04o}", object.mode),
                       object.bytes ? amount_text(*object.bytes, limit_unit::bytes) : "-",
                       object.since_s > 0 ? age_text(now_s - object.since_s) : "-");
}

constexpr std::size_t access_width = 8 + 2 + 4 + 2 + 10 + 2 + 7;

/// One column of names for every kind; a name that is too long has a line of its own.
std::size_t name_width_of(const page& out) {
    const std::size_t most = out.columns - access_width - 4;
    std::size_t width = 4;
    for (const auto& object : out.view.snapshot->objects)
        for (const auto& group : object_groups)
            if (object.what == group.what && out.view.shows(object.owner))
                if (const auto size = object_name(object, group.folder).size(); size <= most)
                    width = std::max(width, size);
    return width;
}

void print_object(const page& out, const ipc_object& object, const std::string& name,
                  std::size_t name_width) {
    std::string state = object.state;
    if (const auto users = users_text(object, *out.view.snapshot); !users.empty())
        state += (state.empty() ? "" : "; ") + users;
    std::cout << "  " << out.paint(escape::cyan, name)
              << (name.size() <= name_width ? std::string(name_width - name.size() + 2, ' ')
                                            : "\n" + std::string(name_width + 4, ' '))
              << access_text(object, out.view.now_s);
    const bool fits = 2 + name_width + 2 + access_width + 2 + state.size() <= out.columns;
    std::cout << (fits ? "  " + state : "") << '\n';
    if (!fits) out.line(6, state);
}

/// false: there is none of this kind.
bool print_group(const page& out, const object_group& group, std::size_t name_width) {
    std::vector<const ipc_object*> rows;
    std::uint64_t bytes = 0;
    for (const auto& object : out.view.snapshot->objects) {
        if (object.what != group.what || !out.view.shows(object.owner)) continue;
        rows.push_back(&object);
        bytes += object.bytes.value_or(0);
    }
    if (rows.empty()) return false;
    out.title(group.title,
              fmt::format("{}{}", rows.size(),
                          bytes == 0 ? "" : ", " + amount_text(bytes, limit_unit::bytes)));
    for (const auto* object : rows)
        print_object(out, *object, object_name(*object, group.folder), name_width);
    std::cout << '\n';
    return true;
}

constexpr std::array descriptor_words{std::pair{descriptor::pipe, "pipes"},
                                      std::pair{descriptor::fifo, "FIFOs"},
                                      std::pair{descriptor::unix_socket, "Unix sockets"},
                                      std::pair{descriptor::other_socket, "other sockets"},
                                      std::pair{descriptor::pty, "ptys"},
                                      std::pair{descriptor::memfd, "memfds"},
                                      std::pair{descriptor::shared_memory, "shared memory"},
                                      std::pair{descriptor::queue, "message queues"},
                                      std::pair{descriptor::eventfd, "eventfds"},
                                      std::pair{descriptor::signalfd, "signalfds"},
                                      std::pair{descriptor::timerfd, "timerfds"},
                                      std::pair{descriptor::pidfd, "pidfds"},
                                      std::pair{descriptor::epoll, "epoll"},
                                      std::pair{descriptor::inotify, "inotify"},
                                      std::pair{descriptor::io_uring, "io_uring"},
                                      std::pair{descriptor::userfaultfd, "userfaultfds"}};

/// Processes of one user and command, added up.
struct program {
    process_ipc sum;
    std::size_t processes = 0;
};

std::vector<program> programs_of(const inspection& view) {
    std::map<std::pair<uid_t, std::string>, program> by_name;
    for (const auto& process : view.snapshot->held.processes) {
        if (process.total() == 0 || !view.shows(process.user)) continue;
        auto& [sum, processes] = by_name[{process.user, process.command}];
        if (processes++ == 0) {
            sum = process;
            continue;
        }
        for (const auto& [what, count] : process.counts)
            sum.counts[what] += count;
        sum.memfd_bytes += process.memfd_bytes;
        sum.inotify_watches += process.inotify_watches;
        sum.epoll_watches += process.epoll_watches;
    }
    std::vector<program> programs;
    for (auto& [key, entry] : by_name)
        programs.push_back(std::move(entry));
    std::ranges::stable_sort(programs, std::greater{},
                             [](const auto& each) { return each.sum.total(); });
    return programs;
}

std::string counts_text(const process_ipc& process) {
    std::string text;
    for (const auto& [what, word] : descriptor_words) {
        const auto at = process.counts.find(what);
        if (at == process.counts.end()) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", word, at->second);
        if (what == descriptor::memfd)
            text += fmt::format(" ({})", amount_text(process.memfd_bytes, limit_unit::bytes));
        if (what == descriptor::inotify)
            text += fmt::format(" (watching {})", process.inotify_watches);
        if (what == descriptor::epoll) text += fmt::format(" (watching {})", process.epoll_watches);
    }
    return text;
}

void print_programs(const page& out) {
    const auto programs = programs_of(out.view);
    if (programs.empty()) return;
    std::size_t processes = 0;
    for (const auto& each : programs)
        processes += each.processes;
    out.title("Descriptors", counted(processes, "process", "es"));
    for (const auto& [sum, count] : programs) {
        const std::string who = count == 1 ? std::to_string(sum.pid) : fmt::format("x {}", count);
        const std::string head =
            fmt::format("{:<15}  {:>8}  {:<8}  ", sum.command, who, user_text(sum.user));
        const std::size_t indent = 2 + head.size();
        std::cout << "  " << head << wrapped(counts_text(sum), indent, out.columns) << '\n';
    }
    std::cout << '\n';
}

void print_objects(const page& out) {
    const std::size_t name_width = name_width_of(out);
    std::vector<std::string_view> none;
    const auto shown = [&](const ipc_object& object) { return out.view.shows(object.owner); };
    const auto& snapshot = *out.view.snapshot;
    if (std::ranges::any_of(snapshot.objects, shown))
        std::cout << out.paint.dim(fmt::format("  {:<{}}  {:<8}  {:<4}  {:>10}  {:>7}", "name",
                                               name_width, "user", "mode", "size", "age"))
                  << '\n';
    for (const auto& group : object_groups)
        if (!print_group(out, group, name_width)) none.push_back(group.title);
    print_programs(out);
    if (!none.empty()) out.line(0, fmt::format("None: {}.", fmt::join(none, "; ")));
    out.line(0, fmt::format("Without a name: {} in this network namespace.",
                            counted(snapshot.unnamed_sockets, "Unix socket")));
    const auto others = std::ranges::count_if(snapshot.objects, std::not_fn(shown));
    if (others > 0)
        out.line(0, fmt::format("Not shown: {} of other users (--all-users shows them).",
                                counted(static_cast<std::uint64_t>(others), "object")));
    for (const auto& sentence : snapshot.unseen)
        out.line(0, fmt::format("Not seen: {}.", sentence));
    std::cout << '\n';
}

std::string run_head(const run_entry& run, const page& out) {
    return fmt::format(
        "{}: {}, {}{}", run.name, run.why,
        out.view.only == run.owner ? "" : user_text(run.owner) + "'s, ",
        "last sign of life " + (age_text(out.view.now_s - run.since_s) == "now"
                                    ? std::string("just now")
                                    : age_text(out.view.now_s - run.since_s) + " ago"));
}

const std::vector<removal>* removals_of(const run_entry& run, const inspection& view) {
    const auto at = std::ranges::find(view.cleaned, &run, &cleaned_run::run);
    return at == view.cleaned.end() ? nullptr : &at->done;
}

void print_dead_run(const run_entry& run, const page& out) {
    out.line(2, run_head(run, out));
    if (const auto* done = removals_of(run, out.view)) {
        for (const auto& each : *done)
            out.line(4, each.error.empty()
                            ? "removed " + each.what
                            : fmt::format("could not remove {}: {}", each.what, each.error));
        return;
    }
    const std::string verb = out.view.dry ? "would remove " : "";
    for (const auto& object : run.objects)
        out.line(4, fmt::format("{}{}{}", verb, object.title(),
                                object.bytes ? ", " + limit_bytes_text(
                                                          static_cast<std::int64_t>(*object.bytes))
                                             : ""));
    if (!run.folder.empty())
        out.line(4, fmt::format("{}folder {}, {}", verb, run.folder.string(),
                                counted(run.folder_files, "file")));
}

void print_runs(const page& out) {
    std::map<liveness, std::vector<const run_entry*>> by_liveness;
    std::size_t others = 0;
    for (const auto& run : out.view.scan->runs) {
        if (out.view.shows(run.owner))
            by_liveness[run.is].push_back(&run);
        else
            ++others;
    }
    out.title("Left over from dead runs of ipcmark",
              by_liveness[liveness::dead].empty() ? "nothing" : "");
    const auto& dead = by_liveness[liveness::dead];
    for (const auto* run : dead)
        print_dead_run(*run, out);
    if (!dead.empty() && out.view.cleaned.empty()) {
        const bool swept =
            std::ranges::all_of(dead, [](auto* run) { return !run->folder.empty(); });
        out.line(2, fmt::format("`ipcmark inspect --clean` removes them{}.",
                                swept ? "; so does this user's next `ipcmark run`" : ""));
    }
    for (const auto* run : by_liveness[liveness::living])
        out.line(0, fmt::format("Living, left alone: {} ({}).", run->name, run->why));
    for (const auto* run : by_liveness[liveness::unclear])
        out.line(0, fmt::format("Unclear, left alone: {} ({}).", run->name, run->why));
    if (others > 0)
        out.line(0, fmt::format("Not shown: {} of other users (--all-users shows them).",
                                counted(others, "run")));
    for (const auto& sentence : out.view.scan->unseen)
        out.line(0, fmt::format("Not seen: {}.", sentence));
}

}  // namespace

std::string user_text(uid_t user) {
    if (user == ipc_object::no_owner) return "?";
    const passwd* entry = ::getpwuid(user);
    return entry == nullptr ? std::to_string(user) : entry->pw_name;
}

void print_inspection(const inspection& view) {
    const page out{view};
    if (view.limits) print_limits(out);
    if (view.limits && view.snapshot) std::cout << '\n';
    if (view.snapshot) print_objects(out);
    if (view.limits && !view.snapshot && view.scan) std::cout << '\n';
    if (view.scan) print_runs(out);
}

}  // namespace ipcmark
