#include "bench/google_benchmark.hpp"

#include <benchmark/benchmark.h>

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

void initialise_once() {
    static const bool done = [] {
        // Each flag is given, since the library takes what is missing from BENCHMARK_* in the
        // environment: a user's setting for another program must not change our schedule.
        std::vector<std::string> words{"ipcmark",
                                       "--benchmark_filter=all",
                                       "--benchmark_list_tests=false",
                                       "--benchmark_min_time=0.5",
                                       "--benchmark_min_warmup_time=0",
                                       "--benchmark_repetitions=1",
                                       "--benchmark_enable_random_interleaving=false",
                                       "--benchmark_report_aggregates_only=false",
                                       "--benchmark_display_aggregates_only=false",
                                       "--benchmark_out=",
                                       "--benchmark_perf_counters=",
                                       "--benchmark_context=",
                                       "--benchmark_time_unit=",
                                       "--v=0"};
        std::vector<char*> argv;
        for (auto& word : words)
            argv.push_back(word.data());
        int argc = static_cast<int>(argv.size());
        benchmark::Initialize(&argc, argv.data());
        return true;
    }();
    static_cast<void>(done);
}

/// Turns each Run into the entry that Google Benchmark's own JSON would have, without what its
/// writer gets wrong for process pairs: CPU time of the children, the name's suffixes, errors.
class entry_reporter final : public benchmark::BenchmarkReporter {
public:
    explicit entry_reporter(const std::vector<spawn_slot>& slots) : slots_(slots) {}

    bool ReportContext(const Context&) override { return true; }

    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            if (reported_ < slots_.size() &&
                run.run_name.function_name == slots_[reported_].cell_name)
                slots_[reported_].done(entry_of(run));
            ++reported_;
        }
    }

    std::size_t reported() const { return reported_; }

private:
    static ordered_json entry_of(const Run& run) {
        const auto cpu = run.counters.find("cpu_ns");
        ordered_json entry{{"name", run.run_name.function_name},
                           {"family_index", run.family_index},
                           {"per_family_instance_index", run.per_family_instance_index},
                           {"run_name", run.run_name.function_name},
                           {"run_type", "iteration"},
                           {"repetitions", 1},
                           {"repetition_index", 0},
                           {"threads", run.threads},
                           {"iterations", run.iterations},
                           {"real_time", run.GetAdjustedRealTime()},
                           {"cpu_time", cpu == run.counters.end() ? 0.0 : cpu->second.value},
                           {"time_unit", "ns"}};
        return entry;
    }

    const std::vector<spawn_slot>& slots_;
    std::size_t reported_ = 0;
};

void register_slot(const spawn_slot& slot) {
    benchmark::RegisterBenchmark(slot.cell_name.c_str(),
                                 [&slot](benchmark::State& state) {
                                     const spawn_outcome outcome = slot.run();
                                     for (auto _ : state)
                                         state.SetIterationTime(outcome.real_ns * 1e-9);
                                     state.counters["cpu_ns"] = outcome.cpu_ns;
                                     if (!outcome.ok) state.SkipWithError(outcome.error.c_str());
                                 })
        ->Iterations(1)
        ->UseManualTime()
        ->Unit(benchmark::kNanosecond);
}

}  // namespace

bool run_round(const std::vector<spawn_slot>& slots) {
    initialise_once();
    benchmark::ClearRegisteredBenchmarks();
    if (slots.empty()) return true;
    for (const auto& slot : slots)
        register_slot(slot);
    entry_reporter reporter(slots);
    benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::ClearRegisteredBenchmarks();
    return reporter.reported() == slots.size();
}

}  // namespace ipcmark
