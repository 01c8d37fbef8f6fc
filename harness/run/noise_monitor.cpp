#include "harness/run/noise_monitor.hpp"

#include <cerrno>
#include <set>

#include "harness/base/clock.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"
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

worker_readings disturbance_of(const planned_cell& planned, const repetition_result& repetition,
                               const shared_clock& clock) {
    const repetition_view view{planned.what, repetition, clock};
    worker_readings pair;
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
    pair.launcher_late_ns = repetition.launcher_late_ns;
    return pair;
}

}  // namespace

repetition_watch::repetition_watch(noise_gate by, std::function<std::int64_t()> living_cpu_ns)
    : gate_(by), living_cpu_ns_(std::move(living_cpu_ns)), allowed_(allowed_cpus()) {}

noise_reading repetition_watch::read(const std::vector<int>& in_use) const {
    noise_reading now = read_noise(files_, allowed_, in_use);
    if (living_cpu_ns_) now.own_cpu_ns += living_cpu_ns_();
    return now;
}

std::optional<timed_try> repetition_watch::run(
    const planned_cell& planned, const shared_clock& clock,
    const std::function<std::optional<repetition_result>()>& repetition) {
    const std::vector<int> pinned_to = distinct_cpus_of(planned.parties);
    const std::vector<int>& in_use = pinned_to.empty() ? allowed_ : pinned_to;
    const std::vector<int> cpus = cpus_of(planned.parties);
    const timer_gaps gaps = gaps_before(cpus);
    const noise_reading before = read(in_use);
    auto outcome = repetition();
    const noise_reading after = read(in_use);
    if (!outcome) return std::nullopt;
    timed_try done{std::move(*outcome), {}, 0};
    if (done.outcome.failed) return done;
    const worker_readings pair = disturbance_of(planned, done.outcome, clock);
    done.noise = judge_noise(before, after, {}, pair, gate_);
    if (const auto around = gaps_after(cpus, gaps, done.noise); around.span_ns > 0)
        done.noise = judge_noise(before, after, around, pair, gate_);
    return done;
}

timer_gaps repetition_watch::gaps_before(const std::vector<int>& cpus) {
    if (gate_.rule == gate_rule::relative) return {};
    const std::uint64_t age_ns = shared_clock::raw_ns() - latest_ns_;
    const bool fresh = latest_ns_ != 0 && age_ns < std::uint64_t{still_fresh_ns};
    return fresh && latest_cpus_ == cpus ? latest_ : probe(cpus, gap_span_ns);
}

timer_gaps repetition_watch::gaps_after(const std::vector<int>& cpus, const timer_gaps& before,
                                        const repetition_noise& so_far) {
    if (gate_.rule == gate_rule::strict) {
        timer_gaps around = before;
        around += probe(cpus, gap_span_ns);
        return around;
    }
    const bool waited = so_far.run_delay.value_or(0) > gate_of("run_delay").quiet ||
                        so_far.psi_cpu.value_or(0) > gate_of("psi_cpu").usable;
    const bool pinned_apart = std::set<int>(cpus.begin(), cpus.end()).size() == cpus.size();
    const bool lately = shared_clock::raw_ns() - latest_ns_ < std::uint64_t{seldom_ns};
    if (!look_for_gaps_next_ && !(waited && pinned_apart && !lately)) return {};
    look_for_gaps_next_ = false;
    return probe(cpus, lone_gap_span_ns);
}

/// Nothing where no thread is to be had just now: the repetition was measured all the same.
timer_gaps repetition_watch::probe(const std::vector<int>& cpus, std::int64_t span_ns) {
    try {
        latest_ = look_for_gaps(cpus, span_ns);
    } catch (const call_failed& e) {
        if (e.code().value() != EAGAIN) throw;
        return {};
    }
    latest_cpus_ = cpus;
    latest_ns_ = shared_clock::raw_ns();
    return latest_;
}

}  // namespace ipcmark
