#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

/// One cell on one CPU, twelve repetitions.
const std::string small =
    "ipcmark calibrate --mechanism pipe --pattern round_trip --placement same_cpu --repetitions 6 "
    "--repetition-ms 10 --quiet ";

class calibration : public cli_test {
protected:
    void make_foreign(const std::string& file) {
        auto document = result(file);
        document["environment"]["fingerprint"] = "fnv64:0000000000000000";
        box.write(file, document.dump());
    }
};

/// How far each pair's ratio lies from 1, as logarithms, ascending.
std::vector<double> distances_of(const nlohmann::json& series) {
    std::vector<double> distances;
    for (const double log_ratio : series.at("log_ratios"))
        distances.push_back(std::abs(log_ratio));
    std::sort(distances.begin(), distances.end());
    return distances;
}

/// Rounds of the only cell that lack the metric, by the block.
std::size_t missing_of(const nlohmann::json& block, const std::string& metric) {
    for (const auto& each : block.at("too_short"))
        if (each.at("metric") == metric) return each.at("missing");
    const auto& cell = block.at("cells").at(0);
    return (cell.at("metric") == metric ? cell : cell.at("metrics").at(metric)).at("missing");
}

/// A ratio as the texts show it.
std::string percent(double ratio) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * (ratio - 1));
    return text;
}

TEST_F(calibration, says_what_identical_cells_tell_and_a_run_beside_it_embeds_it) {
    const auto ended = expect_code(0, small);
    const auto document = result("calibration.json");
    const auto& block = document.at("calibration");
    EXPECT_EQ(document.at("schema").at("name"), "ipcmark.calibration");
    EXPECT_GE(block.at("repetitions"), 12) << "those that were disturbed ran again";
    EXPECT_EQ(block.at("rounds"), 6);
    const int disturbed = block.at("disturbed");
    EXPECT_LE(disturbed, 12);
    const std::string told = disturbed == 0 ? "None of the 12 repetitions was disturbed"
                             : disturbed == 12
                                 ? "All 12 repetitions were disturbed"
                                 : std::to_string(disturbed) + " of the 12 repetitions w";
    EXPECT_NE(ended.out.find(told), std::string::npos) << ended.out;
    EXPECT_EQ(block.at("cells").at(0).at("name"), "round_trip/pipe/64/same_cpu");
    const auto& cell = block.at("cells").at(0);
    ASSERT_EQ(cell.at("metric"), "p50_ns");
    bool most_differ = false;
    for (const auto& series : document.at("series")) {
        const auto distances = distances_of(series);
        EXPECT_EQ(distances.size() + missing_of(block, series.at("metric")), 6u)
            << "rounds without a figure are told: " << series;
        if (series.at("metric") != "p50_ns") continue;
        ASSERT_EQ(distances.size(), 6u);
        // The 90th percentile of six lies between the last two; a median of pairs below them.
        EXPECT_GE(cell.at("single_spread"), std::exp(distances[4]) - 1e-9);
        EXPECT_LE(cell.at("single_spread"), std::exp(distances[5]) + 1e-9);
        // Exactly 1 where both of a pair fall into the same bucket of the histogram, pair by pair.
        most_differ = distances[2] > 0;
        if (most_differ) {
            EXPECT_GT(cell.at("spread"), 1);
        }
        EXPECT_GE(cell.at("spread"), 1);
        EXPECT_LE(cell.at("spread"), std::exp(distances[5]) + 1e-9);
    }
    EXPECT_EQ(block.at("by_metric").at("p50_ns"), block.at("detectable"));
    std::vector<int> sizes;
    for (const auto& each : block.at("detectable"))
        sizes.push_back(each.at("repetitions"));
    ASSERT_EQ(sizes, (std::vector<int>{10, 20, 40}));
    const auto with = [&block](std::size_t row, const char* key) {
        return block.at("detectable").at(row).at(key).get<double>();
    };
    EXPECT_GE(with(0, "ratio"), with(2, "ratio")) << "more repetitions find smaller changes";
    EXPECT_GE(with(2, "ratio"), 1);
    if (most_differ) {
        EXPECT_GT(with(0, "ratio"), with(2, "ratio"));
        EXPECT_GT(with(2, "ratio"), 1);
    }
    EXPECT_GE(with(0, "gate_ratio"), with(2, "gate_ratio"));
    EXPECT_NE(ended.out.find("With 20 repetitions, differences under " + percent(with(1, "ratio")) +
                             " in p50 of pairs on one CPU are noise here"),
              std::string::npos)
        << ended.out;

    expect_code(0, tiny);
    EXPECT_EQ(result().at("calibration"), block);
    expect_code(0, "ipcmark validate results.json");
    EXPECT_TRUE(matches(expect_code(0, "ipcmark report results.json --format markdown").out,
                        "Calibrated: with 10 repetitions differences below " +
                            percent(with(0, "ratio")) + " are noise here"));
}

TEST_F(calibration, of_another_machine_is_refused_when_asked_for_and_else_passed_over) {
    expect_code(0, small + "--json other.json");
    make_foreign("other.json");
    expect_refused(5, tiny + "--quiet --calibration other.json",
                   "--calibration other.json: it was made on another machine, .*"
                   "run `ipcmark calibrate` here");
    box.write("calibration.json", box.read("other.json"));
    const auto ended = expect_code(0, tiny);
    EXPECT_TRUE(matches(ended.err, "calibration.json was made on another machine"));
    EXPECT_TRUE(result().at("calibration").is_null());
}

TEST_F(calibration, that_is_none_is_refused_by_name) {
    box.write("results.json", "{\"schema\": {\"name\": \"ipcmark.result\", \"version\": \"1.1\"}}");
    box.write("broken.json", "{");
    for (const char* file : {"results.json", "broken.json", "missing.json"})
        expect_refused(7, tiny + "--quiet --json out.json --calibration " + file, file);
}

TEST_F(calibration, needs_six_rounds) {
    expect_refused(2, "ipcmark calibrate --repetitions 5",
                   "--repetitions: '5': a whole number from 6");
    expect_refused(6, small + "--time-budget 1ms",
                   "the time budget was spent after [01] rounds, and a calibration needs 6");
    expect_refused(2, "ipcmark calibrate --pattern sideways",
                   "'sideways' is not one of round_trip, one_way");
    expect_refused(4, "ipcmark calibrate --mechanism shm_ring_spin --placement same_cpu",
                   "no cell can run here: both sides spin");
}

TEST_F(calibration, on_standard_output_is_pure_json) {
    const auto ended = expect_code(0, small + "--json - --seed 7");
    EXPECT_EQ(nlohmann::json::parse(ended.out).at("plan").at("seed"), "7");
    EXPECT_TRUE(box.files().empty());
}

TEST_F(calibration, an_interruption_in_the_first_rounds_leaves_nothing) {
    running command = box.start(small + "--repetitions 2000 --repetition-ms 2000");
    ASSERT_GE(command.wait_for_workers().size(), 2u);
    command.signal(SIGINT);
    const auto ended = command.wait();
    EXPECT_EQ(ended.code, 130);
    EXPECT_TRUE(matches(ended.err, "interrupted after 0 rounds, .*: nothing was written"));
    EXPECT_TRUE(box.files().empty());
}

TEST_F(calibration, a_time_budget_gives_every_cell_the_least_and_none_more_than_thrice_the_plan) {
    expect_code(
        0, tiny + "--repetitions 6 --pattern round_trip,one_way --no-floors --time-budget 60s");
    const auto document = result();
    EXPECT_EQ(document.at("complete"), true);
    EXPECT_TRUE(document.at("plan").at("budget_rule").is_string());
    ASSERT_EQ(document.at("cells").size(), 2u);
    for (const auto& cell : document.at("cells")) {
        EXPECT_GE(cell.at("repetitions_ok"), 8) << "six, and two before the second checkpoint";
        EXPECT_LE(cell.at("repetitions_ok"), 18);
    }
    expect_code(0, "ipcmark validate results.json");
}

}  // namespace
}  // namespace ipcmark::test
