#include "bench/calibrate_options.hpp"

#include "bench/calibration_file.hpp"
#include "bench/outputs.hpp"
#include "bench/plan_file.hpp"
#include "harness/base/sizes.hpp"

namespace ipcmark {

namespace {

constexpr const char* calibrate_examples =
    "Examples:\n"
    "  ipcmark calibrate\n"
    "  ipcmark calibrate --mechanism pipe,shm_ring_futex --payload 64,64Ki --repetitions 40\n"
    "  ipcmark calibrate --time-budget 2m --json quiet_host.json\n"
    "  ipcmark run --calibration quiet_host.json      (a calibration.json beside the result is\n"
    "                                                  taken without being asked for)\n"
    "\n"
    "Every cell runs twice in each round, the two next to each other in random order, each a "
    "fresh\n"
    "pair. What differs then is this machine's noise: how far identical cells lie apart, how "
    "often\n"
    "the comparison rule calls them different, and the smallest change that n repetitions find.\n";

/// Those of which a cell can run twice in a row: one pair is one repetition.
std::string twin_patterns() {
    return pattern_words([](const pattern_info& row) { return row.one_pair(); });
}

void declare(cxxopts::Options& options) {
    using cxxopts::value;
    options.add_options()(
        "m,mechanism", "Mechanisms and families, comma-separated",
        value<std::string>()->default_value("pipe,unix_stream,shm_ring_spin,shm_ring_futex"),
        "NAMES")("pattern", twin_patterns() + "; paced at 10 k/s",
                 value<std::string>()->default_value("round_trip,one_way"), "WORDS")(
        "p,payload", "Message sizes", value<std::string>()->default_value("64"), "SIZES")(
        "placement", "As for run", value<std::string>()->default_value("cross"), "WORDS")(
        "repetitions", "Rounds: pairs of identical cells, 6 or more",
        value<std::string>()->default_value("20"),
        "N")("repetition-ms", "Timed phase of one repetition",
             value<std::string>()->default_value("100"), "MS")(
        "time-budget", "Start no round that would end later, such as 2m", value<std::string>(),
        "TIME")("wait", wait_help, value<std::string>()->implicit_value(any_time), "TIME")(
        "seed", "Seed of the order (default: random, recorded)", value<std::string>(), "N")(
        "json", "File to write; - is standard output",
        value<std::string>()->default_value(calibration_file_name),
        "FILE")("q,quiet", "No progress");
}

plan_request request_of(const cxxopts::ParseResult& parsed, const registry& mechanisms) {
    plan_request plan = named_plan("default");
    plan.profile = "calibrate";
    plan.verify = false;
    plan.counting_repetitions = 0;
    // A load would be a share of a saturation that nobody measures here.
    plan.varied.by_name = {{std::string(rate_parameter.name), {10'000}}};
    plan.mechanisms.clear();
    for (const registration* each :
         select_mechanisms(mechanisms, parsed["mechanism"].as<std::string>()))
        plan.mechanisms.emplace_back(each->info.name);
    plan.patterns.clear();
    for (const auto& text : split_list(parsed["pattern"].as<std::string>())) {
        const auto kind = from_word<pattern>(text);
        if (!kind || !pattern_of(*kind).one_pair())
            throw command_error("--pattern: '" + text + "' is not one of " + twin_patterns());
        plan.patterns.push_back(*kind);
    }
    plan.payloads.clear();
    for (const auto& text : split_list(parsed["payload"].as<std::string>()))
        plan.payloads.push_back(parse_payload_bytes(text));
    plan.placements = split_list(parsed["placement"].as<std::string>());
    plan.repetitions =
        flag_number<std::uint64_t>(parsed, "repetitions", least_calibration_rounds, 10'000);
    plan.repetition_ms = flag_number<std::int64_t>(parsed, "repetition-ms", 1, 600'000);
    return plan;
}

/// Throws command_error; nothing has been started then.
run_options options_of(const cxxopts::ParseResult& parsed, const registry& mechanisms) {
    run_options options;
    try {
        options.plan = request_of(parsed, mechanisms);
        if (parsed.count("time-budget") > 0)
            options.time_budget_s = parse_duration_s(parsed["time-budget"].as<std::string>());
        options.wait_s = wait_of(parsed);
    } catch (const std::invalid_argument& e) {
        throw command_error(e.what());
    }
    options.seed = parsed.count("seed") > 0
                       ? flag_number<std::uint64_t>(parsed, "seed", 0, ~std::uint64_t{0})
                       : random_seed();
    options.json_file = output_name(parsed["json"].as<std::string>());
    if (options.json_file.empty()) throw command_error("--json needs the name of a file");
    options.quiet = parsed.count("quiet") > 0;
    options.floors = false;
    return options;
}

}  // namespace

std::optional<run_options> parse_calibrate_options(const invocation& call) {
    cxxopts::Options declared("ipcmark calibrate",
                              "Runs identical cells against each other: what this machine can tell "
                              "apart\n");
    declare(declared);
    const auto parsed = parse_arguments(declared, call, calibrate_examples);
    if (!parsed) return std::nullopt;
    return options_of(*parsed, call.mechanisms);
}

}  // namespace ipcmark
