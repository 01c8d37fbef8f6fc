#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "bench/test/cli_test.hpp"

/// `ipcmark history`, `compare` against it, and its page.
namespace ipcmark::test {
namespace {

const std::string judged_cell = "round_trip/pipe/64/l3";

/// From then on it is one build, the golden one.
constexpr int golden_day = 100;

class history : public cli_test {
protected:
    void SetUp() override {
        sample_ = nlohmann::json::parse(read_file(IPCMARK_SAMPLE));
        box.set("XDG_DATA_HOME", (box.work() / "data").string());
    }

    /// The sample as if it had been measured on that day, its costs times `factor`.
    std::string run_of(int day, double factor, const std::string& machine = "") {
        nlohmann::json run = sample_;
        run["run"]["started"] =
            fmt::format("2026-{:02}-{:02}T10:00:00+00:00", 1 + day / 28, 1 + day % 28);
        run["plan"]["seed"] = std::to_string(day);
        run["build"]["git"]["revision"] =
            fmt::format("{:012x}", 0xabc000 + std::min(day, golden_day));
        if (!machine.empty()) {
            run["environment"]["fingerprint"] = "sha256:" + machine.substr(2);
            run["environment"]["identity"]["kernel_release"] = machine;
        }
        // A machine is never twice the same.
        std::mt19937 random(static_cast<unsigned>(day));
        const double jitter = 1 + 0.01 * (static_cast<double>(random() % 1'000) / 1'000 - 0.5);
        for (auto& cell : run["cells"])
            for (auto& [key, summary] : cell["summary"].items())
                if (summary["better"] == "lower" && summary["median"].is_number())
                    summary["median"] = summary["median"].get<double>() * factor * jitter;
        const std::string file = fmt::format("{}.json", day);
        box.write(file, run.dump());
        return file;
    }

    void add_days(int from, int to, double factor, const std::string& machine = "") {
        std::string line = "ipcmark history add";
        for (int day = from; day < to; ++day)
            line += " " + run_of(day, factor, machine);
        expect_code(0, line);
    }

    nlohmann::json analysis(const std::string& more = "") {
        return nlohmann::json::parse(
            expect_code(0, "ipcmark history analyze --format json " + more).out);
    }

    /// The number of the change of a cell's p50 for the worse; 0: there is none.
    int change_of(const std::string& cell) {
        const auto all = analysis();
        for (const auto& each : all.at("changes"))
            if (each.at("cell") == cell && each.at("metric") == "p50_ns" && each.at("worse"))
                return each.at("id");
        return 0;
    }

private:
    nlohmann::json sample_;
};

TEST_F(history, takes_a_run_once_and_says_so) {
    const std::string file = run_of(1, 1);
    EXPECT_TRUE(matches(expect_code(0, "ipcmark history add " + file).out,
                        "^1 run added to .*/data/ipcmark/history.sqlite\n$"));
    const auto again = expect_code(0, "ipcmark history add " + file);
    EXPECT_TRUE(matches(again.out, "^0 runs added, 1 run there already"));
    EXPECT_TRUE(matches(again.err, "1.json is in the history already"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark history show").out, "1.json \\(2026-01-02 10:00"));
}

TEST_F(history, finds_a_change_and_gates_by_it_until_it_is_accepted) {
    add_days(0, 15, 1);
    expect_code(0, "ipcmark history analyze --fail");
    add_days(15, 30, 1.1);
    const auto found = expect_code(1, "ipcmark history analyze --fail");
    EXPECT_TRUE(matches(found.out, "round_trip/pipe/64/l3, p50: 1.1x since 15.json"));
    EXPECT_TRUE(matches(found.out,
                        "ipcmark ab --a 000000abc00e --b 000000abc00f --build COMMAND --built FILE "
                        "--pattern round_trip --mechanism pipe --payload 64 --placement l3"));
    EXPECT_TRUE(matches(found.out, "changes for the worse are open.*\n$"));
    std::vector<int> numbers;
    const auto seen = analysis();
    for (const auto& each : seen.at("changes"))
        numbers.push_back(each.at("id"));
    const auto [first, last] = std::minmax_element(numbers.begin(), numbers.end());
    expect_code(
        0, fmt::format("ipcmark history accept {}-{} --note 'checksums are on'", *first, *last));
    expect_code(0, "ipcmark history analyze --fail");
    EXPECT_TRUE(matches(expect_code(0, "ipcmark history show").out,
                        "accepted: .*\n    Note: checksums are on\n"));
    const int one = change_of(judged_cell);
    ASSERT_NE(one, 0);
    expect_code(0, "ipcmark history confirm " + std::to_string(one));
    expect_code(1, "ipcmark history analyze --fail");
    expect_code(0, "ipcmark history ignore " + std::to_string(one));
    expect_code(0, "ipcmark history analyze --fail");
    expect_refused(4, "ipcmark history accept 4711", "there is no change 4711");
    expect_refused(2, "ipcmark history accept 3-x", "'3-x' is no number of a change");
}

TEST_F(history, that_goes_back_is_fixed) {
    add_days(0, 15, 1);
    add_days(15, 30, 1.1);
    ASSERT_NE(change_of(judged_cell), 0);
    add_days(30, 45, 1);
    expect_code(0, "ipcmark history analyze --fail");
    EXPECT_TRUE(
        matches(expect_code(0, "ipcmark history show --filter '^round_trip/pipe/64/l3$'").out,
                "fixed: round_trip/pipe/64/l3, p50"));
}

TEST_F(history, is_broken_where_the_machine_changes) {
    add_days(0, 15, 1, "6.12");
    add_days(15, 30, 1.3, "6.18");
    const auto all = analysis("--fail");
    EXPECT_TRUE(all.at("changes").empty());
    ASSERT_EQ(all.at("breaks").size(), 1u);
    EXPECT_EQ(all.at("breaks")[0].at("text"), "kernel_release 6.12 -> 6.18");
}

TEST_F(history, against_a_golden_build_sees_what_the_machine_hides) {
    for (int day = 0; day < 24; ++day) {
        const double drift = day < 10 ? 1 : 1.4;
        const std::string golden = run_of(golden_day + day, drift);
        const std::string now = run_of(day, drift * (day < 16 ? 1 : 1.08));
        expect_code(0, "ipcmark history add " + now + " --golden " + golden);
    }
    const int change = change_of(judged_cell);
    ASSERT_NE(change, 0);
    const auto seen = analysis();
    for (const auto& each : seen.at("changes"))
        EXPECT_TRUE(matches(each.at("first_bad"), "^1[567].json")) << each;
}

TEST_F(history, goes_to_another_store_and_back) {
    add_days(0, 12, 1);
    expect_code(0, "ipcmark history export -o all.jsonl");
    expect_code(0, "ipcmark history import all.jsonl --store other");
    EXPECT_EQ(expect_code(0, "ipcmark history export --store other").out, box.read("all.jsonl"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark history prune --keep 5 --store other").out,
                        "^7 runs removed"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark history import - --store other < all.jsonl").out,
                        "^7 runs added, 5 runs there already"));
    box.write("broken.jsonl",
              "{\"history\":\"ipcmark.history\",\"version\":\"1.0\"}\n{\"run\":7}\n");
    expect_refused(7, "ipcmark history import broken.jsonl --store other",
                   "broken.jsonl, line 2: ");
}

TEST_F(history, refuses_what_it_cannot_use) {
    expect_refused(7, "ipcmark history show", "there is no history in ");
    expect_refused(2, "ipcmark history", "history needs one of add, show");
    expect_refused(2, "ipcmark history ad", "there is no history ad; choose add");
    expect_refused(2, "ipcmark history add", "history add needs FILE...");
    expect_refused(2, "ipcmark history show --fail", "--fail is for analyze");
    expect_refused(2, "ipcmark history prune", "needs --keep N or --before DATE");
    box.write("none.json", "{}");
    expect_refused(7, "ipcmark history add none.json", "none.json");
}

TEST_F(history, of_a_newer_version_is_left_alone) {
    add_days(0, 1, 1);
    std::string bytes = box.read("data/ipcmark/history.sqlite");
    constexpr std::size_t low_byte_of_user_version = 63;
    bytes.at(low_byte_of_user_version) = 99;
    box.write("data/ipcmark/history.sqlite", bytes);
    EXPECT_TRUE(matches(expect_code(7, "ipcmark history add " + run_of(2, 1)).err,
                        "is of version 99, and this ipcmark reads up to 1; a newer ipcmark"));
}

TEST_F(history, on_a_full_disk_keeps_what_it_had) {
    if (!possible("unshare -rm true")) GTEST_SKIP() << "no mount namespaces here";
    for (int day = 0; day < 40; ++day)
        run_of(day, 1);
    const auto done = box.run(
        "unshare -rm sh -c 'mkdir -p full && mount -t tmpfs -o size=600k none full && "
        "i=0; code=0; while [ $i -lt 40 ] && [ $code = 0 ]; do "
        "ipcmark history add $i.json --store full; code=$?; i=$((i+1)); done; "
        "ipcmark history show --store full --last 0 | head -n 1; echo added $i, code $code'");
    EXPECT_TRUE(matches(done.out, "added \\d+, code 5\n"));
    EXPECT_TRUE(matches(done.err, "is the disk full\\? Nothing of this command was kept"));
    EXPECT_TRUE(matches(done.out, "\\d+ runs? from 2026-01-01"));
}

TEST_F(history, is_drawn_on_the_page) {
    add_days(0, 12, 1);
    add_days(12, 24, 1.2);
    analysis();
    expect_code(0, "ipcmark report 23.json --history -o trend.html");
    EXPECT_GT(box.read("trend.html").size(), 100'000u);
    expect_refused(2, "ipcmark report 23.json --history --format text", "--history is for");
    expect_refused(2, "ipcmark report 23.json --store data", "--store is for --history");
}

TEST_F(history, gates_a_comparison_by_the_spread_of_earlier_runs) {
    add_days(0, 7, 1);
    const std::string same = run_of(20, 1);
    const std::string worse = run_of(21, 1.2);
    const std::string gate = " --gate unpaired --store data/ipcmark";
    expect_refused(5, "ipcmark compare 0.json " + same + gate,
                   "has 7 earlier runs .* and it takes 8");
    add_days(7, 12, 1);
    expect_code(0, "ipcmark compare 0.json " + same + gate);
    const auto failed = expect_code(1, "ipcmark compare 0.json " + worse + gate);
    EXPECT_TRUE(matches(failed.out, "21.json against 12 earlier runs of the same machine"));
    expect_code(0, "ipcmark compare 0.json " + worse);
}

using compare = history;

TEST_F(compare, names_file_date_and_revision_and_gates_nothing) {
    run_of(1, 1, "6.12");
    run_of(2, 1.5, "6.18");
    const auto done = expect_code(0, "ipcmark compare 1.json 2.json");
    EXPECT_TRUE(matches(done.out, "kernel_release: 6.12 -> 6.18"));
    EXPECT_TRUE(matches(done.out, "2.json \\(2026-01-03 10:00 UTC, revision 000000abc002\\)"));
    EXPECT_LT(done.out.find("kernel_release: 6.12"), done.out.find("round trip, p50"));
}

TEST_F(compare, speaks_every_format) {
    run_of(1, 1);
    run_of(2, 1.5);
    run_of(3, 1);
    const auto said = expect_code(0, "ipcmark compare 1.json 2.json 3.json --format json").out;
    box.write("compared.json", said);
    expect_code(0, "ipcmark validate compared.json");
    auto answer = nlohmann::json::parse(said);
    EXPECT_EQ(answer.at("schema").at("name"), "ipcmark.comparison");
    ASSERT_EQ(answer.at("comparisons").size(), 2u);
    for (const auto& table : answer.at("comparisons")[0].at("tables"))
        for (const auto& row : table.at("rows"))
            EXPECT_TRUE(
                matches(row.at("verdict"), "^(improved|regressed|equivalent|inconclusive)$"));
    answer["comparisons"][1]["tables"][0]["margin_from"] = -1;
    box.write("compared.json", answer.dump());
    expect_refused(7, "ipcmark validate compared.json",
                   "/comparisons/1/tables/0/margin_from must be ");
    EXPECT_TRUE(matches(expect_code(0, "ipcmark compare 1.json 2.json --format markdown").out,
                        "#### 2.json against 1.json"));
    expect_code(0, "ipcmark compare 1.json 2.json --html both.html");
    EXPECT_GT(box.read("both.html").size(), 100'000u);
    expect_refused(2, "ipcmark compare 1.json", "compare needs two results or more");
    expect_refused(2, "ipcmark compare 1.json 2.json --store x", "--store is for --gate");
    expect_refused(2, "ipcmark compare 1.json 2.json --gate paired", "is not unpaired");
    expect_refused(2, "ipcmark compare 1.json 2.json --html 2.json", "both are one file");
}

}  // namespace
}  // namespace ipcmark::test
