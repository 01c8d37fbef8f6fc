#include "bench/ab_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "bench/outputs.hpp"
#include "bench/plan_file.hpp"
#include "bench/plan_flags.hpp"
#include "harness/analysis/ab_judgement.hpp"
#include "harness/base/sizes.hpp"
#include "harness/base/suggest.hpp"

namespace ipcmark {

namespace {

constexpr const char* ab_examples =
    "Examples:\n"
    "  ipcmark ab --a build-main/ipcmark --b build-pr/ipcmark      (two builds; exit 1: slower)\n"
    "  ipcmark ab --a old/libmine.so --b new/libmine.so            (two builds of a plug-in)\n"
    "  ipcmark ab --a pipe --b unix_stream --payload 64,4k\n"
    "  ipcmark ab --a touch=rw --b touch=desc -m shm_ring_spin --payload 64k\n"
    "  ipcmark ab --b-env MALLOC_ARENA_MAX=1 -m boost_message_queue\n"
    "  ipcmark ab --a main --b HEAD --build ./build.sh --built out/libmine.so --confirm\n"
    "  ipcmark ab --a old/ipcmark --fail-above 3% --theta p99=20% --format github\n"
    "\n"
    "A variant is one or more of these, separated by commas: an ipcmark program, a plug-in (.so), "
    "a\n"
    "mechanism, a setting of `ipcmark run` (touch=desc), a git revision (with --build). A side "
    "that\n"
    "is left out is this program. Each pair is a repetition of A and one of B, back to back in\n"
    "random order, with the same memory layout and CPUs, which are drawn anew for each pair. "
    "After\n"
    "10 pairs, 20 and so on a cell is settled, or goes on.\n"
    "Verdicts, and their words in files: worse or better (regressed, improved: adjusted p and\n"
    "interval both say so, by at least the margin), no difference (equivalent: proven to lie "
    "within\n"
    "it), no difference proven (inconclusive). Latency or rate, CPU time and context switches per\n"
    "message decide; p90 and p99 warn. Cells that no variant reaches run along: where they "
    "change,\n"
    "the machine moved and nothing is decided.\n"
    "Exit codes: 0 nothing is worse; 1 something is; 2 usage; 3 a cell failed; 4 nothing to "
    "compare;\n"
    "5 the environment was refused, or a revision could not be built; 6 the machine moved, or\n"
    "--require-conclusive and something is undecided; 130 interrupted.\n";

constexpr const char* what_to_compare = "What to compare";
constexpr const char* when_it_matters = "What counts";
constexpr const char* what_is_written = "Output";

constexpr std::array ab_flags{
    command_flag{what_to_compare, "a", "VARIANT", "The side that is compared with"},
    command_flag{what_to_compare, "b", "VARIANT", "The side that is judged"},
    command_flag{what_to_compare, "build", "COMMAND",
                 "How a git revision is built: a shell command, run in a checkout of it"},
    command_flag{what_to_compare, "built", "FILE",
                 "The program or plug-in that it makes, seen from the checkout"},
    command_flag{how_much, "pairs", "N",
                 "At most so many pairs a cell (default 40); looked at after 10, 20, 40, ..."},
    command_flag{how_much, "time-budget", "TIME",
                 "Begin no round that would end later, such as 5m"},
    command_flag{how_much, "confirm", "",
                 "Compare what is worse once more, with another seed; only what recurs counts"},
    command_flag{how_much, "wait", "TIME", wait_help, any_time},
    command_flag{how_much, "reruns", "N", "Run a disturbed repetition again, at most so often"},
    command_flag{how_much, "seed", "N",
                 "Seed of order, tags and layouts (default: random, recorded)"},
    command_flag{
        when_it_matters, "fail-above", "PERCENT",
        "Smallest change that matters, of every metric that decides (default 4%, which finds 5%)"},
    command_flag{when_it_matters, "theta", "LIST",
                 "The same for single metrics: p50=5%,switches=10%"},
    command_flag{when_it_matters, "require-conclusive", "",
                 "Exit with 6 where a metric that decides is inconclusive"},
    command_flag{what_is_written, "format", "WORD",
                 "Of standard output: text, markdown, github (annotations; the summary goes to "
                 "GITHUB_STEP_SUMMARY), junit or json"},
    command_flag{
        what_is_written, "comment", "FILE",
        "Write a pull request's comment: Markdown below 65,536 characters with a hidden marker"},
    command_flag{what_is_written, "json", "FILE",
                 "Result file (default ab.json, or ab-2.json where that is)"},
    command_flag{what_is_written, "html", "FILE", "Also write the report page"},
    command_flag{what_is_written, "force", "",
                 "Overwrite a result; an interrupted comparison's journal is kept as "
                 "FILE.journal.1"},
    command_flag{what_is_written, "journal", "FOLDER",
                 "Keep the journal there instead of beside the result"},
    command_flag{what_is_written, "q,quiet", "", "No progress"},
    command_flag{what_is_written, "no-redact", "",
                 "Record the host name as it is instead of a salted hash"},
};

std::string text_of(const cxxopts::ParseResult& parsed, const char* flag) {
    return parsed.count(flag) > 0 ? parsed[flag].as<std::string>() : std::string();
}

/// "5%" or "0.05".
double share_of(const std::string& text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    const bool percent = read.ptr + 1 == end && *read.ptr == '%';
    if (percent) value /= 100;
    constexpr double least = 0.001;
    constexpr double most = 10;
    if (read.ec != std::errc{} || (read.ptr != end && !percent) || !std::isfinite(value) ||
        value < least || value > most)
        throw std::invalid_argument("'" + text + "' is no change from 0.1% to 1000%, such as 5%");
    return value;
}

/// The key of a metric by any of its short names: p50, p50_ns, switches.
std::string metric_key(const std::string& word) {
    const auto keys = gated_keys();
    std::string found;
    for (const auto& key : keys)
        if (key == word || key.starts_with(word + "_")) {
            if (!found.empty() && key != word)
                throw std::invalid_argument(fmt::format("'{}' may be {} or {}", word, found, key));
            found = key;
            if (key == word) break;
        }
    if (found.empty()) throw std::invalid_argument("'" + word + "' is not one of " + join_or(keys));
    return found;
}

void take_margins(const cxxopts::ParseResult& parsed, ab_rule& rule) {
    if (parsed.count("fail-above") > 0)
        rule.margin =
            of_flag("fail-above", [&] { return share_of(text_of(parsed, "fail-above")); });
    for (const auto& part : split_list(text_of(parsed, "theta")))
        of_flag("theta", [&] {
            const auto at = part.find('=');
            if (at == std::string::npos)
                throw std::invalid_argument("'" + part + "' is not of the form METRIC=PERCENT");
            rule.margins[metric_key(part.substr(0, at))] = share_of(part.substr(at + 1));
        });
}

/// Before what is asked for.
plan_request usual_plan() {
    plan_request plan = named_plan("default");
    plan.profile = "ab";
    plan.counting_repetitions = 0;
    plan.idle_ms = 0;
    plan.mechanisms = {"pipe", "unix_stream", "shm_ring_spin", "shm_ring_futex"};
    plan.patterns = {pattern::round_trip, pattern::one_way};
    plan.payloads = {64};
    plan.placements = {"cross"};
    plan.varied.by_name = {{std::string(rate_parameter.name), {10'000}}};
    return plan;
}

void take_outputs(const cxxopts::ParseResult& parsed, ab_options& options) {
    run_options& run = options.run;
    run.json_named = parsed.count("json") > 0;
    run.json_file = run.json_named ? output_name(text_of(parsed, "json")) : "ab.json";
    run.html_file = output_name(text_of(parsed, "html"));
    options.comment_file = text_of(parsed, "comment");
    run.journal_folder = text_of(parsed, "journal");
    run.force = parsed.count("force") > 0;
    run.quiet = parsed.count("quiet") > 0;
    run.redact = parsed.count("no-redact") == 0;
    if (run.json_named && run.json_file.empty())
        throw command_error("--json needs the name of a file");
    if (run.json_file == "-" || run.html_file == "-")
        throw command_error(
            "standard output has the answer: --format json prints the result there, "
            "and --json and --html need files");
    if (parsed.count("format") == 0) return;
    const auto word = text_of(parsed, "format");
    const auto format = from_word<ab_format>(word);
    if (!format)
        throw command_error("--format '" + word +
                            "' is not one of text, markdown, github, junit or json");
    options.format = *format;
}

ab_options options_of(const cxxopts::ParseResult& parsed, const invocation& call) {
    ab_options options;
    options.a.text = text_of(parsed, "a");
    options.b.text = text_of(parsed, "b");
    for (variant_words* side : {&options.a, &options.b})
        if (const auto flag = side->flag + "-env"; parsed.count(flag) > 0)
            side->environment = parsed[flag].as<std::vector<std::string>>();
    options.build = text_of(parsed, "build");
    options.built = text_of(parsed, "built");
    if (options.build.empty() != options.built.empty())
        throw command_error(
            "--build and --built go together: how a revision is built, and the file "
            "that this makes");
    run_options& run = options.run;
    run.plan = usual_plan();
    apply_plan_flags(parsed, call.mechanisms, run.plan);
    options.mechanisms_named = parsed.count("mechanism") > 0;
    constexpr std::uint64_t usual_pairs = 40;
    run.plan.repetitions = parsed.count("pairs") > 0
                               ? flag_number<std::uint64_t>(parsed, "pairs", 6, 1'000)
                               : usual_pairs;
    options.rule.looks = looks_for(run.plan.repetitions);
    take_margins(parsed, options.rule);
    if (parsed.count("time-budget") > 0)
        run.time_budget_s = of_flag(
            "time-budget", [&] { return parse_duration_s(text_of(parsed, "time-budget")); });
    if (parsed.count("reruns") > 0)
        run.reruns = flag_number<std::uint64_t>(parsed, "reruns", 0, 100);
    run.seed = parsed.count("seed") > 0
                   ? flag_number<std::uint64_t>(parsed, "seed", 0,
                                                std::numeric_limits<std::uint64_t>::max())
                   : random_seed();
    run.wait_s = wait_of(parsed);
    run.floors = false;
    options.confirm = parsed.count("confirm") > 0;
    options.require_conclusive = parsed.count("require-conclusive") > 0;
    take_outputs(parsed, options);
    return options;
}

/// cxxopts knows no long names of one letter.
invocation with_short_names(const invocation& call) {
    std::vector<std::string> arguments;
    for (const std::string& each : call.arguments)
        if (each == "--a" || each == "--b") {
            arguments.push_back(each.substr(1));
        } else if (each.starts_with("--a=") || each.starts_with("--b=")) {
            arguments.push_back(each.substr(1, 2));
            arguments.push_back(each.substr(4));
        } else {
            arguments.push_back(each);
        }
    return {std::move(arguments), call.full, call.mechanisms, call.plugins};
}

}  // namespace

std::optional<ab_options> parse_ab_options(const invocation& call) {
    cxxopts::Options declared(
        "ipcmark ab", "Runs two variants next to each other and says whether B is slower\n");
    for (const command_flag& each : ab_flags)
        add_flag(declared, each.group, each.flag, each.help, each.metavar, each.without_value);
    for (const char* side : {"a", "b"})
        declared.add_options(what_to_compare)(
            std::string(side) + "-env", "Set in the environment of its workers; repeatable",
            cxxopts::value<std::vector<std::string>>(), "NAME=VALUE");
    add_plan_flags(declared, {"repetitions", "idle-ms", "no-layout-randomisation"});
    const auto parsed = parse_arguments(declared, with_short_names(call), ab_examples,
                                        {what_to_compare, what_to_measure, with_parameter, how_much,
                                         when_it_matters, what_is_written});
    if (!parsed) return std::nullopt;
    return options_of(*parsed, call);
}

}  // namespace ipcmark
