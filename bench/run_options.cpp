#include "bench/run_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <memory>

#include "bench/outputs.hpp"
#include "bench/plan_file.hpp"
#include "bench/plan_flags.hpp"
#include "harness/base/sizes.hpp"
#include "harness/base/suggest.hpp"
#include "harness/base/terminal.hpp"
#include "harness/run/memory_limit.hpp"
#include "reports/view/figure_text.hpp"

namespace ipcmark {

namespace {

constexpr const char* run_examples =
    "Examples:\n"
    "  ipcmark run --html report.html                 (profile quick: a minute)\n"
    "  ipcmark run --profile default --print-plan > my_plan.json\n"
    "  ipcmark run --mechanism pipe,unix_stream --payload 64,4Ki --placement same_cpu,cross\n"
    "  ipcmark run --filter 'round_trip/.*/64/' --filter=-posix_mq --repetitions 20\n"
    "  ipcmark run --plan my_plan.json --time-budget 10m --json result.json\n"
    "  ipcmark run --pattern paced --mechanism pipe,tcp --payload 64 --load 10..95% --html "
    "load.html\n"
    "  ipcmark run --pattern wake,setup,burst --mechanism unix_sockets --payload 64\n"
    "  ipcmark run --pattern switch,switch_ring --mechanism pipe --payload 64\n"
    "  ipcmark run --pattern one_way -m posix_mq,pipe -p 64 --placement free "
    "--parties 1:1,4:1,16:1\n"
    "  ipcmark run --command-producer './client -n 100000' --command-consumer ./server   (your "
    "own)\n"
    "  ipcmark run --calibration quiet_host.json      (from ipcmark calibrate, this machine's)\n"
    "  ipcmark run --strict --reruns 3 && echo quiet enough\n"
    "  ipcmark run --mechanism eventfd --idle-ms 2000 --no-layout-randomisation --seed 1\n"
    "  ipcmark run --mechanism pipe --json - | jq '.cells[].summary.p50_ns.median'\n";

constexpr const char* vocabulary =
    "Cells are named pattern/mechanism/payload_bytes/placement, /parties=4:1 where more than a "
    "pair\n"
    "runs, and /parameter=value.\n\n"
    "Touch is what both sides do to the bytes: rw (the default) writes and reads every one, desc\n"
    "passes a header only, line touches 8 bytes of each cache line, copy copies from and to memory "
    "of\n"
    "their own, verify checks every byte.\n\n"
    "Exit codes: 0 ok; 1 a --limit was missed; 2 usage; 3 a cell failed, timed out or was faster "
    "than the machine's limit\n"
    "(then the limit, or the figure, is wrong); 4 nothing matched, or nothing could be measured; 5 "
    "the\n"
    "environment was refused (temporary folder, output file, another machine's calibration,\n"
    "--strict, --require); 7 unreadable calibration; 130 interrupted, what was complete is "
    "written.\n";

/// What each pattern answers, and how.
std::string pattern_lines() {
    std::string text = "\nPatterns:\n";
    for (const pattern_info& row : pattern_table)
        text += wrapped(fmt::format("  {:<12} {} {}.", row.word, row.question,
                                    capital(std::string(row.method))),
                        15) +
                "\n";
    return text + "\n";
}

constexpr const char* output = "Output";

constexpr std::array run_flags{
    command_flag{what_to_measure, "plan", "FILE", "A plan file; flags override it"},
    command_flag{
        how_much, "profile", "NAME",
        "quick (the default, 6 repetitions a cell), default (10) or rigorous (40); server, "
        "logging and notifier: more than a pair, see bench/plans"},
    command_flag{
        how_much, "time-budget", "TIME",
        "Such as 10m: repetitions go where the intervals are widest, after 6 rounds of every cell"},
    command_flag{
        how_much, "no-floors", "",
        "Leave out the probes of what this machine could do at best, and the check against it"},
    command_flag{
        how_much, "reruns", "N",
        "Run a disturbed repetition again, at most so often in its round (default 2; 0: never)"},
    command_flag{
        how_much, "retries", "N",
        "Try a repetition again that lost a process (killed, or refused by a limit), at most so "
        "often in its round (default 2); a cell with figures survives one that stays lost"},
    command_flag{
        how_much, "gate", "RULE",
        "What counts as disturbed: relative to this host's own pauses (default) or strict, by "
        "fixed bounds, for a machine kept for measuring"},
    command_flag{how_much, "wait", "TIME", wait_help, any_time},
    command_flag{
        how_much, "strict", "",
        "Exit with 5 where doctor warns, before the run, or the machine was too noisy, after"},
    command_flag{how_much, "require", "NAMES",
                 "Exit with 5 where a mechanism or family of these is skipped, comma-separated"},
    command_flag{how_much, "seed", "N",
                 "Seed of the order, the tags and the layouts (default: random, recorded)"},
    command_flag{how_much, "deadline", "S",
                 "Seconds that a stage of a repetition may take beyond its plan (default 10)"},
    command_flag{output, "json", "FILE",
                 "Result file (default results.json, or results-2.json where that is there; - is "
                 "standard output)"},
    command_flag{output, "force", "",
                 "Overwrite a result; an interrupted run's journal is kept as FILE.journal.1"},
    command_flag{output, "html", "FILE", "Also write the report page"},
    command_flag{
        output, "journal", "FOLDER",
        "Keep the journal there instead of beside the result: where that is a single mounted "
        "file, a device or standard output"},
    command_flag{output, "calibration", "FILE",
                 "What `ipcmark calibrate` wrote on this machine, to be embedded (default: "
                 "calibration.json beside the result)"},
    command_flag{output, "print-plan", "",
                 "Print the plan as a file for --plan, to be changed; start nothing"},
    command_flag{output, "dry-run", "",
                 "Print the cells, what is skipped and why, and the time; start nothing"},
    command_flag{output, "all-tables", "",
                 "Print every table and answer, not only those that say most"},
    command_flag{output, "problems", "", "Print why cells have no figure, each reason in full"},
    command_flag{output, "q,quiet", "", "No progress"},
    command_flag{output, "no-redact", "", "Record the host name as it is instead of a salted hash"},
};

void add_options(cxxopts::Options& options) {
    add_plan_flags(options);
    for (const command_flag& each : run_flags)
        add_flag(options, each.group, each.flag, each.help, each.metavar, each.without_value);
}

gate_rule gate_named(const std::string& word) {
    if (const auto rule = from_word<gate_rule>(word)) return *rule;
    throw command_error("--gate: '" + word + "' is neither relative nor strict");
}

void apply_how_much(const cxxopts::ParseResult& parsed, run_options& options) {
    if (parsed.count("time-budget") > 0)
        options.time_budget_s = of_flag("time-budget", [&] {
            return parse_duration_s(parsed["time-budget"].as<std::string>());
        });
    if (parsed.count("deadline") > 0)
        options.stage_deadline_ms = 1000 * flag_number<std::int64_t>(parsed, "deadline", 1, 3'600);
    if (parsed.count("reruns") > 0)
        options.reruns = flag_number<std::uint64_t>(parsed, "reruns", 0, 100);
    if (parsed.count("retries") > 0)
        options.retries = flag_number<std::uint64_t>(parsed, "retries", 0, 100);
    if (parsed.count("gate") > 0) options.gate = gate_named(parsed["gate"].as<std::string>());
    options.strict = parsed.count("strict") > 0;
    options.seed = parsed.count("seed") > 0
                       ? flag_number<std::uint64_t>(parsed, "seed", 0,
                                                    std::numeric_limits<std::uint64_t>::max())
                       : random_seed();
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
                              "Starts process pairs, measures every cell, writes the result\n");
    add_options(declared);
    const auto parsed = parse_arguments(declared, call, run_examples + pattern_lines() + vocabulary,
                                        {what_to_measure, with_parameter, how_much, output});
    if (!parsed) return std::nullopt;
    run_options options;
    // A plan file that says nothing of mechanisms means all, not the 25 of quick.
    const char* usual = parsed->count("plan") > 0 ? "default" : "quick";
    options.plan =
        named_plan(parsed->count("profile") > 0 ? (*parsed)["profile"].as<std::string>() : usual);
    options.plan_file = file_name(*parsed, "plan", "");
    if (const auto& file = options.plan_file; !file.empty()) {
        options.plan = read_plan(file, options.plan);
        check_plan_mechanisms(file, options.plan, call.mechanisms);
    }
    apply_plan_flags(*parsed, call.mechanisms, options.plan);
    if (parsed->count("require") > 0)
        for (const registration* each :
             select_mechanisms(call.mechanisms, (*parsed)["require"].as<std::string>()))
            options.required.emplace_back(each->info.name);
    apply_how_much(*parsed, options);
    options.wait_s = wait_of(*parsed);
    options.force = parsed->count("force") > 0;
    options.print_plan = parsed->count("print-plan") > 0;
    options.json_file = output_name(file_name(*parsed, "json", options.json_file));
    options.json_named = parsed->count("json") > 0;
    options.html_file = output_name(file_name(*parsed, "html", ""));
    options.journal_folder = file_name(*parsed, "journal", "");
    options.calibration_file = file_name(*parsed, "calibration", "");
    options.dry_run = parsed->count("dry-run") > 0;
    options.floors = parsed->count("no-floors") == 0;
    options.quiet = parsed->count("quiet") > 0;
    options.all_tables = parsed->count("all-tables") > 0;
    options.problems = parsed->count("problems") > 0;
    options.redact = parsed->count("no-redact") == 0;
    if (options.html_file == "-" && options.json_file == "-")
        throw command_error("--json - and --html - cannot share standard output; give one a file");
    return options;
}

std::optional<double> wait_of(const cxxopts::ParseResult& parsed) {
    if (parsed.count("wait") == 0) return std::nullopt;
    const auto text = parsed["wait"].as<std::string>();
    if (text == any_time) return std::numeric_limits<double>::infinity();
    return of_flag("wait", [&] { return parse_duration_s(text); });
}

std::string effort_text(const plan& what, const run_options& options) {
    // Constructing, meeting, reporting, noise readings; births, settled once a batch; a tenth is
    // run again. What is counted depends on the machine: see rounds_schedule.
    constexpr double around_timed_s = 0.012;
    constexpr double untimed_s = 0.02;
    constexpr double run_again = 1.1;
    constexpr double any_capacity_hz = 1000;
    const auto everything = [](const planned_cell&) { return true; };
    double seconds = static_cast<double>(what.idle_cells(everything).size()) *
                     (untimed_s + static_cast<double>(options.plan.idle_ms) / 1e3);
    for (const auto& planned : what.cells) {
        if (planned.skipped) continue;
        const effort work = what.timed_effort(planned, any_capacity_hz);
        seconds +=
            static_cast<double>(options.plan.repetitions) * run_again *
                (around_timed_s + static_cast<double>(work.timed_ns + work.warm_up_min_ns) / 1e9) +
            (options.plan.verify ? untimed_s : 0);
    }
    seconds = options.time_budget_s.value_or(seconds);
    const long whole = std::lround(std::ceil(seconds));
    const std::string time =
        whole < 100 ? fmt::format("{} s", whole) : fmt::format("{} min", (whole + 30) / 60);
    return fmt::format("{} {} to run, {} skipped; about {}", what.runnable(),
                       what.runnable() == 1 ? "cell" : "cells", what.cells.size() - what.runnable(),
                       time);
}

plan runnable_plan(const run_options& options, const registry& mechanisms,
                   const std::vector<placement_choice>& placements) {
    plan result;
    try {
        result = expand(options.plan, options.seed, mechanisms, placements);
    } catch (const std::invalid_argument& e) {
        throw command_error(e.what());
    }
    if (result.cells.empty()) throw command_error("no cell matches", exit_nothing_matched);
    skip_beyond(memory_limit(), mechanisms, result);
    if (result.runnable() == 0)
        throw command_error("no cell can run here: " + result.cells.front().skipped->text,
                            exit_nothing_matched);
    return result;
}

}  // namespace ipcmark
