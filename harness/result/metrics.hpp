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

/// What all metrics of one repetition are computed from.
struct repetition_view {
    const cell& what;
    const repetition_result& repetition;
    const shared_clock& clock;

    const measurement& producer() const { return repetition.producer().measured; }
    const measurement& consumer() const { return repetition.consumer().measured; }
    bool one_way() const { return pattern_of(what.kind).loop == pattern_loop::stream; }
    /// On a schedule, one way: the consumer has the latencies.
    bool scheduled() const { return pattern_of(what.kind).loop == pattern_loop::schedule; }
    /// Messages that all producers counted between their two readings of usage.
    double counted_messages() const;
    /// The side whose count of messages, last stamp and latencies are the cell's.
    /// Of several its first, with the latencies of all.
    const worker_report& counted_by() const {
        if (!repetition.pooled.empty()) return repetition.pooled.front();
        return repetition.first_of(pattern_of(what.kind).counted_by);
    }
    std::size_t counting_parties() const {
        return repetition.count_of(pattern_of(what.kind).counted_by);
    }
    /// Messages that never arrived, of all parties of the side that counts.
    double lost() const;
    const histogram& latencies() const { return counted_by().latencies; }
    /// A figure that only this pattern has, of the side that has it.
    std::optional<double> figure(const std::string& key) const;
    /// Messages that count, of all parties of the side that counts: round trips, or what the
    /// consumers of a stream received.
    double messages() const;
    /// The timed phase: the first send of any producer to the last reply of any, or to the last
    /// receive of any consumer where that has the last word.
    double elapsed_ns() const;
};

/// None where a repetition does not have it.
using optional_figure = std::optional<double>;

/// What all parties together have of something; none where one of them cannot tell.
template <class Quantity>
optional_figure sum_of_parties(const repetition_view& v, Quantity quantity) {
    double sum = 0;
    for (const worker_report& each : v.repetition.sides) {
        const std::optional one(quantity(each));
        if (!one) return std::nullopt;
        sum += static_cast<double>(*one);
    }
    return sum;
}

/// The source of what is computed from time stamps.
inline constexpr std::string_view stamps = "shared clock";

/// The shortest timed phase whose CPU time is split into user and system: 100 ticks at least.
inline constexpr double least_split_ns = 1e9;

/// One figure that reports show: adding one is a row of a table here or in *_metrics.cpp.
struct metric {
    std::string_view key;      // in files
    std::string_view label;    // in tables
    std::string_view meaning;  // in a few words, for who has not met it
    std::string_view unit;
    better direction;
    std::string_view source;
    /// nullopt: this repetition cannot give it (pattern, samples, or the kernel does not tell).
    /// nullptr: of whole cells alone.
    optional_figure (*value)(const repetition_view&);
    double margin = 0;    // the smallest relative change that matters; 0: comparisons pass it over
    bool listed = false;  // a column of the report's tables, where it has figures
};

/// Those of every pattern with messages.
const std::vector<metric>& common_metrics();

/// Every metric, in the order that reports list them.
const std::vector<metric>& all_metrics();

/// Those of every purpose, and of whole cells, in the order that reports list them.
const std::vector<metric>& reported_metrics();

/// The row of a key among them; nullptr for an unknown one.
const metric* find_metric(std::string_view key);

/// The main metrics of the pattern table, each once, in its order.
inline constexpr auto headline_metrics = [] {
    constexpr auto is_first = [](std::size_t row) {
        for (std::size_t i = 0; i < row; ++i)
            if (pattern_table[i].main_metric == pattern_table[row].main_metric) return false;
        return true;
    };
    constexpr std::size_t count = [&] {
        std::size_t firsts = 0;
        for (std::size_t i = 0; i < pattern_table.size(); ++i)
            firsts += is_first(i) ? 1 : 0;
        return firsts;
    }();
    std::array<std::string_view, count> keys{};
    for (std::size_t i = 0, to = 0; i < pattern_table.size(); ++i)
        if (is_first(i)) keys[to++] = pattern_table[i].main_metric;
    return keys;
}();

/// How many independent messages these latencies are worth for a quantile.
double effective_messages(const worker_report& report, double q);

/// Whether of a stream fewer than 100 messages arrived and others were lost: how many says how
/// often the sender paused, and is no rate.
bool is_mostly_lost(const repetition_view& v);

/// Whether a percentile can be told from so many independent messages: ten lie beyond it. A median
/// always can: what it is worth shows in its interval over repetitions.
bool is_told_by(double effective_messages, double q);

/// The percentiles reported where samples suffice, with their keys.
struct percentile {
    double q;
    std::string_view key;
};
inline constexpr std::array percentiles{percentile{0.50, "p50_ns"}, percentile{0.90, "p90_ns"},
                                        percentile{0.99, "p99_ns"}, percentile{0.999, "p99.9_ns"},
                                        percentile{0.9999, "p99.99_ns"}};

}  // namespace ipcmark
