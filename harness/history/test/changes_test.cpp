#include "harness/history/test/made_store.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark::test {
namespace {

/// Runs of which those from `step` on are worse by a tenth.
class changes : public store_test {
protected:
    void SetUp() override {
        store_test::SetUp();
        store_.emplace(folder());
    }
    void TearDown() override {
        store_.reset();
        store_test::TearDown();
    }

    history_store& store() { return *store_; }

    void add(int from, int to, double p50) {
        std::vector<recorded_run> runs;
        for (int i = from; i < to; ++i)
            runs.push_back(made_run(i, p50 * jitter(i), 1));
        store().add(runs);
    }

    static double jitter(int number) {
        simulate::source random(static_cast<std::uint64_t>(number) + 1);
        return 1 + 0.004 * random.normal();
    }

    std::vector<kept_change> analyse() {
        const auto runs = store().runs();
        trend_search search(runs, {});
        for (auto& each : series_of(store()))
            search.add(std::move(each));
        store().record(search.finish(), runs);
        return store().changes();
    }

    /// Of the p50.
    static kept_change change_in(const std::vector<kept_change>& all) {
        for (const auto& each : all)
            if (each.metric == "p50_ns" && each.worse) return each;
        ADD_FAILURE() << "no change of p50";
        return {};
    }

private:
    std::optional<history_store> store_;
};

TEST_F(changes, are_detected_once) {
    add(0, 30, 100);
    EXPECT_TRUE(analyse().empty());
    add(30, 50, 110);
    const auto first = analyse();
    EXPECT_EQ(first.size(), 2U);  // p50 and CPU time
    const auto one = change_in(first);
    EXPECT_EQ(one.state, change_state::detected);
    EXPECT_TRUE(is_open(one));
    EXPECT_NEAR(one.ratio, 1.1, 0.01);
    ASSERT_NE(one.first_bad, 0);
    EXPECT_EQ(store().run(one.first_bad)->file, "30.json");
    EXPECT_EQ(store().run(one.last_good)->file, "29.json");
    EXPECT_EQ(change_in(analyse()).id, one.id);
}

TEST_F(changes, keep_what_people_said_of_them) {
    add(0, 30, 100);
    add(30, 50, 110);
    const auto id = change_in(analyse()).id;
    EXPECT_TRUE(store().set_state(id, change_state::accepted, "meant"));
    add(50, 60, 110);
    const auto again = change_in(analyse());
    EXPECT_EQ(again.id, id);
    EXPECT_EQ(again.state, change_state::accepted);
    EXPECT_EQ(again.note, "meant");
    EXPECT_FALSE(is_open(again));
    EXPECT_TRUE(store().set_state(id, change_state::confirmed, ""));
    EXPECT_EQ(change_in(store().changes()).note, "meant");
    EXPECT_TRUE(is_open(change_in(store().changes())));
    EXPECT_FALSE(store().set_state(12'345, change_state::ignored, ""));
}

TEST_F(changes, are_fixed_where_the_old_level_comes_back) {
    add(0, 30, 100);
    add(30, 50, 110);
    const auto id = change_in(analyse()).id;
    add(50, 70, 100);
    const auto fixed = change_in(analyse());
    EXPECT_EQ(fixed.id, id);
    EXPECT_EQ(fixed.state, change_state::fixed);
    ASSERT_TRUE(fixed.fixed_by);
    const std::string back = store().run(*fixed.fixed_by)->file;
    EXPECT_TRUE(back == "49.json" || back == "50.json" || back == "51.json") << back;
    EXPECT_FALSE(is_open(fixed));
}

TEST_F(changes, go_with_the_runs_that_they_are_about) {
    add(0, 30, 100);
    add(30, 50, 110);
    EXPECT_FALSE(analyse().empty());
    store().prune_to(10);
    EXPECT_TRUE(store().changes().empty());
}

TEST_F(changes, that_are_found_no_more_go_unless_they_were_judged) {
    add(0, 30, 100);
    add(30, 50, 110);
    const auto found = analyse();
    ASSERT_EQ(found.size(), 2U);
    store().set_state(found[0].id, change_state::ignored, "the machine");
    const auto runs = store().runs();
    std::vector<trend> nothing;
    for (const auto& each : found) {
        trend one;
        one.series = each.series;
        nothing.push_back(one);
    }
    store().record(nothing, runs);
    const auto left = store().changes();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].id, found[0].id);
}

}  // namespace
}  // namespace ipcmark::test
