#include "harness/analysis/design.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"

namespace ipcmark {
namespace {

/// What set_field says of a value that it refuses.
std::string refusal_of(const std::string& key, const std::string& value) {
    design_flow flow;
    try {
        set_field(flow, key, value);
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

std::vector<std::string> words_of(const design_flow& flow) {
    std::vector<std::string> words;
    for (const requirement& each : flow.requirements())
        words.push_back(each.word);
    return words;
}

const requirement& requirement_of(const std::vector<requirement>& all, const std::string& word) {
    for (const requirement& each : all)
        if (each.word == word) return each;
    throw std::out_of_range(word);
}

TEST(design, limits_are_read_by_the_unit_of_what_they_limit) {
    design_flow flow;
    set_field(flow, "rate", "60/s");
    set_field(flow, "latency.p99", "< 4ms");
    set_field(flow, "cpu", "<20 % of a core");
    set_field(flow, "memory", "64MiB");
    const auto all = flow.requirements();
    EXPECT_DOUBLE_EQ(requirement_of(all, "latency.p99").limit.value, 4e6);
    EXPECT_DOUBLE_EQ(requirement_of(all, "cpu").limit.value, 0.2);
    EXPECT_DOUBLE_EQ(requirement_of(all, "memory").limit.value, 64.0 * 1024 * 1024);
    EXPECT_EQ(requirement_of(all, "cpu").limit.of->key, "core_share");
}

TEST(design, what_follows_from_a_flow_is_required_as_well) {
    design_flow flow;
    EXPECT_EQ(words_of(flow), std::vector<std::string>{"sleeps"});
    set_field(flow, "rate", "1k");
    EXPECT_EQ(words_of(flow), (std::vector<std::string>{"rate", "sleeps"}));
    EXPECT_DOUBLE_EQ(requirement_of(flow.requirements(), "rate").limit.value, 990);
    EXPECT_FALSE(requirement_of(flow.requirements(), "rate").limit.below);
    set_field(flow, "may_spin", "true");
    EXPECT_EQ(words_of(flow), std::vector<std::string>{"rate"});
}

TEST(design, is_measured_as_its_kind_and_rate_say) {
    design_flow flow;
    EXPECT_EQ(flow.measured_as(), pattern::one_way);
    set_field(flow, "kind", "request");
    EXPECT_EQ(flow.measured_as(), pattern::round_trip);
    set_field(flow, "latency.p50", "<1ms");
    EXPECT_EQ(requirement_of(flow.requirements(), "latency.p50").factor, 1);
    set_field(flow, "rate", "10");
    EXPECT_EQ(flow.measured_as(), pattern::paced);
    EXPECT_EQ(requirement_of(flow.requirements(), "latency.p50").factor, 2) << "there and back";
}

TEST(design, a_silence_and_a_burst_are_measured_apart) {
    design_flow flow;
    set_field(flow, "rate", "10");
    set_field(flow, "silence", "10ms");
    EXPECT_THROW(flow.requirements(), std::invalid_argument) << "nothing is asked of it";
    set_field(flow, "wake.p50", "< 100us");
    set_field(flow, "burst_arrived", "< 1ms");
    EXPECT_THROW(flow.requirements(), std::invalid_argument) << "how many at once?";
    set_field(flow, "burst", "64");
    const auto all = flow.requirements();
    EXPECT_EQ(requirement_of(all, "wake.p50").measured_as, pattern::wake);
    EXPECT_EQ(requirement_of(all, "burst_arrived").measured_as, pattern::burst);
    EXPECT_EQ(requirement_of(all, "burst_arrived").limit.of->key, "drain_ns");
    EXPECT_EQ(requirement_of(all, "sleeps").measured_as, pattern::paced);
    EXPECT_EQ(flow.value_for(pattern::wake), 10e6);
    EXPECT_EQ(flow.first_preference(), "latency.p50") << "what is apart does not rank";
    EXPECT_EQ(requirement_metric("wake.p50"), nullptr);
    flow.kind = flow_kind::request;
    EXPECT_EQ(requirement_of(flow.requirements(), "wake.p50").factor, 2);
    EXPECT_NE(refusal_of("silence", "-3s"), "");
    EXPECT_NE(refusal_of("burst", "1e300"), "");
    set_field(flow, "rate", "10");
    design of;
    of.flows = {flow};
    EXPECT_EQ(json_text(to_tree(design_from_tree(to_tree(of)))), json_text(to_tree(of)));
}

TEST(design, what_makes_no_sense_is_refused_in_a_sentence) {
    EXPECT_EQ(refusal_of("rate", "-1"),
              "'-1' is no value of achieved_per_second; a number with k, M or G is wanted");
    EXPECT_EQ(refusal_of("rate", "1e300"), "'1e300' is no rate from above 0 to 1G/s, such as 60/s");
    EXPECT_EQ(refusal_of("rate", "0"), "'0' is no rate from above 0 to 1G/s, such as 60/s");
    EXPECT_EQ(refusal_of("latency.p99", "> 4ms"), "'> 4ms': latency.p99 has to lie below a value");
    EXPECT_EQ(refusal_of("latency.p99", "soon"),
              "'soon' is no value of p99_ns; a number with ns, us, ms or s is wanted");
    EXPECT_EQ(refusal_of("cpu", "< 0 %"), "'< 0 %': nothing lies below or at 0");
    EXPECT_EQ(refusal_of("kind", "message?"), "'message?' is not message or request");
    EXPECT_EQ(refusal_of("may_spin", "maybe"), "'maybe' is not true or false");
    EXPECT_EQ(refusal_of("must.ordred", "true"),
              "there is no trait 'ordred'; did you mean ordered?");
    EXPECT_EQ(refusal_of("must.access_control", "root"),
              "'root' is not anyone, file_mode, descriptor or same_user");
    EXPECT_EQ(refusal_of("latency.p98", "<1ms").substr(0, 36),
              "there is no field 'latency.p98'; did");
    design_flow flow;
    set_field(flow, "cpu", "<5%");
    EXPECT_THROW(flow.requirements(), std::invalid_argument) << "of what rate?";
    flow = {};
    set_field(flow, "parties", "1:20");
    EXPECT_NO_THROW(flow.requirements());
    set_field(flow, "rate", "1k");
    EXPECT_THROW(flow.requirements(), std::invalid_argument) << "as fast as it goes alone";
    EXPECT_NE(refusal_of("parties", "0:1"), "");
    flow = {};
    set_field(flow, "rate", "1k");
    set_field(flow, "throughput", ">10k");
    EXPECT_THROW(flow.requirements(), std::invalid_argument) << "two rates";
}

TEST(design, faults_of_a_document_have_their_pointer) {
    const auto fault_of = [](const char* flow) {
        try {
            design_from_tree(parse_json(std::string(R"({"flows": [{}, )") + flow + "]}"));
        } catch (const bad_field& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    EXPECT_EQ(fault_of(R"({"latency": {"p99": "fast"}})").substr(0, 22), "/flows/1/latency/p99: ");
    EXPECT_EQ(fault_of(R"({"must": {"duplx": true}})").substr(0, 20), "/flows/1/must/duplx:");
    EXPECT_EQ(fault_of(R"({"prefer": ["speed"]})").substr(0, 16), "/flows/1/prefer:");
    EXPECT_EQ(fault_of(R"({"cpu": "< 3 %"})").substr(0, 9), "/flows/1:");
}

TEST(design, is_written_as_it_is_read) {
    const char* text = R"({"schema":{"name":"ipcmark.design","version":"1.0"},"name":"n",
        "placement":"cross","flows":[{"name":"a","kind":"request","payload":"4096",
        "delivery":"may skip","may_spin":true,"rate":"10/s","cpu":"< 5 %",
        "latency":{"p50":"< 1ms","p99":"< 2ms"},"must":{"duplex":true,"access_control":"anyone"},
        "prefer":["cpu"]},{"payload":"64","parties":"4:1"}]})";
    const design of = design_from_tree(parse_json(text));
    EXPECT_EQ(of.flows[1].name, "flow 2");
    const tree again = to_tree(of);
    EXPECT_EQ(json_text(to_tree(design_from_tree(again))), json_text(again));
    EXPECT_EQ(of.flows[0].payload_bytes, 4096u);
    EXPECT_EQ(of.flows[0].must.at("access_control"), "anyone");
    EXPECT_EQ(of.flows[0].first_preference(), "cpu");
    EXPECT_EQ(of.flows[1].first_preference(), "throughput");
}

mechanism_info mechanism_with(const tree& facts) {
    mechanism_info info;
    info.name = "m";
    info.payload_min_bytes = 8;
    info.payload_max_bytes = 4096;
    info.facts = facts;
    return info;
}

TEST(design, mechanisms_are_left_out_by_what_they_are) {
    const auto why = [](const design_flow& flow, const mechanism_info& mechanism) {
        const auto found = why_excluded(flow, mechanism);
        return found ? found->reason : std::string();
    };
    design_flow flow;
    EXPECT_EQ(why(flow, mechanism_with({{"may_drop", false}})), "");
    EXPECT_EQ(why(flow, mechanism_with({{"may_drop", true}})), "it may lose messages");
    flow.arrives = delivery::may_skip;
    EXPECT_EQ(why(flow, mechanism_with({{"may_drop", true}})), "");
    flow.payload_bytes = 8192;
    EXPECT_EQ(why(flow, mechanism_with({})), "it carries up to 4 KiB");
    flow.payload_bytes = 1;
    EXPECT_EQ(why(flow, mechanism_with({})), "it carries no message below 8 B");
    flow.payload_bytes = 64;
    set_field(flow, "must.access_control", "file_mode");
    EXPECT_EQ(why(flow, mechanism_with({{"access_control", "anyone"}})),
              "access_control is anyone");
    EXPECT_EQ(why(flow, mechanism_with({{"access_control", "file_mode"}})), "");
    mechanism_info absent = mechanism_with({{"access_control", "file_mode"}});
    absent.available = false;
    absent.reason = "install it";
    EXPECT_EQ(why(flow, absent), "not here: install it");
}

}  // namespace
}  // namespace ipcmark
