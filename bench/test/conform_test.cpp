#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

class conform : public cli_test {
protected:
    const std::string with_plugin = "ipcmark conform --plugin " IPCMARK_IMPOSSIBLE " ";
};

TEST_F(conform, prints_each_outcome_on_a_line_and_counts_them) {
    const auto ended = expect_code(0, "ipcmark conform --mechanism pipe --check ordered,fan_in");
    EXPECT_TRUE(matches(ended.out,
                        "^pipe\n  pass ordered +.*\n  skip fan_in +it does not claim fan-in\n$"));
    EXPECT_TRUE(matches(ended.err, "^2 checks in .* s: 1 pass, 1 skip, 0 fail\n$"));
}

TEST_F(conform, a_check_that_fails_has_the_code_of_a_failed_cell) {
    const auto ended =
        expect_code(3, "ipcmark conform --mechanism faulty_reorder --check description,ordered");
    EXPECT_TRUE(matches(ended.out, "\n  fail ordered +.*came after a later one"));
}

TEST_F(conform, a_mechanism_that_is_lacking_proves_nothing_by_its_description) {
    const auto ended = expect_code(4, with_plugin + "--mechanism unavailable");
    EXPECT_TRUE(matches(ended.out,
                        "^unavailable \\(not usable here: no machine has it\\)\n"
                        "  pass description "));
    EXPECT_TRUE(matches(ended.out, "\n  skip delivery +not usable here\n"));
    EXPECT_TRUE(matches(ended.err, "ipcmark: every check that starts processes was skipped\n$"));
    expect_code(0, with_plugin + "--mechanism unavailable --check description");
}

TEST_F(conform, a_mechanism_that_is_not_built_proves_nothing) {
    const auto ended = expect_code(4, with_plugin + "--mechanism not_built");
    EXPECT_TRUE(matches(ended.out,
                        "^not_built \\(not usable here: its library was not found\\)\n"
                        "  skip description +not usable here\n"));
}

TEST_F(conform, one_lacking_mechanism_among_others_is_no_fault) {
    const auto ended =
        expect_code(0, with_plugin + "--mechanism unavailable,pipe --check description,ordered");
    EXPECT_TRUE(matches(ended.err, "4 checks in .* s: 3 pass, 1 skip, 0 fail"));
}

TEST_F(conform, checks_that_are_all_skipped_prove_nothing) {
    expect_code(4, "ipcmark conform --mechanism null --check wait_style");
}

TEST_F(conform, excluded_checks_are_not_run) {
    const auto ended = expect_code(
        0, "ipcmark conform --mechanism pipe --check description,ordered --exclude ordered");
    EXPECT_TRUE(matches(ended.err, "^1 check in "));
    expect_refused(4, "ipcmark conform --check ordered --exclude ordered",
                   "--exclude leaves no check");
}

TEST_F(conform, as_json_gives_every_reason_in_full) {
    const auto ended =
        expect_code(4, with_plugin + "--mechanism unavailable --check delivery --json");
    const auto row = nlohmann::json::parse(ended.out).at(0);
    EXPECT_EQ(row.at("mechanism"), "unavailable");
    EXPECT_EQ(row.at("check"), "delivery");
    EXPECT_EQ(row.at("outcome"), "skip");
    EXPECT_EQ(row.at("text"), "no machine has it");
}

TEST_F(conform, lists_which_checks_need_the_cpus_alone) {
    const auto ended = expect_code(0, "ipcmark conform --list --json");
    std::vector<std::string> alone;
    for (const auto& each : nlohmann::json::parse(ended.out))
        if (each.at("alone")) alone.push_back(each.at("name"));
    EXPECT_EQ(alone, (std::vector<std::string>{"wait_style"}));
}

}  // namespace
}  // namespace ipcmark::test
