#include "harness/stats/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ipcmark {

void histogram::add(const histogram& other) {
    for (std::size_t i = 0; i < bucket_count; ++i)
        counts_[i] += other.counts_[i];
    count_ += other.count_;
    least_ = std::min(least_, other.least_);
    greatest_ = std::max(greatest_, other.greatest_);
}

void histogram::add_bucket(std::size_t index, std::uint64_t count) {
    counts_.at(index) += count;
    count_ += count;
    const std::uint64_t middle = lowest_of(index) + (width_of(index) - 1) / 2;
    least_ = std::min(least_, middle);
    greatest_ = std::max(greatest_, middle);
}

double histogram::quantile_ns(double q) const {
    if (count_ == 0) return 0;
    const auto rank = std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_))), 1, count_);
    std::uint64_t seen = 0;
    std::size_t index = 0;
    while ((seen += counts_[index]) < rank)
        ++index;
    const double middle =
        static_cast<double>(lowest_of(index)) + static_cast<double>(width_of(index) - 1) / 2;
    return std::clamp(middle, static_cast<double>(least_), static_cast<double>(greatest_));
}

std::optional<double> histogram::supported_quantile_ns(double q, double exceedances) const {
    if (static_cast<double>(count_) * (1 - q) < exceedances) return std::nullopt;
    return quantile_ns(q);
}

double histogram::mean_ns() const {
    if (count_ == 0) return 0;
    double sum = 0;
    for (const auto& [index, count] : buckets())
        sum +=
            (static_cast<double>(lowest_of(index)) + static_cast<double>(width_of(index) - 1) / 2) *
            static_cast<double>(count);
    return std::clamp(sum / static_cast<double>(count_), static_cast<double>(least_),
                      static_cast<double>(greatest_));
}

std::vector<std::pair<std::size_t, std::uint64_t>> histogram::buckets() const {
    std::vector<std::pair<std::size_t, std::uint64_t>> result;
    for (std::size_t i = 0; i < bucket_count; ++i)
        if (counts_[i] != 0) result.emplace_back(i, counts_[i]);
    return result;
}

}  // namespace ipcmark
