#include "harness/result/report.hpp"

#include <algorithm>

namespace ipcmark {

namespace {

std::optional<std::int64_t> difference(const std::optional<std::int64_t>& later,
                                       const std::optional<std::int64_t>& earlier) {
    if (!later || !earlier) return std::nullopt;
    return *later - *earlier;
}

}  // namespace

usage operator-(const usage& later, const usage& earlier) {
    return {later.user_ns - earlier.user_ns,
            later.system_ns - earlier.system_ns,
            later.voluntary_switches - earlier.voluntary_switches,
            later.involuntary_switches - earlier.involuntary_switches,
            later.minor_faults - earlier.minor_faults,
            later.major_faults - earlier.major_faults,
            difference(later.run_delay_ns, earlier.run_delay_ns),
            difference(later.migrations, earlier.migrations)};
}

process_usage operator-(const process_usage& later, const process_usage& earlier) {
    const auto difference = [](std::int64_t a, std::int64_t b) {
        return std::max<std::int64_t>(a - b, 0);
    };
    return {difference(later.cpu_ns, earlier.cpu_ns),
            difference(later.voluntary_switches, earlier.voluntary_switches),
            difference(later.involuntary_switches, earlier.involuntary_switches), later.threads,
            later.last_cpu};
}

}  // namespace ipcmark
