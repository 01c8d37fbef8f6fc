#include <cmath>
#include <filesystem>
#include <map>

#include "bench/test/cli_test.hpp"

/// What tools make of a result that read Google Benchmark's files, each by its own rule.
namespace ipcmark::test {
namespace {

class trackers : public cli_test {
protected:
    nlohmann::json measured(const std::string& flags) {
        expect_code(0, tiny + "--no-floors " + flags);
        expect_code(0, "ipcmark validate results.json");
        return result();
    }

    static std::vector<nlohmann::json> of_type(const nlohmann::json& document,
                                               const std::string& type) {
        std::vector<nlohmann::json> found;
        for (const auto& entry : document.at("benchmarks"))
            if (entry.at("run_type") == type) found.push_back(entry);
        return found;
    }

    /// github-action-benchmark, tool googlecpp: every element is an entry, the earlier value is
    /// that of the first of its name, more than twice of it is an alert.
    static std::vector<std::string> alerts(const nlohmann::json& before,
                                           const nlohmann::json& after) {
        std::vector<std::string> names;
        for (const auto& entry : after.at("benchmarks"))
            for (const auto& old : before.at("benchmarks")) {
                if (old.at("name") != entry.at("name")) continue;
                if (entry.at("real_time").get<double>() / old.at("real_time").get<double>() > 2)
                    names.push_back(entry.at("name"));
                break;
            }
        return names;
    }

    /// Bencher, adapter cpp_google: needs context.caches, a name, a time and a unit everywhere; the
    /// last of a name stays.
    static std::map<std::string, double> values(const nlohmann::json& document) {
        EXPECT_TRUE(document.at("context").at("caches").is_array());
        std::map<std::string, double> by_name;
        for (const auto& entry : document.at("benchmarks")) {
            EXPECT_EQ(entry.at("time_unit"), "ns");
            by_name[entry.at("name")] = entry.at("real_time");
        }
        return by_name;
    }
};

TEST_F(trackers, get_the_repetitions_that_count_and_their_aggregates) {
    const auto document = measured("--repetitions 4");
    const auto repetitions = of_type(document, "iteration");
    ASSERT_EQ(repetitions.size(), 4 - document.at("set_aside").size());
    std::map<std::string, nlohmann::json> aggregates;
    for (const auto& entry : of_type(document, "aggregate")) {
        EXPECT_EQ(entry.at("name"),
                  "round_trip/pipe/64/same_cpu_" + entry.at("aggregate_name").get<std::string>());
        EXPECT_EQ(entry.at("run_name"), "round_trip/pipe/64/same_cpu");
        aggregates[entry.at("aggregate_name")] = entry;
    }
    ASSERT_EQ(aggregates.size(), 4u);
    double mean = 0;
    for (const auto& each : repetitions)
        mean += each.at("real_time").get<double>() / static_cast<double>(repetitions.size());
    double squares = 0;
    for (const auto& each : repetitions)
        squares += std::pow(each.at("real_time").get<double>() - mean, 2);
    const double deviation = std::sqrt(squares / static_cast<double>(repetitions.size() - 1));
    const auto time = [&](const char* name) {
        return aggregates[name].at("real_time").get<double>();
    };
    EXPECT_NEAR(time("mean"), mean, 1e-6 * mean);
    EXPECT_NEAR(time("stddev"), deviation, 1e-6 * mean);
    EXPECT_NEAR(time("cv"), deviation / mean, 1e-6);
    EXPECT_EQ(aggregates["cv"].at("aggregate_unit"), "percentage");
    EXPECT_EQ(aggregates["mean"].at("aggregate_unit"), "time");
    EXPECT_TRUE(aggregates["median"].at("p50_ns").is_number());
}

TEST_F(trackers, see_no_change_in_a_result_held_against_itself) {
    const auto document = measured(
        "--pattern round_trip,one_way --mechanism pipe,null,eventfd --payload 64 --repetitions 6 ");
    EXPECT_EQ(alerts(document, document), std::vector<std::string>());
    const auto kept = values(document);
    EXPECT_EQ(kept.size(), 5u * document.at("cells").size());
    for (const auto& cell : document.at("cells")) {
        const std::string name = cell.at("name");
        std::vector<double> times;
        for (const auto& entry : document.at("benchmarks"))
            if (entry.at("name") == name) times.push_back(entry.at("real_time"));
        std::sort(times.begin(), times.end());
        EXPECT_EQ(kept.at(name), times.at((times.size() - 1) / 2)) << "no extreme of " << name;
    }
    const std::string tool = "/usr/share/benchmark/compare.py";
    if (!std::filesystem::exists(tool) || !possible("/usr/bin/python3 -c 'import scipy'"))
        GTEST_SKIP() << "libbenchmark-tools or python3-scipy is not installed";
    const auto ended = expect_code(
        0, "/usr/bin/python3 " + tool + " --no-color benchmarks results.json results.json");
    EXPECT_TRUE(matches(ended.out, "round_trip/pipe/64/same_cpu_median +\\+0.0000 +\\+0.0000"));
    EXPECT_TRUE(matches(ended.out, "round_trip/pipe/64/same_cpu_pvalue +1.0000"));
}

struct schedule_case {
    const char* pattern;
    const char* flags;
    double interval_ns;  // that the plan has; 0: none
};

void PrintTo(const schedule_case& c, std::ostream* to) {
    *to << c.pattern;
}

class tracked_time : public trackers, public testing::WithParamInterface<schedule_case> {};

TEST_P(tracked_time, is_what_the_mechanism_took_and_never_the_schedule) {
    const auto& [pattern, flags, interval_ns] = GetParam();
    const auto document =
        measured("--repetition-ms 60 --pattern " + std::string(pattern) + " " + flags);
    for (const auto& each : repetitions_of(document)) {
        const double time_ns = each.at("real_time");
        EXPECT_TRUE(time_ns > 0 || std::string(pattern) == "state") << "few values may be seen";
        EXPECT_EQ(each.contains("interval_ns"), interval_ns > 0);
        if (interval_ns > 0) {
            EXPECT_GT(each.at("interval_ns").get<double>(), interval_ns / 2);
        }
        if (each.contains("min_ns") && each.contains("max_ns")) {
            if (each.at("min_ns").is_number() && std::string(pattern) != "burst") {
                EXPECT_GE(time_ns, each.at("min_ns").get<double>() * 0.99);
                EXPECT_LE(time_ns, each.at("max_ns").get<double>() * 1.01);
            }
        }
        if (std::string(pattern) == "burst") {
            EXPECT_EQ(each.at("drain_ns"), each.at("real_time"));
        }
        if (std::string(pattern) == "setup") {
            EXPECT_DOUBLE_EQ(time_ns, each.at("construct_ns").get<double>() +
                                          each.at("first_message_ns").get<double>());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    patterns, tracked_time,
    testing::Values(schedule_case{"paced", "--rate 1k", 1e6},
                    schedule_case{"wake", "--gap 1ms", 1e6},
                    schedule_case{"burst", "--burst 8", 0.02e6},
                    schedule_case{"state", "--mechanism shm_seqlock --rate 10k --placement free",
                                  0.1e6},
                    schedule_case{"setup", "", 0}, schedule_case{"round_trip", "", 0},
                    schedule_case{"one_way", "", 0}),
    [](const auto& each) { return std::string(each.param.pattern); });

TEST_F(trackers, get_the_error_of_a_cell_that_failed_and_none_of_its_figures) {
    expect_code(3, tiny + "--no-floors --mechanism pipe,faulty_die --repetition-ms 300");
    expect_code(0, "ipcmark validate results.json");
    int errors = 0;
    for (const auto& entry : benchmarks()) {
        const bool faulty = entry.at("run_name") == "round_trip/faulty_die/64/same_cpu";
        EXPECT_EQ(entry.contains("error_occurred"), faulty) << entry.at("name");
        if (!faulty) continue;
        ++errors;
        EXPECT_EQ(entry.at("error_occurred"), true);
        EXPECT_TRUE(matches(entry.at("error_message"), "the producer ended"));
        EXPECT_EQ(entry.at("real_time"), 0);
    }
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(alerts(result(), result()), std::vector<std::string>());
}

}  // namespace
}  // namespace ipcmark::test
