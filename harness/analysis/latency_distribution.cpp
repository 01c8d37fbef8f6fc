#include "harness/analysis/latency_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "harness/stats/histogram.hpp"

namespace ipcmark {

namespace {

constexpr int percents = 99;
constexpr int steps_per_halving = 5;
constexpr int halvings = 27;  // to one message in 1.3e10
constexpr double exceedances = 10;

std::vector<double> make_quantiles() {
    std::vector<double> all;
    for (int percent = 0; percent < percents; percent += percent < 90 ? 2 : 1)
        all.push_back(percent / 100.0);
    double beyond = 0.01;
    for (int halving = 0; halving < halvings; ++halving, beyond /= 2)
        for (int step = 0; step < steps_per_halving; ++step)
            all.push_back(1 - beyond * (1 - step / (2.0 * steps_per_halving)));
    return all;
}

using buckets = std::vector<std::pair<std::size_t, std::uint64_t>>;  // index, messages

double middle_of(std::size_t bucket) {
    return static_cast<double>(histogram::lowest_of(bucket)) +
           static_cast<double>(histogram::width_of(bucket) - 1) / 2;
}

/// Walks up the buckets of a histogram.
class ascent {
public:
    ascent(const buckets& of, const histogram& from)
        : first_(of.begin()),
          at_(of.begin()),
          seen_(at_->second),
          least_(static_cast<double>(from.least_ns())),
          greatest_(static_cast<double>(from.greatest_ns())) {}

    /// To the bucket of that rank, from 1 to the number of messages; never downwards.
    void climb(std::uint64_t rank) {
        while (seen_ < rank)
            seen_ += (++at_)->second;
    }

    void write(latency_distribution& to) const {
        to.ns.push_back(std::clamp(middle_of(at_->first), least_, greatest_));
        to.counts.push_back(seen_);
        to.bins.push_back(static_cast<std::uint64_t>(at_ - first_));
    }

private:
    buckets::const_iterator first_;
    buckets::const_iterator at_;
    std::uint64_t seen_;
    double least_;
    double greatest_;
};

void add_moments(const buckets& of, double total, latency_distribution& to) {
    for (const auto& [bucket, count] : of)
        to.mean_ns += static_cast<double>(count) / total * middle_of(bucket);
    double variance = 0;
    for (const auto& [bucket, count] : of)
        variance +=
            static_cast<double>(count) / total * std::pow(middle_of(bucket) - to.mean_ns, 2);
    to.deviation_ns = std::sqrt(variance);
}

}  // namespace

const std::vector<double>& distribution_quantiles() {
    static const std::vector<double> all = make_quantiles();
    return all;
}

std::optional<latency_distribution> distribution_of(const cell_result& cell) {
    if (!cell.histogram) return std::nullopt;
    histogram pooled;
    for (const auto& [index, messages] : cell.histogram->bins)
        pooled.add_bucket(index, messages);
    if (pooled.count() == 0) return std::nullopt;
    const buckets of = pooled.buckets();
    const auto total = static_cast<double>(pooled.count());
    latency_distribution found;
    ascent up(of, pooled);
    for (const double q : distribution_quantiles()) {
        if (total * (1 - q) < 1) break;
        up.climb(static_cast<std::uint64_t>(std::ceil(q * total)));
        up.write(found);
        if (total * (1 - q) >= exceedances) ++found.supported;
    }
    up.climb(pooled.count());
    up.write(found);
    found.greatest_ns = found.ns.back();
    add_moments(of, total, found);
    return found;
}

}  // namespace ipcmark
