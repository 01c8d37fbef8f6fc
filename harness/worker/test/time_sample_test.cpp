#include "harness/stats/time_sample.hpp"

#include <gtest/gtest.h>

#include "harness/worker/protocol.hpp"

namespace ipcmark {
namespace {

time_sample after(std::int64_t values) {
    time_sample sample;
    for (std::int64_t i = 0; i < values; ++i)
        sample.record(i);
    return sample;
}

TEST(time_sample, a_short_series_is_kept_whole_and_in_order) {
    const auto values = after(2'048).values();
    ASSERT_EQ(values.size(), 2'048u);
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_EQ(values[i], static_cast<double>(i));
    EXPECT_TRUE(time_sample().values().empty());
}

TEST(time_sample, a_long_series_is_kept_evenly_whatever_its_length) {
    for (const std::int64_t n : {2'049, 2'050, 4'095, 4'096, 4'097, 5'000, 100'000, 1'234'567}) {
        const time_sample sample = after(n);
        const auto values = sample.values();
        const auto stride = static_cast<double>(sample.stride());
        ASSERT_GT(values.size(), time_sample::at_most / 2) << n;
        ASSERT_LE(values.size(), time_sample::at_most) << n;
        for (std::size_t i = 0; i < values.size(); ++i)
            ASSERT_EQ(values[i], stride * static_cast<double>(i)) << n;
        // Nothing of the end is missing.
        EXPECT_LT(static_cast<double>(n) - 1 - values.back(), stride) << n;
    }
}

TEST(time_sample, a_report_carries_it_to_the_parent) {
    worker_report report;
    const time_sample sample = after(5'000);
    report.latencies_in_order = sample.values();
    report.order_stride = sample.stride();
    const worker_report back = decode_report(encode(report));
    EXPECT_EQ(back.latencies_in_order, report.latencies_in_order);
    EXPECT_EQ(back.order_stride, 4u);
}

}  // namespace
}  // namespace ipcmark
