#include "bench/recommend_options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "bench/outputs.hpp"
#include "bench/plan_flags.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/sizes.hpp"
#include "harness/run/placements.hpp"
#include "reports/embedded.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {

namespace {

constexpr const char* recommend_examples =
    "Examples:\n"
    "  ipcmark recommend --payload 64 --rate 1k --p99 '<50us' --cpu '<5%'\n"
    "  ipcmark recommend --payload 2M --rate 60 --p99 '<4ms' --must unrelated_processes\n"
    "  ipcmark recommend camera.json --record camera.md\n"
    "  ipcmark recommend camera.json --beside hog\n"
    "  ipcmark recommend camera.json --what-if rate=200/s --why-not tcp\n"
    "  ipcmark recommend camera.json --from results.json --require-met\n"
    "\n"
    "A design says what is sent, how often, and what it has to meet: `ipcmark schema\n"
    "--design` has its keys. What the traits of a mechanism rule out is left out with the\n"
    "check that proves the trait. The rest is measured as the design says, shortly at first,\n"
    "the best eight longer and at twice the rate. A requirement is met, missed, or not\n"
    "proven: its interval lies on both sides, or a figure without one lies closer than half\n"
    "the limit. Unless --may-spin is given, the waiting side has to sleep: below 5 % of a\n"
    "core while nothing comes; of more than a pair that is measured of a pair. Requests at a\n"
    "rate are judged by twice the time of one way. The order: what meets all, by the\n"
    "preference; then what is not proven to, then what misses, by the worst requirement; what\n"
    "was only screened comes after what was measured longer. A limit below what waking a\n"
    "process takes here is called contradictory where the waiting side sleeps.\n"
    "Exit codes: 0 an answer, also that nothing meets all; 1 the same with --require-met; 2 "
    "usage;\n"
    "4 nothing could be measured; 5 the environment was refused; 7 an unreadable result of "
    "--from;\n"
    "130 interrupted.\n";

constexpr const char* the_design = "The design, where it is no file";
constexpr const char* the_measuring = "How it is measured";
constexpr const char* the_answer = "The answer";

/// A flag that sets a field of the one flow.
struct design_flag {
    const char* flag;
    const char* metavar;
    const char* key;
    const char* help;
};

constexpr design_flag design_flags[] = {
    {"payload", "SIZE", "payload", "Bytes of a message (default 64)"},
    {"rate", "RATE", "rate", "Messages a second; left out: as fast as it goes"},
    {"parties", "COUNTS", "parties", "More than a pair, such as 4:1, or 1:20 of requests"},
    {"p50", "LIMIT", "latency.p50", "Half of the messages within, such as '<10us'"},
    {"p90", "LIMIT", "latency.p90", "Nine of ten"},
    {"p99", "LIMIT", "latency.p99", "All but one in a hundred"},
    {"p99.9", "LIMIT", "latency.p99.9", "All but one in a thousand"},
    {"silence", "TIME", "silence", "Before a message that wakes the other side, such as 10ms"},
    {"wake-p50", "LIMIT", "wake.p50", "Half of the first messages after the silence within"},
    {"wake-p99", "LIMIT", "wake.p99", "All but one in a hundred of them"},
    {"burst", "N", "burst", "Messages that come at once"},
    {"burst-arrived", "LIMIT", "burst_arrived", "Until the last of them is there, such as '<1ms'"},
    {"cpu", "LIMIT", "cpu", "CPU time of all processes at that rate, such as '<20% of a core'"},
    {"idle-cpu", "LIMIT", "idle_cpu", "Of the waiting side while nothing comes, such as '<1%'"},
    {"memory", "LIMIT", "memory", "Of the mechanism, queues of the kernel aside, such as '<64MiB'"},
    {"throughput", "LIMIT", "throughput", "Messages a second without a rate, such as '>100k'"},
    {"bandwidth", "LIMIT", "bandwidth", "Bytes a second without a rate, such as '>2G'"},
};

constexpr std::array recommend_flags{
    command_flag{the_design, "request", "", "There and back, instead of one way"},
    command_flag{the_design, "may-skip", "", "Some messages may be lost or replaced by newer ones"},
    command_flag{the_design, "may-spin", "", "The waiting side may burn a core"},
    command_flag{the_design, "must", "TRAITS",
                 "Traits that it has to have: unrelated_processes,access_control=file_mode"},
    command_flag{the_design, "prefer", "LIST",
                 "What ranks those that meet all, such as cpu (default: the first limit)"},
    command_flag{the_measuring, "what-if", "LIST",
                 "Change every flow first: rate=200/s,payload=4k"},
    command_flag{the_measuring, "placement", "WORD",
                 "Where the processes run (default free: not pinned; or as the design says)"},
    command_flag{the_measuring, "m,mechanism", "NAMES",
                 "Only these mechanisms or families, comma-separated"},
    command_flag{the_measuring, "time-budget", "TIME", "For all of it (default 5m)"},
    command_flag{the_measuring, "from", "FILES",
                 "Judge by these results, comma-separated, and measure nothing"},
    command_flag{the_measuring, "beside", "COMMAND",
                 "Measure while this runs, or 'hog': a process on each CPU that wants all of it"},
    command_flag{the_measuring, "wait", "TIME", wait_help, any_time},
    command_flag{the_measuring, "seed", "N", "Seed of order, tags and layouts"},
    command_flag{the_answer, "explain", "", "Why each mechanism is not the answer"},
    command_flag{the_answer, "why-not", "NAMES", "The same of these"},
    command_flag{the_answer, "require-met", "", "Exit with 1 where nothing meets all of a flow"},
    command_flag{the_answer, "format", "WORD", "Of standard output: text, markdown or json"},
    command_flag{the_answer, "record", "FILE", "Also write the answer as a Markdown record"},
    command_flag{the_answer, "results", "FOLDER",
                 "Keep what was measured there, a result for each flow and stage"},
    command_flag{the_answer, "q,quiet", "", "No progress"},
};

std::string given(const cxxopts::ParseResult& parsed, const char* flag) {
    return parsed.count(flag) > 0 ? parsed[flag].as<std::string>() : std::string();
}

void set_must(design_flow& flow, const std::string& words) {
    for (const auto& each : split_list(words)) {
        const auto at = each.find('=');
        set_field(flow, "must." + each.substr(0, at),
                  at == std::string::npos ? "true" : each.substr(at + 1));
    }
}

bool has_design_flag(const cxxopts::ParseResult& parsed) {
    const auto is_given = [&](const char* flag) { return parsed.count(flag) > 0; };
    return std::any_of(std::begin(design_flags), std::end(design_flags),
                       [&](const design_flag& each) { return is_given(each.flag); }) ||
           is_given("request") || is_given("may-skip") || is_given("may-spin") ||
           is_given("must") || is_given("prefer");
}

design design_of_flags(const cxxopts::ParseResult& parsed) {
    design of;
    of.name = "recommendation";
    design_flow& flow = of.flows.emplace_back();
    for (const design_flag& each : design_flags)
        if (parsed.count(each.flag) > 0)
            of_flag(each.flag, [&] { set_field(flow, each.key, given(parsed, each.flag)); });
    if (parsed.count("request") > 0) flow.kind = flow_kind::request;
    if (parsed.count("may-skip") > 0) flow.arrives = delivery::may_skip;
    flow.may_spin = parsed.count("may-spin") > 0;
    of_flag("must", [&] { set_must(flow, given(parsed, "must")); });
    flow.prefer = split_list(given(parsed, "prefer"));
    for (const auto& word : flow.prefer)
        if (requirement_metric(word) == nullptr)
            throw command_error("--prefer: there is nothing called '" + word +
                                "'; write for example latency.p99 or cpu");
    return of;
}

void apply_changes(design& of, const std::string& changes) {
    for (const auto& each : split_list(changes)) {
        const auto at = each.find('=');
        if (at == std::string::npos)
            throw command_error("--what-if: '" + each + "' is not of the form FIELD=VALUE");
        for (design_flow& flow : of.flows)
            of_flag("what-if", [&] { set_field(flow, each.substr(0, at), each.substr(at + 1)); });
    }
}

void require_placement(const std::string& word) {
    for (const auto& choice : find_placements())
        if (to_word(choice.name) == word || word == "cross") {
            if (word == "cross" || choice.available) return;
            throw command_error("placement " + word + ": " + choice.reason,
                                exit_environment_refused);
        }
    throw command_error("--placement: there is no placement '" + word + "' here");
}

design wanted_design(const cxxopts::ParseResult& parsed) {
    const bool file = parsed.count("design") > 0;
    if (file && has_design_flag(parsed))
        throw command_error("the design is a file: change it there, or for once with --what-if");
    if (!file && !has_design_flag(parsed))
        throw command_error(
            "what is to be met? Give a design, or flags such as --payload 64 --rate 1k --p99 "
            "'<50us'; `ipcmark recommend --help` has examples");
    design of = file ? read_design(parsed["design"].as<std::string>()) : design_of_flags(parsed);
    apply_changes(of, given(parsed, "what-if"));
    if (parsed.count("placement") > 0) of.placement = given(parsed, "placement");
    for (const design_flow& flow : of.flows)
        try {
            flow.requirements();
        } catch (const std::invalid_argument& e) {
            throw command_error(flow.name + ": " + e.what());
        }
    return of;
}

recommend_options options_of(const cxxopts::ParseResult& parsed, const invocation& call) {
    recommend_options options;
    options.wanted = wanted_design(parsed);
    options.from = split_list(given(parsed, "from"));
    if (options.from.empty() && parsed.count("from") > 0)
        throw command_error("--from names no file");
    if (options.from.empty()) require_placement(options.wanted.placement);
    if (!options.from.empty())
        for (const char* flag : {"time-budget", "beside", "wait", "seed", "results"})
            if (parsed.count(flag) > 0)
                throw command_error(fmt::format(
                    "--{} is of no use with --from, which measures nothing: leave one out", flag));
    for (const registration* each : select_mechanisms(call.mechanisms, given(parsed, "mechanism")))
        // What an interpreter adds is seldom asked for, and a virtual machine takes long to start.
        if (!each->external || parsed.count("mechanism") > 0)
            options.mechanisms.emplace_back(each->info.name);
    for (const registration* each : select_mechanisms(call.mechanisms, given(parsed, "why-not")))
        if (parsed.count("why-not") > 0) options.why_not.emplace_back(each->info.name);
    constexpr double usual_budget_s = 300;
    options.run.time_budget_s =
        parsed.count("time-budget") == 0 ? usual_budget_s : of_flag("time-budget", [&] {
            return parse_duration_s(given(parsed, "time-budget"));
        });
    options.run.seed = parsed.count("seed") > 0
                           ? flag_number<std::uint64_t>(parsed, "seed", 0,
                                                        std::numeric_limits<std::uint64_t>::max())
                           : random_seed();
    options.run.wait_s = wait_of(parsed);
    options.beside = given(parsed, "beside");
    // All are disturbed, and on purpose.
    if (!options.beside.empty()) options.run.reruns = 0;
    options.run.quiet = parsed.count("quiet") > 0;
    options.explain = parsed.count("explain") > 0;
    options.require_met = parsed.count("require-met") > 0;
    options.record_file = output_name(given(parsed, "record"));
    options.results_folder = given(parsed, "results");
    if (options.record_file == "-")
        throw command_error("standard output has the answer: --format markdown prints it there");
    options.format = answer_format_of(parsed);
    return options;
}

}  // namespace

design read_design(const std::string& file) {
    constexpr std::size_t limit_bytes = 1 << 20;
    try {
        const tree document = parse_json_of(file, read_input(file, limit_bytes), true);
        require_schema(document, design_schema_text(), file);
        return design_from_tree(document);
    } catch (const bad_field& e) {
        throw command_error(file + ": " + e.what());
    } catch (const unreadable_result& e) {
        throw command_error(e.what());
    } catch (const std::runtime_error& e) {
        throw command_error(e.what());
    }
}

std::optional<recommend_options> parse_recommend_options(const invocation& call) {
    cxxopts::Options declared("ipcmark recommend",
                              "Which mechanism meets a design, by measuring those that could\n");
    for (const design_flag& each : design_flags)
        add_flag(declared, the_design, each.flag, each.help, each.metavar);
    for (const command_flag& each : recommend_flags)
        add_flag(declared, each.group, each.flag, each.help, each.metavar, each.without_value);
    declared.add_options()("design", "A design file; comments are allowed",
                           cxxopts::value<std::string>());
    declared.parse_positional("design");
    declared.positional_help("[DESIGN.json]");
    const auto parsed = parse_arguments(declared, call, recommend_examples,
                                        {the_design, the_measuring, the_answer});
    if (!parsed) return std::nullopt;
    return options_of(*parsed, call);
}

}  // namespace ipcmark
