#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "harness/worker/loops/exchange.hpp"
#include "harness/worker/shared_state_region.hpp"

/// The instrument's own honesty: delays that are known, on a clock that nothing else moves, come
/// back as they were injected. Arithmetic, no timing.
namespace ipcmark {
namespace {

/// Receives at once what it sent; each receive moves the clock by the next delay.
struct delaying_end {
    static constexpr transport_info info{
        .name = "delaying_end", .summary = "", .family = "", .reference = "", .loops_back = true};
    std::uint64_t* now_ns;
    std::function<double()> delay_ns;
    std::vector<std::byte> message = std::vector<std::byte>(64);

    template <class Fill>
    void send(Fill fill) {
        fill(writable(message));
    }
    template <class Consume>
    bool recv(Consume consume) {
        *now_ns += static_cast<std::uint64_t>(std::llround(delay_ns()));
        consume(readable(message));
        return true;
    }
};

class injected_delay_test : public testing::Test {
protected:
    histogram measured(std::function<double()> delay_ns) {
        std::uint64_t now_ns = 1'000'000'000;
        clock_parameters clock;
        clock.injected_ns = &now_ns;
        effort work;
        work.timed_ns = 3'000'000'000'000;
        work.max_messages = 100'000;
        const payload_plan plan{touch::rw, 64, 7};
        session run(*shared, unpinned_pair(), 0, clock, work, plan, plan, sequence_rule::strict);
        delaying_end end{&now_ns, std::move(delay_ns)};
        loops::loop_back(end, run);
        EXPECT_EQ(run.latencies.count(), 100'000u);
        return std::move(run.latencies);
    }
    shared_state_region shared{2};
    std::mt19937_64 random{2024};
};

TEST_F(injected_delay_test, a_constant_one_comes_back_exactly_to_the_bucket) {
    const histogram seen = measured([] { return 10'000; });
    EXPECT_NEAR(seen.quantile_ns(0.5), 10'000, 100);
    EXPECT_NEAR(seen.quantile_ns(0.99), 10'000, 100);
    EXPECT_EQ(seen.least_ns(), 10'000u);
    EXPECT_EQ(seen.greatest_ns(), 10'000u);
}

TEST_F(injected_delay_test, two_modes_stay_two_modes) {
    std::bernoulli_distribution slow(0.3);
    const histogram seen = measured([&] { return slow(random) ? 50'000 : 5'000; });
    EXPECT_NEAR(seen.quantile_ns(0.5), 5'000, 0.02 * 5'000);
    EXPECT_NEAR(seen.quantile_ns(0.69), 5'000, 0.02 * 5'000);
    EXPECT_NEAR(seen.quantile_ns(0.71), 50'000, 0.05 * 50'000);
    EXPECT_NEAR(seen.quantile_ns(0.99), 50'000, 0.05 * 50'000);
}

TEST_F(injected_delay_test, a_pareto_tail_is_kept) {
    constexpr double least_ns = 5'000;
    constexpr double shape = 2;
    std::uniform_real_distribution<double> uniform(0, 1);
    const auto pareto = [](double q) { return least_ns * std::pow(1 - q, -1 / shape); };
    const histogram seen = measured([&] { return pareto(uniform(random)); });
    EXPECT_NEAR(seen.quantile_ns(0.5), pareto(0.5), 0.02 * pareto(0.5));
    EXPECT_NEAR(seen.quantile_ns(0.99), pareto(0.99), 0.05 * pareto(0.99));
}

}  // namespace
}  // namespace ipcmark
