#include <algorithm>
#include <cmath>
#include <ctime>
#include <fmt/format.h>
#include <iostream>
#include <random>

#include "bench/calibration_file.hpp"
#include "bench/header.hpp"
#include "bench/plan_file.hpp"
#include "bench/progress.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/calibration.hpp"
#include "harness/analysis/calibration_block.hpp"
#include "harness/analysis/paired_figures.hpp"
#include "harness/analysis/record_builder.hpp"
#include "harness/analysis/result_builder.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/sizes.hpp"
#include "harness/result/metrics.hpp"
#include "harness/run/executor.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/runner.hpp"
#include "harness/run/schedule.hpp"

namespace ipcmark {

namespace {

constexpr std::uint64_t least_rounds = 6;  // the signed-rank test says nothing below

constexpr const char* examples =
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
        "TIME")("seed", "Seed of the order (default: random, recorded)", value<std::string>(), "N")(
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
    plan.repetitions = flag_number<std::uint64_t>(parsed, "repetitions", least_rounds, 10'000);
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
    } catch (const std::invalid_argument& e) {
        throw command_error(e.what());
    }
    options.seed = parsed.count("seed") > 0
                       ? flag_number<std::uint64_t>(parsed, "seed", 0, ~std::uint64_t{0})
                       : random_seed();
    options.json_file = parsed["json"].as<std::string>();
    if (options.json_file.empty()) throw command_error("--json needs the name of a file");
    options.quiet = parsed.count("quiet") > 0;
    options.floors = false;
    return options;
}

/// Keeps the figures of both variants; nothing else of a repetition is wanted.
class pair_recorder : public run_observer {
public:
    pair_recorder(const plan& what, progress& bar, const shared_clock& clock)
        : bar_(bar), clock_(clock) {
        for (const auto& planned : what.cells)
            if (planned.skipped) figures_.fail(planned.what.name(), *planned.skipped);
    }

    void attempted(const attempt& done) override {
        ++repetitions_;
        if (done.last)
            figures_.add(make_record(done.planned.what, done.asked.why, done.outcome, clock_),
                         done.asked.round, done.asked.variant);
    }
    void about_to(const std::string& what) override { bar_.show(repetitions_, what); }
    void say(const std::string& sentence) override { bar_.say(sentence); }
    void expect_more(std::size_t repetitions) override { bar_.expect_more(repetitions); }

    run_progress so_far() const {
        return {[this](const std::string& cell) { return figures_.given_up(cell); },
                [](const std::string&) { return cell_progress{}; }, [](std::size_t) {}};
    }
    const paired_figures& figures() const { return figures_; }
    std::size_t repetitions() const { return repetitions_; }

private:
    progress& bar_;
    const shared_clock& clock_;
    paired_figures figures_;
    std::size_t repetitions_ = 0;
};

tree document_of(const run_header& header, const std::vector<identical_pair>& series,
                 const std::map<std::string, failure>& failures, tree calibration) {
    tree recorded = tree::array();
    for (const auto& each : series)
        recorded.push_back(
            {{"cell", each.cell}, {"metric", each.metric}, {"log_ratios", each.log_ratios}});
    tree left_out = tree::array();
    for (const auto& [cell, failed] : failures)
        left_out.push_back(
            {{"cell", cell}, {"status", to_word(failed.ended)}, {"text", failed.text}});
    return {{"schema", {{"name", calibration_schema}, {"version", "1.0"}}},
            {"environment", to_tree(header.environment)},
            {"build", to_tree(header.build)},
            {"clock", to_tree(header.clock)},
            {"plan", to_tree(header.plan)},
            {"calibration", std::move(calibration)},
            {"left_out", std::move(left_out)},
            {"series", std::move(recorded)}};
}

void require_enough(const run_outcome& ended, const std::vector<identical_pair>& series) {
    if (ended.rounds_done < least_rounds)
        throw command_error(
            fmt::format("{} after {} rounds, and a calibration needs {}: {}",
                        ended.interrupted ? "interrupted" : "the time budget was spent",
                        ended.rounds_done, least_rounds,
                        ended.interrupted ? "nothing was written"
                                          : "raise --time-budget or name fewer mechanisms"),
            ended.interrupted ? exit_interrupted : exit_inconclusive);
    if (series.empty())
        throw command_error("no cell could be measured in every round; `ipcmark run` tells why",
                            exit_cell_failed);
}

std::vector<std::string> cells_of(const plan& what) {
    std::vector<std::string> names;
    for (const auto& planned : what.cells)
        if (!planned.skipped) names.push_back(planned.what.name());
    return names;
}

int measure(const invocation& call, const run_options& options, const plan& what,
            const std::vector<placement_choice>& placements) {
    workplace here(call, options, what);
    run_header header = make_header(call, options, what, placements, here.clock);
    const shared_clock clock(here.clock);
    progress bar(2 * what.runnable() * options.plan.repetitions, options.quiet);
    pair_recorder records(what, bar, clock);
    executor by(what, here.pairs, here.interrupts, clock, options.reruns, records,
                here.machine.gate());
    pairs_schedule pairs(what, options.time_budget_s);
    const run_outcome ended = run_schedule(pairs, by, records.so_far());
    const auto series = records.figures().log_ratios(cells_of(what), ended.rounds_done);
    require_enough(ended, series);
    finish_header(header, here.start_ns, ended.rounds_done, here.clock, here.suspended_ns);
    const auto figures = calibrate(series, comparison_repetitions, what.seed);
    const auto& failures = records.figures().failures();
    const std::string text =
        json_text(document_of(
                      header, series, failures,
                      calibration_block(figures, header, ended.rounds_done, records.repetitions())),
                  1) +
        "\n";
    if (options.json_file == "-") {
        std::cout << text << std::flush;
    } else {
        replace_file(options.json_file, text);
        std::cout << calibration_text(figures, ended.rounds_done)
                  << "Calibration: " << options.json_file << '\n';
    }
    const bool failed = std::any_of(failures.begin(), failures.end(), [](const auto& each) {
        return each.second.ended != status::skipped;
    });
    return ended.interrupted ? exit_interrupted : failed ? exit_cell_failed : exit_ok;
}

int run_calibrate(const invocation& call) {
    cxxopts::Options declared("ipcmark calibrate",
                              "Runs identical cells against each other: what this machine can tell "
                              "apart\n");
    declare(declared);
    const auto parsed = parse_arguments(declared, call, examples);
    if (!parsed) return exit_ok;
    const run_options options = options_of(*parsed, call.mechanisms);
    const auto placements = find_placements();
    plan what;
    try {
        what = expand(options.plan, options.seed, call.mechanisms, placements);
    } catch (const std::invalid_argument& e) {
        throw command_error(e.what());
    }
    if (what.runnable() == 0)
        throw command_error(what.cells.empty()
                                ? "no cell matches"
                                : "no cell can run here: " + what.cells.front().skipped->text,
                            exit_nothing_matched);
    if (options.json_file != "-") require_writable(options.json_file);
    return measure(call, options, what, placements);
}

}  // namespace

extern const subcommand calibrate_command{"calibrate", "measure what this machine can tell apart",
                                          &run_calibrate};

}  // namespace ipcmark
