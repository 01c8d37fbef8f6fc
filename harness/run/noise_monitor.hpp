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

/// Looks at the machine around timed repetitions. The gap probe spins 2 ms on each CPU in use
/// between any two repetitions, from this process, while no worker lives: about 2 % of a run's
/// time, nothing in the timed phase, and for every placement the same. What comes after one
/// repetition counts as before the next, when that follows at once.
class repetition_watch {
public:
    static constexpr std::int64_t gap_span_ns = 2'000'000;
    static constexpr std::int64_t still_fresh_ns = 20'000'000;

    repetition_watch();

    /// Runs one timed repetition; nullopt when `repetition` was interrupted.
    std::optional<timed_try> run(
        const planned_cell& planned, const shared_clock& clock,
        const std::function<std::optional<repetition_result>()>& repetition);

private:
    timer_gaps gaps_before(const std::vector<int>& cpus);
    timer_gaps probe(const std::vector<int>& cpus);

    host_files files_;
    std::vector<int> allowed_;
    timer_gaps latest_;
    std::vector<int> latest_cpus_;
    std::uint64_t latest_ns_ = 0;
};

}  // namespace ipcmark
