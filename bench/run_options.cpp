#include "bench/run_options.hpp"

#include <charconv>
#include <fmt/format.h>
#include <limits>

#include "bench/plan_file.hpp"
#include "bench/terminal.hpp"
#include "harness/base/sizes.hpp"
#include "harness/base/suggest.hpp"

namespace ipcmark {

namespace {

constexpr const char* examples =
    "Examples:\n"
    "  ipcmark run --profile quick --html report.html\n"
    "  ipcmark run --mechanism pipe,unix_stream --payload 64,4Ki --placement same_cpu,cross\n"
    "  ipcmark run --filter 'round_trip/.*/64/' --filter=-posix_mq --spawns 20\n"
    "  ipcmark run --plan my_plan.json --time-budget 10m --json result.json\n"
    "  ipcmark run --pattern paced --mechanism pipe,tcp --payload 64 --load 10..95% --html "
    "load.html\n"
    "  ipcmark run --pattern wake,setup,burst --mechanism unix_sockets --payload 64\n"
    "  ipcmark run --pattern switch,switch_ring --mechanism pipe --payload 64\n"
    "  ipcmark run --calibration quiet_host.json      (from ipcmark calibrate, this machine's)\n"
    "  ipcmark run --strict --reruns 3 && echo quiet enough\n"
    "  ipcmark run --mechanism eventfd --idle-ms 2000 --no-layout-randomisation --seed 1\n"
    "  ipcmark run --mechanism pipe --json - | jq '.cells[].summary.p50_ns.median'\n";

constexpr const char* vocabulary =
    "Cells are named pattern/mechanism/payload_bytes/placement, and /parameter=value. Touch, what "
    "both sides do to the\n"
    "bytes: desc (header only), line (8 bytes a cache line), rw (every byte written and read: the\n"
    "headline), copy (memcpy from and to a private buffer), verify (checksums, for correctness).\n"
    "Exit codes: 0 ok; 2 usage; 3 a cell failed, timed out or was faster than its floor (then the\n"
    "floor, or the figure, is wrong); 4 nothing matched; 5 the environment was refused (temporary\n"
    "folder, output file, another machine's calibration, --strict); 7 unreadable calibration; 130\n"
    "interrupted, what was complete is written.\n";

/// What each pattern answers, and how.
std::string pattern_lines() {
    std::string text = "\nPatterns:\n";
    for (const pattern_info& row : pattern_table)
        text +=
            wrapped(fmt::format("  {:<12} {} {}.", row.word, row.question, row.method), 15) + "\n";
    return text + "\n";
}

void add_options(cxxopts::Options& options) {
    using cxxopts::value;
    options.add_options("What to measure")(
        "m,mechanism",
        "Mechanisms and families (unix_sockets), comma-separated; all: every one (default: the "
        "profile's)",
        value<std::string>(), "NAMES")("pattern", pattern_words(), value<std::string>(), "WORDS")(
        "p,payload", "Message sizes: 64,4Ki,1Mi", value<std::string>(), "SIZES")(
        "placement", "cross (nearest two CPUs), same_cpu, smt, l2, l3, package, numa, free",
        value<std::string>(),
        "WORDS")("filter", "Regular expression over cell names; a leading - excludes; repeatable",
                 value<std::vector<std::string>>(),
                 "REGEX")("touch", "desc, line, rw, copy or verify", value<std::string>(), "WORD")(
        "depth", "Messages a mechanism should be able to hold (default: about 256 KiB)",
        value<std::string>(),
        "N")("plan", "A plan file; flags override it", value<std::string>(), "FILE");
    for (const parameter_spec* each : all_parameters())
        options.add_option(
            "Patterns with a parameter",
            {std::string(each->flag), patterns_with(*each) + ": " + std::string(each->help),
             value<std::string>(), std::string(each->metavar)});
    options.add_options("How much")(
        "profile", "quick (5 spawns a cell), default (20) or rigorous (40)", value<std::string>(),
        "NAME")("spawns", "Fresh process pairs per cell", value<std::string>(), "N")(
        "spawn-ms", "Timed phase of one spawn", value<std::string>(), "MS")(
        "time-budget",
        "Such as 10m: spawns go where the intervals are widest, after 6 rounds of every cell",
        value<std::string>(),
        "TIME")("no-floors", "Leave out the probes of what this machine could do at best")(
        "reruns",
        "Run a contaminated spawn again, at most so often in its round (default 2; 0: never)",
        value<std::string>(),
        "N")("strict",
             "Exit with 5 where doctor warns, before the run, or the result is unusable, after")(
        "idle-ms",
        "Silence in which the waiting side's CPU is measured, once for each mechanism and "
        "placement; 0: not at all",
        value<std::string>(),
        "MS")("no-layout-randomisation",
              "Give all spawns the same memory layout instead of a random one each")(
        "seed", "Seed of the order, the tags and the layouts (default: random, recorded)",
        value<std::string>(),
        "N")("deadline", "Seconds that a stage of a spawn may take beyond its plan (default 10)",
             value<std::string>(), "S");
    options.add_options("Output")(
        "json", "Result file (default results.json; - is standard output)", value<std::string>(),
        "FILE")("html", "Also write the report page", value<std::string>(), "FILE")(
        "calibration",
        "What `ipcmark calibrate` wrote on this machine, to be embedded (default: "
        "calibration.json beside the result)",
        value<std::string>(),
        "FILE")("dry-run", "Print the cells, what is skipped and why, and the time; start nothing")(
        "q,quiet", "No progress")("no-redact",
                                  "Record the host name as it is instead of a salted hash");
}

template <class Number>
Number whole_number(const cxxopts::ParseResult& parsed, const char* flag, Number least,
                    Number most) {
    const auto text = parsed[flag].as<std::string>();
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most)
        throw command_error("--" + std::string(flag) + " " + text + ": a whole number from " +
                            std::to_string(least) + " to " + std::to_string(most) + " is needed");
    return number;
}

template <class Enum>
Enum word(const std::string& text, const char* flag) {
    if (const auto value = from_word<Enum>(text)) return *value;
    std::vector<std::string> words;
    for (const auto& [member, name] : spelling<Enum>::words)
        words.emplace_back(name);
    throw command_error("--" + std::string(flag) + ": '" + text + "' is not one of " +
                        join_or(words));
}

/// Runs a parser of plan words and turns its complaint into a usage error of `flag`.
template <class Parse>
auto of_flag(const char* flag, Parse parse) {
    try {
        return parse();
    } catch (const std::invalid_argument& e) {
        throw command_error("--" + std::string(flag) + ": " + e.what());
    }
}

void check_placement_words(const std::vector<std::string>& words) {
    for (const auto& text : words)
        if (text != "cross" && !from_word<placement>(text))
            throw command_error("--placement: '" + text +
                                "' is not one of cross, same_cpu, smt, l2, "
                                "l3, package, numa or free");
}

void apply_what(const cxxopts::ParseResult& parsed, const invocation& call, plan_request& plan) {
    const auto list = [&](const char* flag) {
        auto words = split_list(parsed[flag].as<std::string>());
        if (words.empty()) throw command_error("--" + std::string(flag) + " names nothing");
        return words;
    };
    if (parsed.count("mechanism") > 0) plan.mechanisms = list("mechanism");
    if (parsed.count("pattern") > 0) {
        plan.patterns.clear();
        for (const auto& text : list("pattern"))
            plan.patterns.push_back(word<pattern>(text, "pattern"));
    }
    if (parsed.count("payload") > 0) {
        plan.payloads.clear();
        for (const auto& text : list("payload"))
            plan.payloads.push_back(of_flag("payload", [&] { return parse_payload_bytes(text); }));
    }
    if (parsed.count("placement") > 0) plan.placements = list("placement");
    check_placement_words(plan.placements);
    if (parsed.count("filter") > 0) plan.filters = parsed["filter"].as<std::vector<std::string>>();
    if (parsed.count("touch") > 0)
        plan.reads = word<touch>(parsed["touch"].as<std::string>(), "touch");
    if (parsed.count("depth") > 0)
        plan.depth = whole_number<std::size_t>(parsed, "depth", 1, 65'536);
    if (plan.mechanisms.empty()) return;
    std::string words;
    for (const auto& name : plan.mechanisms)
        words += name + ",";
    plan.mechanisms.clear();
    for (const registration* each : select_mechanisms(call.mechanisms, words))
        plan.mechanisms.emplace_back(each->info.name);
}

void apply_parameters(const cxxopts::ParseResult& parsed, parameter_request& varied) {
    for (const parameter_spec* each : all_parameters()) {
        const std::string flag(each->flag);
        if (parsed.count(flag) == 0) continue;
        const auto text = parsed[flag].as<std::string>();
        const auto words = each->several ? split_list(text) : std::vector{text};
        if (words.empty()) throw command_error("--" + flag + " names nothing");
        auto& values = varied.by_name[std::string(each->name)];
        values.clear();
        for (const auto& word : words)
            of_flag(flag.c_str(), [&] {
                for (const double value : each->parse(word))
                    values.push_back(value);
            });
    }
}

void apply_how_much(const cxxopts::ParseResult& parsed, run_options& options) {
    if (parsed.count("spawns") > 0)
        options.plan.spawns = whole_number<std::uint64_t>(parsed, "spawns", 1, 10'000);
    if (parsed.count("spawn-ms") > 0)
        options.plan.spawn_ms = whole_number<std::int64_t>(parsed, "spawn-ms", 1, 600'000);
    if (parsed.count("idle-ms") > 0)
        options.plan.idle_ms = whole_number<std::int64_t>(parsed, "idle-ms", 0, 60'000);
    if (parsed.count("no-layout-randomisation") > 0) options.plan.randomise_layout = false;
    if (parsed.count("time-budget") > 0)
        options.time_budget_s = of_flag("time-budget", [&] {
            return parse_duration_s(parsed["time-budget"].as<std::string>());
        });
    if (parsed.count("deadline") > 0)
        options.stage_deadline_ms = 1000 * whole_number<std::int64_t>(parsed, "deadline", 1, 3'600);
    if (parsed.count("reruns") > 0)
        options.reruns = whole_number<std::uint64_t>(parsed, "reruns", 0, 100);
    options.strict = parsed.count("strict") > 0;
    options.seed = parsed.count("seed") > 0
                       ? whole_number<std::uint64_t>(parsed, "seed", 0,
                                                     std::numeric_limits<std::uint64_t>::max())
                       : random_seed();
}

/// A flag's words are checked where they are read; a file's should be told by file and pointer.
void check_plan_mechanisms(const std::string& file, const plan_request& plan, const registry& all) {
    for (std::size_t i = 0; i < plan.mechanisms.size(); ++i)
        try {
            select_mechanisms(all, plan.mechanisms[i]);
        } catch (const command_error& e) {
            throw command_error(file + ": /mechanisms/" + std::to_string(i) + " " + e.what());
        }
}

std::string file_name(const cxxopts::ParseResult& parsed, const char* flag, std::string otherwise) {
    if (parsed.count(flag) == 0) return otherwise;
    auto name = parsed[flag].as<std::string>();
    if (name.empty()) throw command_error("--" + std::string(flag) + " needs the name of a file");
    return name;
}

}  // namespace

std::optional<run_options> parse_run_options(const invocation& call) {
    cxxopts::Options declared("ipcmark run",
                              "Spawns process pairs, measures every cell, writes the result\n");
    add_options(declared);
    const auto parsed =
        parse_arguments(declared, call, examples + pattern_lines() + vocabulary,
                        {"What to measure", "Patterns with a parameter", "How much", "Output"});
    if (!parsed) return std::nullopt;
    run_options options;
    options.plan = named_plan(parsed->count("profile") > 0 ? (*parsed)["profile"].as<std::string>()
                                                           : "default");
    if (const auto file = file_name(*parsed, "plan", ""); !file.empty()) {
        options.plan = read_plan(file, options.plan);
        check_plan_mechanisms(file, options.plan, call.mechanisms);
    }
    apply_what(*parsed, call, options.plan);
    apply_parameters(*parsed, options.plan.varied);
    apply_how_much(*parsed, options);
    options.json_file = file_name(*parsed, "json", options.json_file);
    options.html_file = file_name(*parsed, "html", "");
    options.calibration_file = file_name(*parsed, "calibration", "");
    options.dry_run = parsed->count("dry-run") > 0;
    options.floors = parsed->count("no-floors") == 0;
    options.quiet = parsed->count("quiet") > 0;
    options.redact = parsed->count("no-redact") == 0;
    if (options.html_file == "-" && options.json_file == "-")
        throw command_error("--json - and --html - cannot share standard output; give one a file");
    return options;
}

}  // namespace ipcmark
