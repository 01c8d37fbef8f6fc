#include <filesystem>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

class plugins : public cli_test {
protected:
    void TearDown() override {
        for (const auto& file : left())
            fs::remove(file);
    }

    /// What the careless mechanism names by itself.
    static std::vector<fs::path> left() {
        std::vector<fs::path> found;
        for (const auto& each : fs::directory_iterator("/dev/shm"))
            if (each.path().filename().string().starts_with("careless-"))
                found.push_back(each.path());
        return found;
    }

    const std::string leaving = "--plugin " IPCMARK_CARELESS_LEAVES " ";
};

TEST_F(plugins, a_bad_name_is_the_authors_mistake_and_the_rule_is_told) {
    expect_refused(2, "ipcmark list --plugin " IPCMARK_CARELESS_NAMED,
                   "--plugin: .*careless_named.*: the mechanism's name 'Shm-Mailbox' is not of the "
                   "form \\[a-z\\]\\[a-z0-9_\\]\\*");
}

TEST_F(plugins, a_name_that_is_taken_is_the_authors_mistake) {
    expect_refused(2, "ipcmark list --plugin " IPCMARK_CARELESS_TWICE,
                   "--plugin: .*careless_twice.*: a mechanism named 'pipe' is there already, and "
                   "names are unique");
}

TEST_F(plugins, one_of_another_interface_is_refused_before_any_of_it_runs) {
    expect_refused(
        2, "ipcmark list --plugin " IPCMARK_CARELESS_OLD,
        "--plugin: .*careless_old.* was compiled for version 1 of the plug-in interface, "
        "and this ipcmark has version \\d+: compile it again");
}

TEST_F(plugins, what_one_leaves_is_counted_by_a_run_and_the_removal_named) {
    const auto ended = expect_code(
        0, "ipcmark run " + leaving +
               "--mechanism leaves --payload 64 --repetitions 2 --repetition-ms 5 --no-floors "
               "--idle-ms 0 --quiet --json r.json");
    EXPECT_TRUE(matches(ended.err,
                        "Warning: \\d+ IPC objects of no run's name appeared meanwhile and remain: "
                        "/dev/shm/careless-\\d+.*a mechanism leaves them; remove them: "
                        "rm /dev/shm/careless-\\d+ /dev/shm/careless-"));
    EXPECT_GE(left().size(), 2u);
}

TEST_F(plugins, what_one_leaves_is_counted_by_the_checks) {
    const auto ended =
        expect_code(0, "ipcmark conform " + leaving + "--mechanism leaves --check exactly_once");
    EXPECT_EQ(left().size(), 2u);
    EXPECT_TRUE(matches(ended.err, "Warning: 2 IPC objects of no run's name appeared meanwhile"));
}

TEST_F(plugins, of_mechanisms_that_leave_nothing_nothing_is_said) {
    const auto ended = expect_code(0, "ipcmark conform --mechanism pipe --check exactly_once");
    EXPECT_FALSE(matches(ended.err, "Warning"));
}

TEST_F(plugins, one_without_optimisation_is_said_and_recorded) {
    const auto ended = expect_code(
        0, "ipcmark run " + leaving +
               "--mechanism leaves,pipe --payload 64 --repetitions 2 --repetition-ms 5 --no-floors "
               "--idle-ms 0 --quiet --json r.json");
    const auto result = nlohmann::json::parse(box.read("r.json"));
    nlohmann::json code;
    for (const auto& each : result.at("mechanisms")) {
        if (each.at("name") == "pipe") {
            EXPECT_FALSE(each.contains("code"));
        }
        if (each.at("name") == "leaves") code = each.at("code");
    }
    EXPECT_TRUE(matches(code.at("file").get<std::string>(), "^/.*careless_leaves"));
    EXPECT_EQ(code.at("language"), "C++");
    EXPECT_EQ(code.at("optimised"), false);
    EXPECT_EQ(code.at("flags"), "-O0 as the test says");
    // Of a build that is not optimised itself all that is said already.
    const bool worth_saying = result.at("build").at("optimised");
    EXPECT_EQ(matches(ended.err,
                      "Warning: leaves comes from .*careless_leaves.*, which was compiled without "
                      "optimisation: .*-DCMAKE_BUILD_TYPE=Release"),
              worth_saying);
    EXPECT_EQ(matches(result.at("environment").dump(), "plugin_not_optimised"), worth_saying);
}

}  // namespace
}  // namespace ipcmark::test
