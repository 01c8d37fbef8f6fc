#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/host/facts/interrupts.hpp"
#include "harness/host/noise/noise.hpp"
#include "harness/result/run_info.hpp"

namespace ipcmark {

/// Looks at the machine from before the first repetition to after the last. Making one takes the
/// baseline of these CPUs, each named once, a quarter of a second each.
class machine_watch {
public:
    machine_watch(gate_rule rule, std::vector<int> cpus);

    const noise_gate& gate() const noexcept { return gate_; }
    /// What came so far; `others` as the executor saw them.
    watch_info told(std::vector<foreign_task> others) const;

private:
    std::vector<int> cpus_;
    noise_gate gate_;
    std::optional<std::vector<device_interrupts>> interrupts_before_;
    std::uint64_t start_ns_;
};

}  // namespace ipcmark
