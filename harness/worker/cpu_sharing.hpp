#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/contract/party.hpp"
#include "harness/stats/histogram.hpp"
#include "harness/worker/shared_state.hpp"

namespace ipcmark {

/// Which exchanges of parties that nothing pins met both on one CPU. There the scheduler switches
/// between them, elsewhere it wakes another CPU, which takes ten times as long: one median of both
/// is that of neither. Whoever runs on another CPU than before says so in its own status, which the
/// others read; that costs a look at the thread's own restartable sequence area (rseq(2)) a
/// message, and nothing for parties that are pinned.
class cpu_sharing {
public:
    /// Watches only a party without a CPU of its own that exchanges messages with one other.
    cpu_sharing(shared_state& shared, std::span<const party> parties, std::size_t position);

    bool watches() const noexcept { return same_cpu_.has_value(); }

    /// Tells the others where this one runs. Never blocks.
    void look() noexcept;
    /// An exchange that has just ended, here. Never allocates.
    void record(std::int64_t latency_ns) noexcept;

    /// The share of `all` that met on one CPU, and the medians of those and of the others where at
    /// least 100 exchanges tell of them. Nothing where another party never said where it is.
    void add_to(std::map<std::string, double>& figures, const histogram& all) const;

private:
    bool together() const noexcept;

    worker_status& own_;
    std::vector<const worker_status*> others_;
    int cpu_ = no_cpu;
    std::optional<histogram> same_cpu_;
};

}  // namespace ipcmark
