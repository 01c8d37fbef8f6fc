#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/host/facts/interrupts.hpp"
#include "harness/host/noise/noise.hpp"
#include "harness/result/run_info.hpp"
#include "harness/run/cpu_claim.hpp"

namespace ipcmark {

/// Looks at the machine from before the first repetition to after the last. Making one takes the
/// baseline of these CPUs, each named once, a quarter of a second each.
class machine_watch {
public:
    /// `claim` outlives this.
    machine_watch(gate_rule rule, std::vector<int> cpus, const cpu_claim& claim);

    const noise_gate& gate() const noexcept { return gate_; }
    /// Notes which other ipcmarks measure on the same CPUs now.
    void look();
    /// What came so far; `others` as the executor saw them.
    watch_info told(std::vector<foreign_task> others) const;

private:
    std::vector<int> cpus_;
    noise_gate gate_;
    std::optional<std::vector<device_interrupts>> interrupts_before_;
    std::uint64_t start_ns_;
    const cpu_claim& claim_;
    std::vector<measuring_run> other_runs_;
};

}  // namespace ipcmark
