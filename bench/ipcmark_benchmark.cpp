#include <algorithm>
#include <benchmark/benchmark.h>
#include <iostream>
#include <string>
#include <vector>

#include "bench/externals.hpp"
#include "bench/plugins.hpp"
#include "bench/run_options.hpp"
#include "bench/subcommand.hpp"
#include "bench/version.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/record_builder.hpp"
#include "harness/conform/checks.hpp"
#include "harness/result/metrics.hpp"
#include "harness/run/executor.hpp"
#include "harness/worker/worker.hpp"
#include "transports/register_all.hpp"

/// The cells of a plan as a Google Benchmark executable: every --benchmark_* flag works, every
/// other one is of `ipcmark run`. One iteration is one process pair through the executor that `run`
/// uses; its time is that of one message. So compare.py and what reads Google Benchmark's files
/// need no file of ours:
///
///     ipcmark_benchmark --mechanism pipe,futex --payload 64 --benchmark_repetitions=20
namespace ipcmark {
namespace {

/// The last try of the repetition at hand.
class last_attempt : public run_observer {
public:
    explicit last_attempt(const shared_clock& clock) : clock_(clock) {}

    void attempted(const attempt& done) override {
        record = make_record(done.planned.what, done.asked.why, done.outcome, clock_);
    }
    void say(const std::string& sentence) override { std::cerr << sentence << '\n'; }

    repetition_record record;
    bool failed = false;  // a cell did

private:
    const shared_clock& clock_;
};

void run_cell(benchmark::State& state, executor& by, last_attempt& last, std::size_t cell) {
    for (auto _ : state) {  // NOLINT(clang-analyzer-deadcode.DeadStores): as the library has it
        if (!by.repeat({cell, purpose::timed, 0})) {
            state.SkipWithError("interrupted");
            break;
        }
        if (last.record.failed) {
            last.failed = true;
            state.SkipWithError(last.record.failed->text.c_str());
            break;
        }
        state.SetIterationTime(last.record.times.real_ns * 1e-9);
    }
    for (const auto& [key, value] : last.record.metrics)
        if (const metric* row = find_metric(key); row != nullptr && row->margin > 0 && value)
            state.counters[key] = *value;
}

int run_plan(const invocation& call, const run_options& options, const plan& what) {
    workplace here(call, options, what);
    const shared_clock clock(here.clock);
    last_attempt last(clock);
    executor by(what, here.pairs, here.interrupts, clock, {options.reruns, options.retries}, last,
                here.machine.gate());
    if (!by.search_capacities()) return exit_interrupted;
    for (std::size_t i = 0; i < what.cells.size(); ++i)
        if (!what.cells[i].skipped)
            benchmark::RegisterBenchmark(
                what.cells[i].what.name().c_str(),
                [&by, &last, i](benchmark::State& state) { run_cell(state, by, last, i); })
                ->Iterations(
                    1)  // more would need as many process pairs as messages fit in min_time
                ->UseManualTime()
                ->Unit(benchmark::kNanosecond);
    benchmark::AddCustomContext("ipcmark_version", version_text());
    benchmark::RunSpecifiedBenchmarks();
    if (by.interrupted()) return exit_interrupted;
    return last.failed ? exit_cell_failed : exit_ok;
}

/// --json and the like are `run`'s: here Google Benchmark writes.
void refuse_outputs(const std::vector<std::string>& arguments) {
    for (const auto& argument : arguments)
        for (const char* flag : {"--json", "--html", "--dry-run", "--strict", "--time-budget"})
            if (argument == flag || argument.starts_with(std::string(flag) + "="))
                throw command_error(std::string(flag) +
                                    " is of `ipcmark run`; here --benchmark_out=FILE and "
                                    "--benchmark_repetitions=N say what is written and how often");
}

int run_benchmarks(std::vector<std::string> arguments, const std::vector<std::string>& full,
                   const registry& mechanisms, const std::vector<std::string>& plugins) {
    refuse_outputs(arguments);
    const invocation call{std::move(arguments), full, mechanisms, plugins};
    const auto options = parse_run_options(call);
    if (!options) return exit_ok;
    return run_plan(call, *options, runnable_plan(*options, mechanisms, find_placements()));
}

int guarded_main(int argc, char** argv) {
    const std::vector<std::string> full(argv, argv + argc);
    registry mechanisms;
    register_all(mechanisms);
    if (argc > 1 && full[1] != "worker") benchmark::Initialize(&argc, argv);
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const plugin_set plugins(arguments, mechanisms);
    register_own_externals(mechanisms);
    register_externals(arguments, mechanisms);
    if (!arguments.empty() && arguments.front() == "worker")
        return worker_main(arguments, mechanisms, &run_check_scenario);
    return run_benchmarks(std::move(arguments), full, mechanisms, plugins.files());
}

}  // namespace
}  // namespace ipcmark

int main(int argc, char** argv) {
    try {
        return ipcmark::guarded_main(argc, argv);
    } catch (const ipcmark::command_error& e) {
        std::cerr << "ipcmark_benchmark: " << e.what() << '\n';
        return e.code();
    } catch (const std::exception& e) {
        std::cerr << "ipcmark_benchmark: " << e.what() << '\n';
        return ipcmark::exit_environment_refused;
    }
}
