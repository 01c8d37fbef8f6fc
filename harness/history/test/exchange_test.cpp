#include "harness/history/exchange.hpp"

#include <sstream>

#include "harness/history/test/made_store.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark::test {
namespace {

class exchange : public store_test {
protected:
    static std::string text_of(const history_store& store) {
        std::ostringstream text;
        write_exchange(store, text);
        return text.str();
    }

    static void read_into(history_store& store, const std::string& text) {
        std::istringstream from(text);
        std::vector<judged_change> changes;
        exchange_reader{[&](recorded_run run) { store.add({std::move(run)}); },
                        [&](judged_change change) { changes.push_back(std::move(change)); }}
            .read(from, "text");
        store.take_judgements(changes);
    }

    static std::string fault_of(const std::string& text) {
        std::istringstream from(text);
        try {
            exchange_reader{[](recorded_run) {}, [](judged_change) {}}.read(from, "text");
        } catch (const history_error& e) {
            EXPECT_EQ(e.why(), history_error::kind::unreadable);
            return e.what();
        }
        return {};
    }
};

const std::string head = R"({"history":"ipcmark.history","version":"1.0"})"
                         "\n";

TEST_F(exchange, takes_runs_and_judgements_to_another_store) {
    history_store first(folder() / "a");
    simulate::source random(1);
    for (int i = 0; i < 40; ++i)
        first.add({made_run(i, (i < 20 ? 100 : 120) * (1 + 0.004 * random.normal()), 1)});
    const auto runs = first.runs();
    trend_search search(runs, {});
    for (auto& each : series_of(first))
        search.add(std::move(each));
    first.record(search.finish(), runs);
    ASSERT_FALSE(first.changes().empty());
    first.set_state(first.changes()[0].id, change_state::accepted, "meant");
    history_store second(folder() / "b");
    read_into(second, text_of(first));
    EXPECT_EQ(text_of(second), text_of(first));
    read_into(second, text_of(first));
    EXPECT_EQ(text_of(second), text_of(first));
}

TEST_F(exchange, names_the_line_of_a_fault) {
    EXPECT_NE(fault_of("").find("text, line 1: no history"), std::string::npos);
    EXPECT_NE(fault_of("{}\n").find("no history"), std::string::npos);
    EXPECT_NE(fault_of(R"({"history":"ipcmark.history","version":"2.0"})").find("version 2.0"),
              std::string::npos);
    EXPECT_NE(fault_of(head + "{\n").find("text, line 2: not JSON"), std::string::npos);
    EXPECT_NE(fault_of(head + R"({"run":{}})").find("line 2: a run without identity"),
              std::string::npos);
    EXPECT_NE(fault_of(head + R"({"run":{"cells":[{"figures":{"p50_ns":{"median":"x"}}}]}})")
                  .find("/cells/0/figures/p50_ns/median"),
              std::string::npos);
    EXPECT_EQ(fault_of(head + R"({"later":1})"), "");
}

}  // namespace
}  // namespace ipcmark::test
