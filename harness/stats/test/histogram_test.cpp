#include "harness/stats/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace ipcmark {
namespace {

/// The exact quantile by the same definition: the value at rank ceil(q n).
double exact_quantile(std::vector<std::int64_t> samples, double q) {
    std::sort(samples.begin(), samples.end());
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(samples.size())));
    return static_cast<double>(samples[std::max<std::size_t>(rank, 1) - 1]);
}

TEST(histogram, every_value_lies_in_its_bucket) {
    for (std::uint64_t value = 0; value < histogram::highest_ns; value = value * 9 / 8 + 1) {
        const std::size_t index = histogram::index_of(value);
        ASSERT_LT(index, histogram::bucket_count);
        ASSERT_LE(histogram::lowest_of(index), value);
        ASSERT_LT(value, histogram::lowest_of(index) + histogram::width_of(index));
        if (value >= histogram::sub_buckets) {
            ASSERT_LE(static_cast<double>(histogram::width_of(index)) / static_cast<double>(value),
                      0.008);
        }
    }
}

TEST(histogram, buckets_follow_each_other_without_gap) {
    for (std::size_t i = 0; i + 1 < histogram::bucket_count; ++i)
        ASSERT_EQ(histogram::lowest_of(i) + histogram::width_of(i), histogram::lowest_of(i + 1));
    EXPECT_EQ(histogram::index_of(histogram::highest_ns), histogram::bucket_count - 1);
}

TEST(histogram, quantiles_agree_with_sorted_samples) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> latencies(9, 1.5);
    histogram h;
    std::vector<std::int64_t> samples;
    for (int i = 0; i < 100'000; ++i) {
        samples.push_back(static_cast<std::int64_t>(latencies(random)));
        h.record(samples.back());
    }
    for (const double q : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
        const double exact = exact_quantile(samples, q);
        EXPECT_NEAR(h.quantile_ns(q), exact, 0.008 * exact + 0.5) << q;
    }
    EXPECT_EQ(h.count(), samples.size());
}

TEST(histogram, merging_is_adding) {
    std::mt19937_64 random(11);
    std::exponential_distribution<double> latencies(1e-4);
    histogram all;
    histogram first;
    histogram second;
    for (int i = 0; i < 20'000; ++i) {
        const auto value = static_cast<std::int64_t>(latencies(random));
        all.record(value);
        (i % 3 == 0 ? first : second).record(value);
    }
    first.add(second);
    EXPECT_EQ(first.buckets(), all.buckets());
    EXPECT_EQ(first.least_ns(), all.least_ns());
    EXPECT_EQ(first.greatest_ns(), all.greatest_ns());
}

TEST(histogram, extremes_stay_exact_and_nothing_falls_out) {
    histogram h;
    h.record(-5);
    h.record(1'000'003);
    h.record(std::int64_t{1} << 40);
    EXPECT_EQ(h.count(), 3u);
    EXPECT_EQ(h.least_ns(), 0u);
    EXPECT_EQ(h.greatest_ns(), histogram::highest_ns);
}

TEST(histogram, unsupported_percentiles_are_withheld) {
    histogram h;
    for (int i = 0; i < 999; ++i)
        h.record(100);
    EXPECT_FALSE(h.supported_quantile_ns(0.99));
    h.record(100);
    EXPECT_TRUE(h.supported_quantile_ns(0.99));
    EXPECT_FALSE(h.supported_quantile_ns(0.999));
    EXPECT_FALSE(histogram().supported_quantile_ns(0.5));
}

TEST(histogram, survives_the_way_through_its_buckets) {
    histogram h;
    for (int i = 1; i < 5'000; ++i)
        h.record(i * i);
    histogram copy;
    for (const auto& [index, count] : h.buckets())
        copy.add_bucket(index, count);
    copy.set_extremes(h.least_ns(), h.greatest_ns());
    EXPECT_EQ(copy.buckets(), h.buckets());
    EXPECT_EQ(copy.quantile_ns(0.99), h.quantile_ns(0.99));
    EXPECT_THROW(copy.add_bucket(histogram::bucket_count, 1), std::out_of_range);
}

}  // namespace
}  // namespace ipcmark
