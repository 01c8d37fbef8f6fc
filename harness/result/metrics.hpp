#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/contract/cell.hpp"
#include "harness/result/repetition.hpp"

namespace ipcmark {

enum class better : std::uint8_t { lower, higher, neither };

/// What all metrics of one spawn are computed from.
struct spawn_view {
    const cell& what;
    const spawn_result& spawn;
    const shared_clock& clock;

    const measurement& producer() const { return spawn.producer().measured; }
    const measurement& consumer() const { return spawn.consumer().measured; }
    bool one_way() const { return what.kind == pattern::one_way; }
    /// On a schedule, one way: the consumer has the latencies.
    bool scheduled() const {
        return what.kind == pattern::paced || what.kind == pattern::wake ||
               what.kind == pattern::burst;
    }
    const histogram& latencies() const {
        return scheduled() ? spawn.consumer().latencies : spawn.producer().latencies;
    }
    /// A figure that only this pattern has, of the side that has it.
    std::optional<double> figure(const std::string& key) const;
    /// Messages that count: round trips, or what the consumer of a stream received.
    double messages() const;
    /// The timed phase: producer's first send to its last reply, or to the consumer's last receive
    /// where that has the last word.
    double elapsed_ns() const;
};

/// One figure that reports show: adding one is a row of a table here or in *_metrics.cpp.
struct metric {
    std::string_view key;    // in files
    std::string_view label;  // in tables
    std::string_view unit;
    better direction;
    std::string_view source;
    /// nullopt: this spawn cannot give it (pattern, samples, or the kernel does not tell).
    std::optional<double> (*value)(const spawn_view&);
    double margin = 0;  // the smallest relative change that matters; 0: comparisons pass it over
};

/// Those of every pattern with messages.
const std::vector<metric>& common_metrics();

/// Every metric, in the order that reports list them.
const std::vector<metric>& all_metrics();

/// The row of a key, of whatever purpose; nullptr for an unknown one.
const metric* find_metric(std::string_view key);

/// The figure that stands for a cell: the first of these that it has. One for each pattern.
inline constexpr std::array<std::string_view, 6> headline_metrics{
    "p50_ns",       "messages_per_second", "drain_ns",
    "construct_ns", "two_cpus_ns",         "context_switch_ns"};

/// The percentiles reported where samples suffice, with their keys.
struct percentile {
    double q;
    std::string_view key;
};
inline constexpr std::array percentiles{percentile{0.50, "p50_ns"}, percentile{0.90, "p90_ns"},
                                        percentile{0.99, "p99_ns"}, percentile{0.999, "p99.9_ns"},
                                        percentile{0.9999, "p99.99_ns"}};

}  // namespace ipcmark
