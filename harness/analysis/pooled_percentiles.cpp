#include "harness/analysis/pooled_percentiles.hpp"

#include "harness/stats/histogram.hpp"

namespace ipcmark {

namespace {

std::optional<double> percentile_of(const histogram_info& from, const percentile& which) {
    if (from.effective_messages) {
        const auto worth = from.effective_messages->find(std::string(which.key));
        if (worth != from.effective_messages->end() && !is_told_by(worth->second, which.q))
            return std::nullopt;
    }
    histogram pooled;
    for (const auto& [index, count] : from.bins)
        pooled.add_bucket(index, count);
    return pooled.supported_quantile_ns(which.q);
}

}  // namespace

void pooled_messages::add(const repetition_record& record) {
    if (record.latency_buckets.empty()) return;
    ++repetitions_;
    double all = 0;
    for (const auto& [index, count] : record.latency_buckets) {
        buckets_[index] += count;
        all += static_cast<double>(count);
    }
    for (const auto& [q, key] : percentiles) {
        const std::string name(key);
        double worth = all;
        if (record.timed && record.timed->effective_messages)
            if (const auto at = record.timed->effective_messages->find(name);
                at != record.timed->effective_messages->end())
                worth = at->second;
        effective_messages_[name] += worth;
    }
}

std::optional<histogram_info> pooled_messages::histogram() const {
    if (buckets_.empty()) return std::nullopt;
    histogram_info info;
    info.sub_bucket_bits = ipcmark::histogram::sub_bucket_bits;
    info.bins.assign(buckets_.begin(), buckets_.end());
    for (const auto& [index, count] : info.bins)
        info.count += count;
    info.effective_messages = effective_messages_;
    return info;
}

std::optional<double> pooled_messages::percentile_ns(const percentile& which) const {
    const auto info = histogram();
    return info ? percentile_of(*info, which) : std::nullopt;
}

std::vector<std::pair<double, double>> pooled_percentiles(const cell_result& cell) {
    if (!cell.histogram) return {};
    std::vector<std::pair<double, double>> found;
    for (const percentile& each : percentiles)
        if (const auto ns = percentile_of(*cell.histogram, each)) found.emplace_back(each.q, *ns);
    return found;
}

std::optional<metric_summary> summary_of_percentile(const percentile& which,
                                                    const std::vector<double>& by_repetition,
                                                    const pooled_messages& messages,
                                                    double least_ns) {
    const metric& of = *find_metric(which.key);
    if (by_repetition.size() >= messages.repetitions())
        return summary_of(by_repetition, "repetitions", of.unit, "lower", of.source);
    const auto ns = messages.percentile_ns(which);
    if (!ns || *ns < least_ns) return std::nullopt;
    metric_summary summary;
    summary.n = messages.repetitions();
    summary.median = ns;
    summary.method = "pooled: of the messages of all repetitions together";
    summary.unit = of.unit;
    summary.better = "lower";
    summary.source = of.source;
    summary.pooled = true;
    return summary;
}

}  // namespace ipcmark
