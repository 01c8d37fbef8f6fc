#include <algorithm>
#include <charconv>
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
#include "harness/analysis/record_builder.hpp"
#include "harness/analysis/result_builder.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/sizes.hpp"
#include "harness/result/metrics.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark {

namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t least_rounds = 6;  // the signed-rank test says nothing below

constexpr const char* examples =
    "Examples:\n"
    "  ipcmark calibrate\n"
    "  ipcmark calibrate --mechanism pipe,shm_ring_futex --payload 64,64Ki --spawns 40\n"
    "  ipcmark calibrate --time-budget 2m --json quiet_host.json\n"
    "  ipcmark run --calibration quiet_host.json      (a calibration.json beside the result is\n"
    "                                                  taken without being asked for)\n"
    "\n"
    "Every cell runs twice in each round, the two next to each other in random order, each a "
    "fresh\n"
    "pair. What differs then is this machine's noise: how far identical cells lie apart, how "
    "often\n"
    "the comparison rule calls them different, and the smallest change that n spawns find.\n";

/// A metric that comparisons look at, with the smallest change that matters in practice.
struct watched_metric {
    const char* key;
    bool lower_is_better;
    double margin;
    bool primary;
};
constexpr std::array watched{watched_metric{"p50_ns", true, 0.05, true},
                             watched_metric{"construct_ns", true, 0.05, true},
                             watched_metric{"messages_per_second", false, 0.05, true},
                             watched_metric{"p99_ns", true, 0.15, false},
                             watched_metric{"cpu_ns_per_message", true, 0.05, false}};

void declare(cxxopts::Options& options) {
    using cxxopts::value;
    options.add_options()(
        "m,mechanism", "Mechanisms and families, comma-separated",
        value<std::string>()->default_value("pipe,unix_stream,shm_ring_spin,shm_ring_futex"),
        "NAMES")("pattern", "round_trip, one_way, paced (10 k/s), wake, burst, setup",
                 value<std::string>()->default_value("round_trip,one_way"), "WORDS")(
        "p,payload", "Message sizes", value<std::string>()->default_value("64"), "SIZES")(
        "placement", "As for run", value<std::string>()->default_value("cross"), "WORDS")(
        "spawns", "Rounds: pairs of identical cells, 6 or more",
        value<std::string>()->default_value("20"), "N")(
        "spawn-ms", "Timed phase of one spawn", value<std::string>()->default_value("100"), "MS")(
        "time-budget", "Start no round that would end later, such as 2m", value<std::string>(),
        "TIME")("seed", "Seed of the order (default: random, recorded)", value<std::string>(), "N")(
        "json", "File to write; - is standard output",
        value<std::string>()->default_value(calibration_file_name),
        "FILE")("q,quiet", "No progress");
}

std::uint64_t number_of(const cxxopts::ParseResult& parsed, const char* flag, std::uint64_t least,
                        std::uint64_t most) {
    const auto text = parsed[flag].as<std::string>();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most)
        throw command_error(fmt::format("--{} {}: a whole number from {} to {} is needed", flag,
                                        text, least, most));
    return number;
}

plan_request request_of(const cxxopts::ParseResult& parsed, const registry& mechanisms) {
    plan_request plan = named_plan("default");
    plan.profile = "calibrate";
    plan.verify = false;
    plan.counting_spawns = 0;
    // A load would be a share of a saturation that nobody measures here.
    plan.varied.loads.clear();
    plan.varied.rates_hz = {10'000};
    plan.mechanisms.clear();
    for (const registration* each :
         select_mechanisms(mechanisms, parsed["mechanism"].as<std::string>()))
        plan.mechanisms.emplace_back(each->info.name);
    plan.patterns.clear();
    for (const auto& text : split_list(parsed["pattern"].as<std::string>())) {
        const auto kind = from_word<pattern>(text);
        if (!kind || *kind == pattern::decompose || *kind == pattern::switch_ring)
            throw command_error("--pattern: '" + text +
                                "' is not one of round_trip, one_way, paced, wake, burst or setup");
        plan.patterns.push_back(*kind);
    }
    plan.payloads.clear();
    for (const auto& text : split_list(parsed["payload"].as<std::string>()))
        plan.payloads.push_back(parse_payload_bytes(text));
    plan.placements = split_list(parsed["placement"].as<std::string>());
    plan.spawns = number_of(parsed, "spawns", least_rounds, 10'000);
    plan.spawn_ms = static_cast<std::int64_t>(number_of(parsed, "spawn-ms", 1, 600'000));
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
    options.seed =
        parsed.count("seed") > 0 ? number_of(parsed, "seed", 0, ~std::uint64_t{0}) : random_seed();
    options.json_file = parsed["json"].as<std::string>();
    if (options.json_file.empty()) throw command_error("--json needs the name of a file");
    options.quiet = parsed.count("quiet") > 0;
    options.floors = false;
    return options;
}

/// One cell that runs as itself and as its twin.
struct twin_cell {
    const planned_cell* planned;
    std::optional<failure> failed;
    // By metric: what the two of each round gave; nothing where one has no figure.
    std::map<std::string, std::vector<std::optional<double>>> log_ratios;
};

class calibrator {
public:
    calibrator(const plan& what, const run_options& options, runner& pairs,
               interrupt_watch& interrupts, const shared_clock& clock, progress& bar)
        : plan_(what),
          options_(options),
          pairs_(pairs),
          interrupts_(interrupts),
          clock_(clock),
          bar_(bar),
          labels_(what.seed) {
        for (const auto& planned : what.cells)
            cells_.push_back({&planned, planned.skipped, {}});
    }

    void run() {
        double longest_s = 0;
        for (; rounds_ < plan_.request.spawns; ++rounds_) {
            const double before_s = elapsed_s();
            if (options_.time_budget_s && before_s + longest_s > *options_.time_budget_s) return;
            if (!round()) return;
            longest_s = std::max(longest_s, elapsed_s() - before_s);
        }
    }

    std::uint64_t rounds() const { return rounds_; }
    std::size_t spawns() const { return spawns_; }
    bool interrupted() const { return interrupted_; }
    const std::vector<twin_cell>& cells() const { return cells_; }

    /// Whole rounds of the cells that did not fail, by metrics that every spawn gave.
    std::vector<identical_pair> series() const {
        std::vector<identical_pair> all;
        for (const auto& cell : cells_) {
            if (cell.failed) continue;
            for (const auto& metric : watched) {
                identical_pair pair{
                    cell.planned->what.name(), metric.key, metric.margin, metric.primary, {}};
                const auto values = cell.log_ratios.find(metric.key);
                for (std::uint64_t i = 0; values != cell.log_ratios.end() && i < rounds_; ++i)
                    if (values->second[i]) pair.log_ratios.push_back(*values->second[i]);
                if (rounds_ > 0 && pair.log_ratios.size() == rounds_)
                    all.push_back(std::move(pair));
            }
        }
        return all;
    }

private:
    using figures = std::map<std::string, std::optional<double>>;

    double elapsed_s() const {
        return static_cast<double>(shared_clock::raw_ns() - start_ns_) / 1e9;
    }

    /// False: a signal came, and the round does not count.
    bool round() {
        for (const std::size_t index : plan_.round_order(rounds_)) {
            twin_cell& cell = cells_[index];
            if (cell.failed) continue;
            // Which of the two is called the twin is a coin's matter, as it will be with two
            // builds.
            const bool twin_first = labels_() % 2 == 0;
            const auto first = spawn(cell);
            const auto second = first ? spawn(cell) : std::nullopt;
            if (interrupted_) return false;
            if (second) note(cell, twin_first ? *second : *first, twin_first ? *first : *second);
        }
        return true;
    }

    std::optional<figures> spawn(twin_cell& cell) {
        if (interrupts_.pending()) interrupted_ = true;
        if (interrupted_) return std::nullopt;
        bar_.show(spawns_, cell.planned->what.name());
        spawn_request request;
        request.what = cell.planned->what;
        request.cpus = cell.planned->cpus;
        request.tag = plan_.tag(spawns_++);
        request.work = plan_.timed_effort(cell.planned->what);
        request.work.pace.seed = request.tag;
        const spawn_result outcome = pairs_.run(request);
        interrupted_ = outcome.interrupted;
        if (outcome.failed && !outcome.interrupted) {
            cell.failed = outcome.failed;
            bar_.say(cell.planned->what.name() + ": " + outcome.failed->text);
        }
        if (outcome.failed) return std::nullopt;
        return make_record(cell.planned->what, spawn_purpose::timed, outcome, clock_,
                           ordered_json::object())
            .metrics;
    }

    static void note(twin_cell& cell, const figures& a, const figures& b) {
        for (const auto& metric : watched) {
            const auto& before = a.at(metric.key);
            const auto& after = b.at(metric.key);
            auto& to = cell.log_ratios[metric.key];
            if (!before || !after || *before <= 0 || *after <= 0)
                to.emplace_back(std::nullopt);
            else
                to.emplace_back((metric.lower_is_better ? 1 : -1) * std::log(*after / *before));
        }
    }

    const plan& plan_;
    const run_options& options_;
    runner& pairs_;
    interrupt_watch& interrupts_;
    const shared_clock& clock_;
    progress& bar_;
    std::mt19937_64 labels_;
    std::uint64_t start_ns_ = shared_clock::raw_ns();
    std::vector<twin_cell> cells_;
    std::uint64_t rounds_ = 0;
    std::size_t spawns_ = 0;
    bool interrupted_ = false;
};

ordered_json document_of(const ordered_json& header, const calibrator& done,
                         const std::vector<identical_pair>& series,
                         const calibration_figures& figures) {
    ordered_json recorded = ordered_json::array();
    for (const auto& each : series)
        recorded.push_back(
            {{"cell", each.cell}, {"metric", each.metric}, {"log_ratios", each.log_ratios}});
    ordered_json left_out = ordered_json::array();
    for (const auto& cell : done.cells())
        if (cell.failed)
            left_out.push_back({{"cell", cell.planned->what.name()},
                                {"status", to_word(cell.failed->ended)},
                                {"text", cell.failed->text}});
    return {{"schema", {{"name", calibration_schema}, {"version", "1.0"}}},
            {"environment", header.at("environment")},
            {"build", header.at("build")},
            {"clock", header.at("clock")},
            {"plan", header.at("plan")},
            {"calibration", calibration_block(figures, header, done.rounds(), done.spawns())},
            {"left_out", std::move(left_out)},
            {"series", std::move(recorded)}};
}

void require_enough(const calibrator& done, const std::vector<identical_pair>& series) {
    if (done.rounds() < least_rounds)
        throw command_error(
            fmt::format("{} after {} rounds, and a calibration needs {}: {}",
                        done.interrupted() ? "interrupted" : "the time budget was spent",
                        done.rounds(), least_rounds,
                        done.interrupted() ? "nothing was written"
                                           : "raise --time-budget or name fewer mechanisms"),
            done.interrupted() ? exit_interrupted : exit_inconclusive);
    if (series.empty())
        throw command_error("no cell could be measured in every round; `ipcmark run` tells why",
                            exit_cell_failed);
}

int measure(const invocation& call, const run_options& options, const plan& what,
            const std::vector<placement_choice>& placements) {
    workplace here(call, options, what);
    ordered_json header = make_header(call, options, what, placements, here.clock);
    const shared_clock stamps(here.clock);
    progress bar(2 * what.runnable() * options.plan.spawns, options.quiet);
    calibrator work(what, options, here.pairs, here.interrupts, stamps, bar);
    work.run();
    const auto series = work.series();
    require_enough(work, series);
    finish_header(header, here.start_ns, work.rounds(), here.clock, here.suspended_ns);
    const auto figures = calibrate(series, comparison_spawns, what.seed);
    const std::string text = dump_document(document_of(header, work, series, figures));
    if (options.json_file == "-") {
        std::cout << text << std::flush;
    } else {
        replace_file(options.json_file, text);
        std::cout << calibration_text(figures, work.rounds())
                  << "Calibration: " << options.json_file << '\n';
    }
    const bool failed = std::any_of(work.cells().begin(), work.cells().end(), [](const auto& cell) {
        return cell.failed && cell.failed->ended != status::skipped;
    });
    return work.interrupted() ? exit_interrupted : failed ? exit_cell_failed : exit_ok;
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

const subcommand calibrate_command{"calibrate", "measure what this machine can tell apart",
                                   &run_calibrate};

}  // namespace ipcmark
