#include "harness/analysis/clock_faults.hpp"

#include <cmath>
#include <fmt/format.h>

namespace ipcmark {

std::vector<std::string> clock_faults(const clock_findings& found) {
    constexpr double dear_stamp_ns = 100;
    constexpr double steady_ppm = 50;
    constexpr std::int64_t awake_ns = 1'000'000;  // what two readings one after the other differ by
    std::vector<std::string> faults;
    if (found.stamp_cost_ns > dear_stamp_ns)
        faults.push_back(
            fmt::format("a clock reading costs {:.0f} ns, so round trips below 10 us "
                        "hold much of it; boot with clocksource=tsc if the CPU "
                        "allows it",
                        found.stamp_cost_ns));
    if (std::abs(found.drift_ppm) > steady_ppm)
        faults.push_back(
            fmt::format("a tick was {:.0f} ppm longer at the end of the run than at "
                        "its start",
                        found.drift_ppm));
    if (std::abs(found.suspended_ns) > awake_ns)
        faults.push_back(fmt::format("the machine was suspended for {:.3f} s during the run",
                                     static_cast<double>(found.suspended_ns) / 1e9));
    if (!found.offsets_consistent)
        faults.emplace_back(
            "the clocks of two CPUs disagreed: a message seemed to arrive before "
            "it was sent");
    return faults;
}

}  // namespace ipcmark
