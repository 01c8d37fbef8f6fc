#include "harness/history/store.hpp"

#include <fstream>

#include "harness/history/schema.hpp"
#include "harness/history/test/made_store.hpp"

namespace ipcmark::test {
namespace {

class history : public store_test {
protected:
    /// What opening it says.
    std::string refused(history_error::kind why) const {
        try {
            history_store store(folder());
            ADD_FAILURE() << "it was opened";
        } catch (const history_error& e) {
            EXPECT_EQ(e.why(), why);
            return e.what();
        }
        return {};
    }
};

TEST_F(history, gives_back_what_was_added) {
    recorded_run run = made_run(1);
    run.host = "h";
    run.profile = "quick";
    run.complete = false;
    run.golden = recorded_build{"0.1", "Release", "g++", "-O3", "old", true, "d"};
    run.cells[0].figures["p50_ns"].golden = 95;
    history_store store(folder());
    store.add({run});
    const auto runs = store.runs();
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_NE(runs[0].golden, 0);
    EXPECT_EQ(to_tree(*store.run(runs[0].id)), to_tree(run));
    EXPECT_FALSE(store.run(99));
}

TEST_F(history, takes_a_run_once) {
    history_store store(folder());
    EXPECT_EQ(store.add({made_run(1), made_run(2)}), (std::vector<bool>{true, true}));
    EXPECT_EQ(store.add({made_run(2), made_run(3)}), (std::vector<bool>{false, true}));
    EXPECT_EQ(store.runs().size(), 3U);
    for (const auto& each : series_of(store))
        EXPECT_EQ(each.figures.size(), 3U);
}

TEST_F(history, has_runs_in_the_order_of_their_start_whenever_they_were_added) {
    history_store store(folder());
    store.add({made_run(3, 300), made_run(1, 100)});
    store.add({made_run(2, 200)});
    const auto all = series_of(store);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].figures, (std::vector<double>{50, 100, 150}));
    EXPECT_EQ(all[1].figures, (std::vector<double>{100, 200, 300}));
    EXPECT_EQ(store.runs()[0].file, "1.json");
}

TEST_F(history, of_a_newer_version_is_refused) {
    { history_store store(folder()); }
    { database(file()).execute("PRAGMA user_version = 99"); }
    EXPECT_NE(refused(history_error::kind::unreadable).find("is of version 99"), std::string::npos);
}

TEST_F(history, of_somebody_else_is_left_alone) {
    { database(file()).execute("CREATE TABLE theirs (x)"); }
    EXPECT_NE(refused(history_error::kind::unreadable).find("of another program"),
              std::string::npos);
}

TEST_F(history, that_is_no_database_is_refused) {
    std::ofstream(file()) << std::string(4096, 'x');
    EXPECT_NE(refused(history_error::kind::unreadable).find("is no history"), std::string::npos);
}

TEST_F(history, that_is_not_there_is_not_made_by_reading) {
    EXPECT_THROW(history_store::existing(folder() / "none"), history_error);
    EXPECT_FALSE(std::filesystem::exists(folder() / "none"));
}

TEST_F(history, of_an_older_version_is_migrated_with_its_rows) {
    const char* const first[] = {"CREATE TABLE kept (a INTEGER); INSERT INTO kept VALUES (7);"};
    const char* const both[] = {first[0], "ALTER TABLE kept ADD COLUMN b INTEGER DEFAULT 8;"};
    const database store(file());
    migrate(store, file(), first);
    migrate(store, file(), both);
    migrate(store, file(), both);
    statement asked = store.prepare("SELECT a, b FROM kept");
    ASSERT_TRUE(asked.step());
    EXPECT_EQ(asked.whole(0), 7);
    EXPECT_EQ(asked.whole(1), 8);
    EXPECT_FALSE(asked.step());
}

TEST_F(history, whose_migration_fails_is_as_it_was) {
    const char* const first[] = {"CREATE TABLE kept (a INTEGER);"};
    const char* const broken[] = {first[0], "CREATE TABLE more (a); CREATE TABLE kept (a);"};
    const database store(file());
    migrate(store, file(), first);
    EXPECT_THROW(migrate(store, file(), broken), std::logic_error);
    statement tables = store.prepare("SELECT count(*) FROM sqlite_schema");
    ASSERT_TRUE(tables.step());
    EXPECT_EQ(tables.whole(0), 1);
}

TEST_F(history, forgets_what_is_pruned) {
    history_store store(folder());
    for (int i = 0; i < 10; ++i)
        store.add({made_run(i)});
    EXPECT_EQ(store.prune_to(6), 4U);
    EXPECT_EQ(store.runs()[0].file, "4.json");
    EXPECT_EQ(store.prune_before("2026-01-01T00:00:06"), 2U);
    EXPECT_EQ(series_of(store)[0].figures.size(), 4U);
    EXPECT_EQ(store.prune_to(0), 4U);
    EXPECT_TRUE(series_of(store).empty());
    EXPECT_TRUE(store.fingerprints().empty());
}

}  // namespace
}  // namespace ipcmark::test
