#include "harness/analysis/within_repetition.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/stats/autocorrelation.hpp"
#include "harness/stats/modes.hpp"
#include "harness/stats/order.hpp"
#include "harness/stats/quantile_interval.hpp"
#include "harness/stats/spearman.hpp"
#include "harness/stats/stationarity.hpp"

namespace ipcmark {

namespace {

constexpr double drift_level = 0.001;
constexpr std::array<std::string_view, 5> flag_order{"nonstationary", "bursty", "bimodal", "drift",
                                                     "autocorrelated"};

std::vector<double> window_medians(const std::vector<double>& values) {
    constexpr std::size_t windows = 16;
    std::vector<double> medians;
    for (std::size_t i = 0; i < windows; ++i) {
        const auto from = static_cast<std::ptrdiff_t>(i * values.size() / windows);
        const auto to = static_cast<std::ptrdiff_t>((i + 1) * values.size() / windows);
        medians.push_back(median({values.begin() + from, values.begin() + to}));
    }
    return medians;
}

/// The sample without its outer percents, whose range one stall would set.
std::vector<double> between_p1_and_p99(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto aside = static_cast<std::ptrdiff_t>(values.size() / 100);
    return {values.begin() + aside, values.end() - aside};
}

/// The reader of a pattern's latencies: the producer of a round trip, else who has any.
const worker_report& reader_of(const repetition_view& view) {
    return view.repetition.producer().latencies_in_order.empty() ? view.repetition.consumer()
                                                                 : view.repetition.producer();
}

void judge_latencies(const worker_report& reader, repetition_flags& result) {
    const auto& values = reader.latencies_in_order;
    const auto held = judge_stationarity(values);
    const auto drift = drift_over_time(window_medians(values));
    const double lag_1 = autocorrelation(values);
    const auto modes = m_value(reader.latencies.buckets());
    if (held && !held->held) result.flags.emplace_back("nonstationary");
    if (modes.value_or(0) > m_value_bound || split_by_gap(between_p1_and_p99(values)))
        result.flags.emplace_back("bimodal");
    if (drift.p < drift_level) result.flags.emplace_back("drift");
    if (neighbours_correlate(values)) result.flags.emplace_back("autocorrelated");
    within_repetition& facts = result.facts.emplace();
    facts.samples = values.size();
    facts.stride = reader.order_stride;
    facts.n_eff = std::round(effective_size(values));
    facts.lag_1 = lag_1;
    facts.m_value = modes;
    facts.drift_rho = drift.rho;
    facts.drift_p = drift.p;
    if (const auto p50 = dependent_quantile_interval(values, 0.5))
        facts.p50_interval_ns = std::pair{p50->low, p50->high};
    if (held) {
        facts.first_quarter_ns = held->first;
        facts.last_quarter_ns = held->last;
    }
}

void judge_blocks(const repetition_view& view, repetition_flags& result) {
    constexpr std::size_t least_blocks = 4;
    constexpr double bound = 0.10;
    const measurement& consumer = view.consumer();
    std::vector<double> spans_ns;
    for (std::size_t i = 1; i < consumer.block_ticks.size(); ++i)
        spans_ns.push_back(static_cast<double>(
            view.clock.to_ns(consumer.block_ticks[i - 1], consumer.block_ticks[i])));
    if (spans_ns.size() < least_blocks || view.elapsed_ns() <= 0) return;
    const double block_rate = static_cast<double>(consumer.block_messages) / median(spans_ns);
    const double whole_rate = view.messages() / view.elapsed_ns();
    if (!(whole_rate > 0) || !std::isfinite(block_rate)) return;
    const double ratio = block_rate / whole_rate;
    if (std::abs(ratio - 1) > bound) result.flags.emplace_back("bursty");
    within_repetition& facts = result.facts.emplace();
    facts.blocks = spans_ns.size();
    facts.median_block_to_whole = ratio;
}

}  // namespace

repetition_flags flags_of_repetition(const repetition_view& view) {
    constexpr std::size_t least_samples = 64;
    repetition_flags result;
    const worker_report& reader = reader_of(view);
    if (reader.latencies_in_order.size() >= least_samples)
        judge_latencies(reader, result);
    else if (view.one_way())
        judge_blocks(view, result);
    return result;
}

std::vector<std::string> flags_of_cell(
    const std::vector<double>& values,
    const std::vector<std::vector<std::string>>& repetition_flags) {
    std::map<std::string, std::size_t> carried;
    for (const auto& flags : repetition_flags)
        for (const auto& flag : flags)
            ++carried[flag];
    // A flag of the cell's own outweighs any count of its repetitions.
    const std::size_t all = repetition_flags.size() + 1;
    if (split_by_gap(values)) carried["bimodal"] = all;
    if (drift_over_time(values).p < drift_level) carried["drift"] = all;
    if (neighbours_correlate(values)) carried["autocorrelated"] = all;
    std::vector<std::string> flags;
    const auto take = [&](const std::string& flag) {
        if (2 * carried[flag] > repetition_flags.size()) flags.push_back(flag);
        carried.erase(flag);
    };
    for (const auto flag : flag_order)
        take(std::string(flag));
    while (!carried.empty())
        take(carried.begin()->first);
    return flags;
}

std::string primary_metric(pattern kind,
                           const std::map<std::string, std::vector<double>>& metrics) {
    const auto has = [&](const std::string& key) {
        const auto at = metrics.find(key);
        return at != metrics.end() && !at->second.empty();
    };
    if (std::string main(pattern_of(kind).main_metric); has(main)) return main;
    for (const auto key : headline_metrics)
        if (has(std::string(key))) return std::string(key);
    for (const metric& each : all_metrics())
        if (has(std::string(each.key))) return std::string(each.key);
    return {};
}

}  // namespace ipcmark
