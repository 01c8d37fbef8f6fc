#include "harness/run/noise_monitor.hpp"

#include "harness/base/posix/affinity.hpp"
#include "harness/result/metrics.hpp"

namespace ipcmark {

namespace {

pair_disturbance disturbance_of(const planned_cell& planned, const spawn_result& spawn,
                                const shared_clock& clock) {
    const spawn_view view{planned.what, spawn, clock};
    const usage& producer = view.producer().consumed;
    const usage& consumer = view.consumer().consumed;
    pair_disturbance pair;
    pair.elapsed_ns = view.elapsed_ns();
    pair.messages = view.messages();
    if (producer.run_delay_ns && consumer.run_delay_ns)
        pair.run_delay_ns = *producer.run_delay_ns + *consumer.run_delay_ns;
    pair.voluntary_switches = producer.voluntary_switches + consumer.voluntary_switches;
    pair.involuntary_switches = producer.involuntary_switches + consumer.involuntary_switches;
    if (producer.migrations && consumer.migrations)
        pair.migrations = *producer.migrations + *consumer.migrations;
    pair.major_faults = producer.major_faults + consumer.major_faults;
    pair.cpus = spawn.cpus;
    pair.helped = spawn.has_auxiliary;
    return pair;
}

}  // namespace

spawn_watch::spawn_watch() : allowed_(allowed_cpus()) {}

std::optional<timed_try> spawn_watch::run(
    const planned_cell& planned, const shared_clock& clock,
    const std::function<std::optional<spawn_result>()>& spawn) {
    const bool pinned = planned.cpus[0] != no_cpu;
    const std::vector<int> in_use =
        pinned ? std::vector<int>{planned.cpus[0], planned.cpus[1]} : allowed_;
    timer_gaps gaps = gaps_before(planned.cpus);
    const noise_reading before = read_noise(files_, allowed_, in_use);
    auto outcome = spawn();
    const noise_reading after = read_noise(files_, allowed_, in_use);
    if (!outcome) return std::nullopt;
    gaps += probe(planned.cpus);
    timed_try done{std::move(*outcome), {}, 0};
    if (!done.outcome.failed)
        done.noise = judge_noise(before, after, gaps, disturbance_of(planned, done.outcome, clock));
    return done;
}

timer_gaps spawn_watch::gaps_before(const std::array<int, 2>& cpus) {
    const std::uint64_t age_ns = shared_clock::raw_ns() - latest_ns_;
    const bool fresh = latest_ns_ != 0 && age_ns < std::uint64_t{still_fresh_ns};
    return fresh && latest_cpus_ == cpus ? latest_ : probe(cpus);
}

timer_gaps spawn_watch::probe(const std::array<int, 2>& cpus) {
    latest_ = look_for_gaps({cpus[0], cpus[1]}, gap_span_ns);
    latest_cpus_ = cpus;
    latest_ns_ = shared_clock::raw_ns();
    return latest_;
}

}  // namespace ipcmark
