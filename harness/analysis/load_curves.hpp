#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/result/run_result.hpp"

/// Latency against the offered rate.
namespace ipcmark {

struct load_point {
    std::size_t cell = 0;  // position in the result
    double offered_per_second = 0;
    bool saturated = false;  // the rate was not kept
};

/// One mechanism at several rates, the lowest first.
struct load_curve {
    std::string mechanism;
    std::string metric;  // p99_ns, or p50_ns where not every point has the p99
    std::vector<load_point> points;
    /// The point where latency bends: the first that was not kept, or whose metric is more than
    /// `knee_factor` times that of the lowest rate. nullopt: none, as far as was measured.
    std::optional<std::size_t> knee;
};

inline constexpr double knee_factor = 2;

/// Curves that differ in nothing but the mechanism, as the result has them.
struct load_family {
    placement place = placement::free;
    touch reads = touch::rw;
    std::size_t payload_bytes = 0;
    std::vector<load_curve> curves;
};

/// Of the cells of the paced pattern that ended ok and whose rate is known; the instrument has no
/// curve.
std::vector<load_family> load_families(const run_result& result);

}  // namespace ipcmark
