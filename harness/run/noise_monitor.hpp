#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/host/noise/noise.hpp"
#include "harness/result/repetition.hpp"
#include "harness/run/plan.hpp"

namespace ipcmark {

/// One try of a timed repetition and what disturbed it.
struct timed_try {
    repetition_result outcome;
    repetition_noise noise;  // of a repetition that ended ok
    std::uint64_t sequence = 0;

    bool disturbed() const { return !outcome.failed && noise.verdict == quality::disturbed; }
};

/// Looks at the machine around timed repetitions, from this process, while no worker works: nothing
/// in the timed phase. The gap probe spins on each CPU in use. By the strict rule 2 ms between any
/// two repetitions, where what comes after one counts as before the next, when that follows at
/// once. By the relative rule 10 ms after the first repetition of a round and, once a second at
/// most, after one that had to wait for a CPU, since a spinning thread makes the wake-ups that
/// follow quicker.
class repetition_watch {
public:
    static constexpr std::int64_t gap_span_ns = 2'000'000;
    static constexpr std::int64_t lone_gap_span_ns = 10'000'000;
    static constexpr std::int64_t still_fresh_ns = 20'000'000;
    static constexpr std::int64_t seldom_ns = 1'000'000'000;

    /// `living_cpu_ns`: CPU time of children that are not reaped; empty where none lives between
    /// repetitions.
    explicit repetition_watch(noise_gate by = {}, std::function<std::int64_t()> living_cpu_ns = {});

    /// The next repetition is the first of this round.
    void begin_round() { look_for_gaps_next_ = true; }

    /// Runs one timed repetition; nullopt when `repetition` was interrupted.
    std::optional<timed_try> run(
        const planned_cell& planned, const shared_clock& clock,
        const std::function<std::optional<repetition_result>()>& repetition);

private:
    timer_gaps gaps_after(const std::vector<int>& cpus, const timer_gaps& before,
                          const repetition_noise& so_far);
    timer_gaps gaps_before(const std::vector<int>& cpus);
    timer_gaps probe(const std::vector<int>& cpus, std::int64_t span_ns);

    noise_reading read(const std::vector<int>& in_use) const;

    host_files files_;
    noise_gate gate_;
    std::function<std::int64_t()> living_cpu_ns_;
    bool look_for_gaps_next_ = true;
    std::vector<int> allowed_;
    timer_gaps latest_;
    std::vector<int> latest_cpus_;
    std::uint64_t latest_ns_ = 0;
};

}  // namespace ipcmark
