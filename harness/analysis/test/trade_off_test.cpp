#include "harness/analysis/trade_off.hpp"

#include <gtest/gtest.h>

#include "harness/analysis/best_ratios.hpp"
#include "harness/analysis/test/made_result.hpp"

namespace ipcmark {
namespace {

using test::made_result;

/// A round trip with a p99 and the CPU time it takes; `idle_share` of a core while nothing arrives.
void add_priced(made_result& made, const std::string& mechanism, double p99_ns, double cpu_ns,
                double idle_share = 0) {
    made.add(mechanism, {p99_ns / 2});
    made.set(mechanism, "p99_ns", p99_ns);
    made.set(mechanism, "cpu_ns_per_message", cpu_ns);
    made.set(mechanism, "idle_cpu_share", idle_share);
}

std::vector<frontier> frontiers(const made_result& made) {
    const auto found = trade_off_of(made.result, groups_of(made.result).at(0));
    return found ? found->frontiers : std::vector<frontier>{};
}

TEST(trade_off, the_frontier_is_who_nobody_beats_on_both) {
    made_result made;
    add_priced(made, "ring", 100, 90, 1);
    add_priced(made, "futex", 800, 400);
    add_priced(made, "pipe", 900, 500);
    add_priced(made, "cheap", 1000, 80);
    add_priced(made, "null", 1, 1);
    EXPECT_EQ(frontiers(made), (std::vector{frontier::all, frontier::sleepers, frontier::beaten,
                                            frontier::all, frontier::none}));
}

TEST(trade_off, equals_do_not_both_lead_and_losers_of_messages_do_not_count) {
    made_result made;
    add_priced(made, "a", 100, 90);
    add_priced(made, "b", 100, 90);
    add_priced(made, "lossy", 1, 1);
    made.set("lossy", "lost_share", 0.5);
    EXPECT_EQ(frontiers(made), (std::vector{frontier::all, frontier::beaten, frontier::apart}));
}

TEST(trade_off, the_p50_stands_where_most_have_no_p99) {
    made_result made;
    add_priced(made, "ring", 100, 90);
    for (const char* name : {"pipe", "fifo"}) {
        made.add(name, {10});
        made.set(name, "cpu_ns_per_message", 9);
    }
    const auto group = groups_of(made.result).at(0);
    EXPECT_EQ(trade_off_of(made.result, group)->latency, "p50_ns");
    made.set("pipe", "p99_ns", 20);
    const auto found = trade_off_of(made.result, group);
    EXPECT_EQ(found->latency, "p99_ns");
    EXPECT_EQ(found->frontiers[2], frontier::none) << "it has no p99";
}

TEST(trade_off, there_is_none_without_round_trips_or_their_cost) {
    made_result made;
    made.add("ring", {100});
    EXPECT_TRUE(frontiers(made).empty());
    made.set("ring", "cpu_ns_per_message", 9);
    EXPECT_EQ(frontiers(made), (std::vector{frontier::all}));
    made.cell("ring").kind = pattern::one_way;
    EXPECT_TRUE(frontiers(made).empty()) << "a stream has no latency of one message";
}

std::vector<std::optional<double>> ratios(const made_result& made, std::string_view metric) {
    return ratios_to_best(made.result, groups_of(made.result).at(0), *find_metric(metric));
}

using list = std::vector<std::optional<double>>;

TEST(best_ratios, say_how_much_worse_than_the_best) {
    made_result made;
    made.add("null", {1});
    made.add("ring", {100});
    made.add("pipe", {250});
    made.add("lossy", {2});
    made.set("lossy", "lost_share", 0.1);
    made.add("failed", {});
    made.cell("failed").ended = status::failed;
    EXPECT_EQ(ratios(made, "p50_ns"), (list{std::nullopt, 1, 2.5, std::nullopt, std::nullopt}));
    made_result streams("messages_per_second");
    streams.add("ring", {500});
    streams.add("pipe", {100});
    EXPECT_EQ(ratios(streams, "messages_per_second"), (list{1, 5}));
}

TEST(best_ratios, of_a_best_of_nothing_there_is_one_for_counts_alone) {
    made_result made;
    made.add("ring", {100});
    made.add("pipe", {250});
    made.set("ring", "switches_per_message", 0);
    made.set("pipe", "switches_per_message", 2);
    made.set("ring", "system_ns_per_message", 0);
    made.set("pipe", "system_ns_per_message", 30);
    EXPECT_EQ(ratios(made, "switches_per_message"), (list{1, 3}));
    EXPECT_EQ(ratios(made, "system_ns_per_message"), (list{1, std::nullopt}));
}

}  // namespace
}  // namespace ipcmark
