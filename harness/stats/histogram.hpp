#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace ipcmark {

/// Log-linear latency histogram: exact below 128 ns, above that 128 buckets an octave, so a
/// bucket's width is at most 1/128 (0.8 %) of its values and its midpoint at most 0.4 % off.
/// Storage is allocated and touched at construction; record never allocates and never throws.
/// Method: HdrHistogram (Tene), with binary sub-buckets.
class histogram {
public:
    static constexpr unsigned sub_bucket_bits = 7;
    static constexpr std::uint64_t sub_buckets = std::uint64_t{1} << sub_bucket_bits;
    static constexpr std::uint64_t highest_ns = (std::uint64_t{1} << 36) - 1;  // 68.7 s
    static constexpr std::size_t bucket_count = (36 - sub_bucket_bits + 1) * sub_buckets;

    histogram() : counts_(bucket_count, 0) {}

    /// `value_ns` < 0 counts as 0; above 68.7 s it counts in the top bucket.
    void record(std::int64_t value_ns) noexcept {
        const std::uint64_t value =
            value_ns < 0 ? 0 : std::min(static_cast<std::uint64_t>(value_ns), highest_ns);
        ++counts_[index_of(value)];
        ++count_;
        if (value < least_) least_ = value;
        if (value > greatest_) greatest_ = value;
    }

    void add(const histogram& other);
    /// Adds `count` values of bucket `index`; extremes become that bucket's midpoint. For reading
    /// stored histograms. Throws std::out_of_range.
    void add_bucket(std::size_t index, std::uint64_t count);

    /// Restores the exact extremes of a histogram rebuilt from its buckets.
    void set_extremes(std::uint64_t least_ns, std::uint64_t greatest_ns) noexcept {
        least_ = least_ns;
        greatest_ = greatest_ns;
    }

    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t least_ns() const noexcept { return count_ == 0 ? 0 : least_; }
    std::uint64_t greatest_ns() const noexcept { return greatest_; }

    /// The value at rank ceil(q * count), 0 < q <= 1, as its bucket's midpoint kept within the
    /// extremes seen. 0 when empty.
    double quantile_ns(double q) const;
    /// As above, but nullopt unless at least `exceedances` samples lie beyond it.
    std::optional<double> supported_quantile_ns(double q, double exceedances = 10) const;

    /// Of the buckets' midpoints. 0 when empty.
    double mean_ns() const;

    /// Non-empty buckets, ascending: index and count.
    std::vector<std::pair<std::size_t, std::uint64_t>> buckets() const;

    static constexpr std::size_t index_of(std::uint64_t value) noexcept {
        if (value < sub_buckets) return value;
        const unsigned octave = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bucket_bits;
        return (octave + 1) * sub_buckets + (value >> octave) - sub_buckets;
    }
    static constexpr std::uint64_t lowest_of(std::size_t index) noexcept {
        if (index < sub_buckets) return index;
        const std::size_t octave = index / sub_buckets - 1;
        return (sub_buckets + index % sub_buckets) << octave;
    }
    static constexpr std::uint64_t width_of(std::size_t index) noexcept {
        return index < sub_buckets ? 1 : std::uint64_t{1} << (index / sub_buckets - 1);
    }

private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t least_ = highest_ns;
    std::uint64_t greatest_ = 0;
};

}  // namespace ipcmark
