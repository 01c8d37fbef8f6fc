#include "reports/recommendation_report.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

#include "harness/analysis/test/made_paced_result.hpp"
#include "harness/base/json_text.hpp"

namespace ipcmark {
namespace {

using test::made_mechanism;
using test::made_paced_result;
using test::sleeping;
using test::spinning;

/// What is recommended for 64 B at 1 k/s and a p99 below `limit`, of a ring that spins, two
/// channels that sleep, and one that loses messages.
recommendation recommended_at(const std::string& limit) {
    made_paced_result made;
    made.add("ring", 1'000, spinning(2'000));
    made.add("pipe", 1'000, sleeping(20'000));
    made.add("pipe", 2'000, sleeping(21'000, 2'000));
    made.add("socket", 1'000, sleeping(20'010));
    made.add("socket", 2'000, sleeping(21'000, 2'000));
    made.add("slow", 1'000, sleeping(90'000));
    design_flow flow;
    flow.name = "commands";
    set_field(flow, "rate", "1k");
    set_field(flow, "latency.p99", limit);
    recommendation of;
    of.of.name = "a design";
    of.of.flows = {flow};
    of.checks = {{"may_drop", "slow_consumer"}};
    of.machine = "a machine";
    of.flows = {recommend(
        flow,
        {made_mechanism("pipe"), made_mechanism("socket"), made_mechanism("slow"),
         made_mechanism("ring", tree::object(), 0), made_mechanism("udp", {{"may_drop", true}})},
        {&made.result})};
    return of;
}

TEST(recommendation_report, the_answer_says_what_to_take_and_how) {
    const auto lines = recommendation_answer(recommended_at("< 50us"));
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(
        lines[0],
        "commands: take pipe (latency.p99 20.0 us \u00b10.5 %): it meets all 3 requirements, at "
        "twice the rate too; no difference proven to socket, pipe is as simple as any of "
        "them.");
    EXPECT_EQ(lines[1].substr(0, 37), "  How: the mechanism pipe (pipe(7)); ");
    EXPECT_EQ(lines[2],
              "  Of 5 mechanisms: 2 meet all, 2 miss a requirement, 1 left out by what they are.");
}

TEST(recommendation_report, where_nothing_fits_the_nearest_is_named_and_what_may_help) {
    const auto lines = recommendation_answer(recommended_at("< 10us"));
    EXPECT_EQ(
        lines[0],
        "commands: nothing meets all. Nearest: pipe misses latency.p99 20.0 us \u00b10.5 % (< "
        "10us). What may help: let the waiting side spin: ring then meets the rest, make "
        "waking cheaper (`ipcmark doctor` says what this machine lacks), or try --placement "
        "same_cpu.");
}

TEST(recommendation_report, a_contradiction_is_said_with_its_evidence) {
    auto of = recommended_at("< 1us");
    of.flows[0].contradictions.push_back({"latency.p99", "< 1us", "futex_wake", 4'000, 1});
    const auto lines = recommendation_answer(of);
    EXPECT_EQ(lines.at(1),
              "commands: latency.p99 < 1us and a waiting side that sleeps contradict each other on "
              "this machine: waking a process takes 4.00 us at best (futex_wake). Let it spin "
              "(may_spin), or allow more.");
    const tree one = to_tree(of).at("flows").elements()[0].at("contradictions").elements()[0];
    EXPECT_EQ(one.at("floor").as_text(), "futex_wake");
}

TEST(recommendation_report, what_ran_beside_is_part_of_the_answer) {
    auto of = recommended_at("< 50us");
    EXPECT_FALSE(to_tree(of).contains("beside"));
    of.beside = "hog";
    EXPECT_EQ(recommendation_answer(of).back(), "Measured on a busy machine, beside: hog.");
    EXPECT_EQ(to_tree(of).at("beside").as_text(), "hog");
}

TEST(recommendation_report, what_is_measured_apart_is_said) {
    auto of = recommended_at("< 50us");
    of.flows[0].flow.silence_ns = 10e6;
    of.flows[0].flow.burst_messages = 64;
    EXPECT_NE(render_recommendation_text(of, false).find(
                  "1.00 k/s, also after 10.0 ms, also 64 at once, not pinned\n"),
              std::string::npos);
}

TEST(recommendation_report, of_each_mechanism_it_says_why_not) {
    const auto of = recommended_at("< 50us");
    const auto why = [&](const std::string& name) { return why_not(of.flows[0], of, name); };
    EXPECT_EQ(why("pipe"), "pipe: it is the answer.");
    EXPECT_EQ(
        why("socket"),
        "socket: meets all as well, latency.p99 20.0 us \u00b10.5 %; no difference to pipe is "
        "proven, which is as simple or simpler.");
    EXPECT_EQ(why("slow"), "slow: misses latency.p99 90.0 us \u00b10.5 % (< 50us).");
    EXPECT_EQ(why("ring"), "ring: misses sleeps 100.0 % (< 5 %).");
    EXPECT_EQ(why("udp"),
              "udp: left out, it may lose messages (`ipcmark conform --mechanism udp --check "
              "slow_consumer`).");
    EXPECT_THROW(why("nothing"), std::invalid_argument);
}

TEST(recommendation_report, text_and_markdown_end_and_begin_with_the_answer) {
    const auto of = recommended_at("< 50us");
    const std::string answer = recommendation_answer(of).front();
    const std::string text = render_recommendation_text(of, false);
    EXPECT_NE(text.find("commands: 64 B messages, 1.00 k/s, not pinned\n"), std::string::npos);
    EXPECT_NE(text.find("Left out by what they are: it may lose messages (1)."), std::string::npos);
    EXPECT_GT(text.find(answer), text.find("mechanism"));
    EXPECT_EQ(text.find("ring: misses"), std::string::npos);
    EXPECT_NE(render_recommendation_text(of, true).find("ring: misses"), std::string::npos);
    const std::string markdown = render_recommendation_markdown(of);
    EXPECT_EQ(markdown.substr(0, 12 + 2 + answer.size()), "# a design\n\n- " + answer);
    EXPECT_NE(markdown.find("| mechanism | latency.p99 &lt; 50us |"), std::string::npos);
    EXPECT_NE(markdown.find("- rate > 990/s (follows)\n"), std::string::npos);
}

TEST(recommendation_report, json_has_every_verdict) {
    const tree document = to_tree(recommended_at("< 50us"));
    EXPECT_EQ(document.at("schema").at("name").as_text(), "ipcmark.recommendation");
    const tree& flow = document.at("flows").elements()[0];
    EXPECT_EQ(flow.at("recommended").as_text(), "pipe");
    ASSERT_EQ(flow.at("candidates").size(), 5u);
    const tree& first = flow.at("candidates").elements()[0];
    EXPECT_EQ(first.at("fit").as_text(), "meets");
    EXPECT_EQ(first.at("verdicts").size(), 3u);
    EXPECT_EQ(first.at("verdicts").elements()[0].at("outcome").as_text(), "met");
    EXPECT_TRUE(
        to_tree(recommended_at("< 1us")).at("flows").elements()[0].at("recommended").is_null());
}

}  // namespace
}  // namespace ipcmark
