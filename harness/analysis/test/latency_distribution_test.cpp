#include "harness/analysis/latency_distribution.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "harness/analysis/pooled_percentiles.hpp"
#include "harness/stats/histogram.hpp"

namespace ipcmark {
namespace {

cell_result with_latencies(const std::vector<std::int64_t>& ns) {
    histogram latencies;
    for (const auto each : ns)
        latencies.record(each);
    cell_result cell;
    cell.histogram.emplace();
    cell.histogram->sub_bucket_bits = histogram::sub_bucket_bits;
    cell.histogram->count = latencies.count();
    cell.histogram->bins = latencies.buckets();
    return cell;
}

std::vector<std::int64_t> up_to(std::int64_t most) {
    std::vector<std::int64_t> all;
    for (std::int64_t ns = 1; ns <= most; ++ns)
        all.push_back(ns);
    return all;
}

TEST(latency_distribution, has_quantiles_that_rise_and_are_bounded_in_number) {
    const auto& all = distribution_quantiles();
    EXPECT_EQ(all.front(), 0);
    EXPECT_LT(all.back(), 1);
    EXPECT_LE(all.size(), 300u);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), std::less_equal<>()));
    for (const double q : {0.5, 0.9, 0.99, 0.995})
        EXPECT_TRUE(std::find(all.begin(), all.end(), q) != all.end()) << q;
}

TEST(latency_distribution, is_on_one_curve_with_the_percentiles) {
    const auto cell = with_latencies(up_to(100'000));
    const auto found = distribution_of(cell);
    ASSERT_TRUE(found);
    const auto percentiles = pooled_percentiles(cell);
    ASSERT_GE(percentiles.size(), 3u);
    const auto& quantiles = distribution_quantiles();
    std::size_t met = 0;
    for (const auto& [q, ns] : percentiles)
        for (std::size_t i = 0; i < found->supported; ++i)
            if (quantiles[i] == q) {
                EXPECT_EQ(found->ns[i], ns) << q;
                ++met;
            }
    EXPECT_GE(met, 3u) << "p50, p90, p99";
}

TEST(latency_distribution, ends_a_curve_where_fewer_than_ten_messages_lie_beyond) {
    const auto found = distribution_of(with_latencies(up_to(1000)));
    ASSERT_TRUE(found);
    const auto& quantiles = distribution_quantiles();
    EXPECT_LE(quantiles[found->supported - 1], 0.99);
    EXPECT_GT(quantiles[found->supported], 0.99);
    EXPECT_GT(found->ns.size(), found->supported + 1) << "the export goes on to the greatest";
    EXPECT_EQ(found->counts.back(), 1000u);
    EXPECT_EQ(found->greatest_ns, found->ns.back());
    EXPECT_TRUE(std::is_sorted(found->ns.begin(), found->ns.end()));
    EXPECT_TRUE(std::is_sorted(found->counts.begin(), found->counts.end()));
}

TEST(latency_distribution, says_in_which_bin_of_the_histogram_each_value_is) {
    const auto cell = with_latencies(up_to(1000));
    const auto found = distribution_of(cell);
    ASSERT_TRUE(found);
    const auto& bins = cell.histogram->bins;
    ASSERT_EQ(found->bins.size(), found->ns.size());
    for (std::size_t i = 0; i < found->bins.size(); ++i) {
        const std::size_t bin = found->bins[i];
        ASSERT_LT(bin, bins.size());
        EXPECT_GE(found->ns[i], double(histogram::lowest_of(bins[bin].first)));
        EXPECT_LT(found->ns[i], double(histogram::lowest_of(bins[bin].first) +
                                       histogram::width_of(bins[bin].first)));
        std::uint64_t below = 0;
        for (std::size_t up_to_it = 0; up_to_it <= bin; ++up_to_it)
            below += bins[up_to_it].second;
        EXPECT_EQ(found->counts[i], below);
    }
    EXPECT_EQ(found->bins.back(), bins.size() - 1);
}

TEST(latency_distribution, knows_mean_and_deviation) {
    const auto found = distribution_of(with_latencies({2, 4, 4, 4, 5, 5, 7, 9}));
    ASSERT_TRUE(found);
    EXPECT_DOUBLE_EQ(found->mean_ns, 5);
    EXPECT_DOUBLE_EQ(found->deviation_ns, 2);
    EXPECT_EQ(found->greatest_ns, 9);
    EXPECT_EQ(found->ns.front(), 2);
    EXPECT_EQ(found->supported, 0u);
}

TEST(latency_distribution, is_absent_where_nothing_was_measured) {
    EXPECT_FALSE(distribution_of({}));
    EXPECT_FALSE(distribution_of(with_latencies({})));
}

}  // namespace
}  // namespace ipcmark
