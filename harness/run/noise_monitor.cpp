#include "harness/run/noise_monitor.hpp"

#include "harness/base/posix/affinity.hpp"
#include "harness/result/metrics.hpp"

namespace ipcmark {

namespace {

/// What one worker does not know is not known of all.
void add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& one) {
    if (sum && one)
        *sum += *one;
    else
        sum.reset();
}

pair_disturbance disturbance_of(const planned_cell& planned, const repetition_result& repetition,
                                const shared_clock& clock) {
    const repetition_view view{planned.what, repetition, clock};
    pair_disturbance pair;
    pair.elapsed_ns = view.elapsed_ns();
    pair.messages = view.messages();
    pair.run_delay_ns = 0;
    pair.migrations = 0;
    for (const worker_report& worker : repetition.sides) {
        const usage& used = worker.measured.consumed;
        add(pair.run_delay_ns, used.run_delay_ns);
        add(pair.migrations, used.migrations);
        pair.voluntary_switches += used.voluntary_switches;
        pair.involuntary_switches += used.involuntary_switches;
        pair.major_faults += used.major_faults;
    }
    pair.cpus = cpus_of(repetition.parties);
    pair.helped = repetition.has_service;
    return pair;
}

}  // namespace

repetition_watch::repetition_watch() : allowed_(allowed_cpus()) {}

std::optional<timed_try> repetition_watch::run(
    const planned_cell& planned, const shared_clock& clock,
    const std::function<std::optional<repetition_result>()>& repetition) {
    const std::vector<int> cpus(planned.cpus.begin(), planned.cpus.end());
    const std::vector<int>& in_use = cpus.front() != no_cpu ? cpus : allowed_;
    timer_gaps gaps = gaps_before(cpus);
    const noise_reading before = read_noise(files_, allowed_, in_use);
    auto outcome = repetition();
    const noise_reading after = read_noise(files_, allowed_, in_use);
    if (!outcome) return std::nullopt;
    gaps += probe(cpus);
    timed_try done{std::move(*outcome), {}, 0};
    if (!done.outcome.failed)
        done.noise = judge_noise(before, after, gaps, disturbance_of(planned, done.outcome, clock));
    return done;
}

timer_gaps repetition_watch::gaps_before(const std::vector<int>& cpus) {
    const std::uint64_t age_ns = shared_clock::raw_ns() - latest_ns_;
    const bool fresh = latest_ns_ != 0 && age_ns < std::uint64_t{still_fresh_ns};
    return fresh && latest_cpus_ == cpus ? latest_ : probe(cpus);
}

timer_gaps repetition_watch::probe(const std::vector<int>& cpus) {
    latest_ = look_for_gaps(cpus, gap_span_ns);
    latest_cpus_ = cpus;
    latest_ns_ = shared_clock::raw_ns();
    return latest_;
}

}  // namespace ipcmark
