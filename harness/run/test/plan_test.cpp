#include <algorithm>
#include <memory>
#include <set>

#include "harness/run/test/plan_fixture.hpp"

/// Which cells a plan has.
namespace ipcmark {
namespace {

class plan_test : public test::plan_fixture {};

TEST_F(plan_test, expands_to_every_combination) {
    request.mechanisms = {"pipe", "tcp"};
    EXPECT_EQ(names(),
              (std::vector<std::string>{"round_trip/pipe/64/l3", "round_trip/tcp/64/l3",
                                        "round_trip/pipe/65536/l3", "round_trip/tcp/65536/l3",
                                        "one_way/pipe/64/l3", "one_way/tcp/64/l3",
                                        "one_way/pipe/65536/l3", "one_way/tcp/65536/l3"}));
}

TEST_F(plan_test, a_parameter_makes_cells_and_their_names) {
    request.mechanisms = {"pipe"};
    request.payloads = {64};
    request.patterns = {pattern::paced, pattern::wake, pattern::burst};
    request.varied.by_name["rate_hz"] = {10'000};
    request.varied.by_name["load"] = {0.5};
    request.varied.by_name["gap_ns"] = {1e6};
    request.varied.by_name["burst"] = {8};
    EXPECT_EQ(names(),
              (std::vector<std::string>{"paced/pipe/64/l3/rate=10000", "paced/pipe/64/l3/load=0.5",
                                        "wake/pipe/64/l3/gap=1000000", "burst/pipe/64/l3/n=8"}));
}

TEST_F(plan_test, parties_are_swept_and_named_where_they_are_more_than_a_pair) {
    request.mechanisms = {"pipe"};
    request.payloads = {64};
    request.patterns = {pattern::one_way};
    request.placements = {"cross", "free"};
    request.unpinned = "nothing at all";
    request.parties = {{}, {1, 4, 1}, {3, 1, 1}};
    EXPECT_EQ(names(),
              (std::vector<std::string>{"one_way/pipe/64/l3", "one_way/pipe/64/free/parties=4:1",
                                        "one_way/pipe/64/free/parties=3x1:1"}));
    const plan made = expanded();
    EXPECT_EQ(made.cells[0].parties, pair_on(1, 0));
    EXPECT_EQ(made.cells[1].parties, parties_of({1, 4, 1}, pattern::one_way));
    EXPECT_EQ(made.cells[1].what.how, topology::separate) << "a pipe keeps no boundaries";
    EXPECT_EQ(made.cells[2].what.how, topology::pairs);
    EXPECT_FALSE(made.timed_effort(made.cells[1]).unstamped_block);
    request.idle_ms = 10;
    EXPECT_EQ(expanded().idle_cells([](const auto&) { return true; }), std::vector<std::size_t>{0});
    request.filters = {"parties=3x"};
    EXPECT_EQ(names(), std::vector<std::string>{"one_way/pipe/64/free/parties=3x1:1"});
}

TEST_F(plan_test, what_connects_several_is_the_mechanisms_own_affair) {
    const auto how = [&](const char* mechanism, pattern kind, const party_counts& among,
                         std::size_t bytes = 64) {
        request.mechanisms = {mechanism};
        request.payloads = {bytes};
        request.patterns = {kind};
        request.placements = {"free"};
        request.parties = {among};
        const planned_cell planned = expanded().cells.at(0);
        return planned.skipped ? planned.skipped->code + ": " + planned.skipped->text
                               : std::string(to_word(planned.what.how));
    };
    EXPECT_EQ(how("posix_mq", pattern::one_way, {1, 4, 1}), "shared");
    EXPECT_EQ(how("posix_mq", pattern::one_way, {1, 4, 1}, 4), "separate") << "names no source";
    EXPECT_EQ(how("posix_mq", pattern::round_trip, {1, 1, 4}), "separate");
    EXPECT_EQ(how("tcp", pattern::one_way, {1, 4, 1}), "separate");
    EXPECT_EQ(how("shm_ring_spin", pattern::round_trip, {1, 1, 4}), "separate");
    EXPECT_EQ(how("shm_ring_futex", pattern::round_trip, {4, 1, 1}), "pairs");
    EXPECT_EQ(how("posix_mq", pattern::one_way, {1, 1, 4}), "shared");
    EXPECT_NE(how("posix_mq_priority", pattern::one_way, {1, 1, 4}).find("overtake"),
              std::string::npos);
    EXPECT_NE(how("posix_mq", pattern::one_way, {1, 2, 2}).find("at once are not measured"),
              std::string::npos);
    EXPECT_EQ(how("shm_broadcast_ring", pattern::one_way, {1, 1, 4}), "broadcast");
    for (const auto& [kind, among, text] :
         {std::tuple{pattern::round_trip, party_counts{1, 4, 1}, "write 1:4"},
          std::tuple{pattern::one_way, party_counts{1, 1, 4}, "several consumers"},
          std::tuple{pattern::wake, party_counts{1, 4, 1}, "round_trip and one_way"}})
        EXPECT_NE(how("pipe", kind, among).find(text), std::string::npos)
            << how("pipe", kind, among);
    EXPECT_NE(how("shm_ring_futex", pattern::one_way, {1, 4, 1}).find("waits for one alone"),
              std::string::npos);
    EXPECT_NE(how("null", pattern::round_trip, {2, 1, 1}).find("there is no peer"),
              std::string::npos);
    EXPECT_NE(how("sysv_msg", pattern::one_way, {1, 4, 1}, 4).find("fewer than 8 bytes"),
              std::string::npos);
}

TEST_F(plan_test, more_than_a_pair_at_a_place_of_two_cpus_is_skipped_with_the_remedy) {
    request.mechanisms = {"pipe"};
    request.payloads = {64};
    request.patterns = {pattern::one_way};
    request.placements = {"cross", "same_cpu"};
    request.parties = {{1, 4, 1}};
    const plan made = expanded();
    ASSERT_EQ(made.cells.size(), 1u);
    ASSERT_TRUE(made.cells[0].skipped);
    EXPECT_NE(made.cells[0].skipped->text.find("--placement free"), std::string::npos);
}

TEST_F(plan_test, a_state_is_of_mechanisms_that_keep_the_latest_value) {
    request.mechanisms = {"pipe", "shm_seqlock", "null"};
    request.payloads = {64, 4};
    request.patterns = {pattern::state};
    EXPECT_EQ(names(),
              (std::vector<std::string>{
                  "state/shm_seqlock/64/l3/rate=1000", "state/shm_seqlock/64/l3/rate=100000",
                  "state/shm_seqlock/64/l3/rate=1000000", "state/shm_seqlock/4/l3/rate=1000",
                  "state/shm_seqlock/4/l3/rate=100000", "state/shm_seqlock/4/l3/rate=1000000"}));
    const plan made = expanded();
    EXPECT_FALSE(made.cells[0].skipped);
    ASSERT_TRUE(made.cells[3].skipped) << "its number does not fit";
    EXPECT_EQ(made.cells[3].skipped->code, "limit");
    EXPECT_EQ(made.timed_ns(made.cells[0].what), 200'000'000) << "200 values at 1,000 a second";
    EXPECT_EQ(made.timed_ns(made.cells[2].what), request.repetition_ms * 1'000'000);
}

TEST_F(plan_test, a_latest_value_is_no_stream) {
    request.mechanisms = {"shm_seqlock"};
    request.payloads = {64};
    request.patterns = {pattern::one_way, pattern::round_trip, pattern::paced};
    request.varied.by_name["rate_hz"] = {10'000};
    const plan made = expanded();
    ASSERT_EQ(made.cells.size(), 3u);
    ASSERT_TRUE(made.cells[0].skipped);
    EXPECT_EQ(made.cells[0].skipped->code, "pattern");
    EXPECT_FALSE(made.cells[1].skipped);
    EXPECT_FALSE(made.cells[2].skipped);
}

TEST_F(plan_test, the_switch_ring_is_one_mechanism_on_one_cpu) {
    request.mechanisms = {"tcp", "pipe"};
    request.patterns = {pattern::switch_ring};
    request.varied.by_name["processes"] = {2, 16};
    request.varied.by_name["working_set_bytes"] = {0, 65'536};
    EXPECT_EQ(names(),
              (std::vector<std::string>{"switch_ring/pipe/1/same_cpu/procs=2,set=0",
                                        "switch_ring/pipe/1/same_cpu/procs=2,set=65536",
                                        "switch_ring/pipe/1/same_cpu/procs=16,set=0",
                                        "switch_ring/pipe/1/same_cpu/procs=16,set=65536"}));
}

TEST_F(plan_test, the_decomposition_needs_two_cpus) {
    request.mechanisms = {"pipe"};
    request.payloads = {64};
    request.patterns = {pattern::decompose};
    request.placements = {"cross", "same_cpu"};
    const plan what = expanded();
    ASSERT_EQ(what.cells.size(), 2u);
    EXPECT_FALSE(what.cells[0].skipped);
    EXPECT_TRUE(what.cells[1].skipped);
}

TEST_F(plan_test, what_cannot_run_is_skipped_and_kept) {
    request.mechanisms = {"udp", "shm_ring_spin"};
    request.payloads = {65'536};
    request.placements = {"same_cpu", "smt"};
    const plan result = expanded();
    ASSERT_EQ(result.cells.size(), 8u);
    EXPECT_EQ(result.runnable(), 0u);
    std::set<std::string> codes;
    for (const auto& planned : result.cells) {
        codes.insert(planned.skipped->code);
        EXPECT_FALSE(planned.skipped->text.empty());
    }
    EXPECT_EQ(codes, (std::set<std::string>{"limit", "placement"}));
}

TEST_F(plan_test, filters_select_and_exclude) {
    request.mechanisms = {"pipe", "udp", "posix_mq", "boost_message_queue"};
    request.filters = {"round_trip/.*/64/", "-mq|message_queue"};
    for (const auto& name : names()) {
        EXPECT_TRUE(name.starts_with("round_trip/")) << name;
        EXPECT_EQ(name.find("mq"), std::string::npos) << name;
    }
    EXPECT_EQ(names().size(), 2u);
    request.filters = {"("};
    EXPECT_THROW(expanded(), std::invalid_argument);
}

TEST_F(plan_test, unpinned_cells_may_be_a_few) {
    request.mechanisms = {"pipe", "udp"};
    request.patterns = {pattern::round_trip, pattern::one_way};
    request.payloads = {64, 4096};
    request.placements = {"cross", "free"};
    EXPECT_EQ(names().size(), 16u);
    request.unpinned = "^round_trip/pipe/64/";
    const auto some = names();
    EXPECT_EQ(some.size(), 9u);
    EXPECT_EQ(std::count_if(some.begin(), some.end(),
                            [](const auto& name) { return name.ends_with("/free"); }),
              1);
    EXPECT_NE(std::find(some.begin(), some.end(), "round_trip/pipe/64/free"), some.end());
}

TEST_F(plan_test, a_mechanism_with_one_size_has_one_cell_whatever_is_asked) {
    request.mechanisms = {"eventfd", "signal_queue"};
    EXPECT_EQ(names(),
              (std::vector<std::string>{"round_trip/eventfd/0/l3", "round_trip/signal_queue/8/l3",
                                        "one_way/eventfd/0/l3", "one_way/signal_queue/8/l3"}));
}

TEST_F(plan_test, test_only_mechanisms_need_to_be_named) {
    for (const auto& name : names())
        EXPECT_EQ(name.find("faulty"), std::string::npos);
    request.mechanisms = {"faulty_drop"};
    EXPECT_EQ(names().size(), 4u);
}

TEST_F(plan_test, workers_in_other_languages_need_to_be_named) {
    auto worker = std::make_shared<external_worker>();
    worker->name = "in_python";
    worker->language = "Python 3";
    all.add_external(worker);
    for (const auto& name : names())
        EXPECT_EQ(name.find("in_python"), std::string::npos);
    request.mechanisms = {"in_python"};
    request.patterns.push_back(pattern::wake);
    request.payloads = {4, 64};
    request.varied.by_name["gap_ns"] = {1e6};
    std::size_t skipped = 0;
    const plan made = expanded();
    for (const auto& planned : made.cells)
        if (planned.skipped) {
            ++skipped;
            EXPECT_TRUE(planned.skipped->text.find("4 bytes are outside") == 0 ||
                        planned.skipped->text.find("does not know the pattern wake") !=
                            std::string::npos)
                << planned.skipped->text;
        }
    EXPECT_EQ(made.cells.size(), 6u);
    EXPECT_EQ(skipped, 4u);
}

TEST_F(plan_test, unknown_words_are_refused) {
    request.placements = {"nearby"};
    EXPECT_THROW(expanded(), std::invalid_argument);
}

TEST(cell_test, depth_asks_for_a_mebibyte_and_sixteen_messages_within_bounds) {
    EXPECT_EQ(default_depth(0), 1024u);
    EXPECT_EQ(default_depth(1), 1024u);
    EXPECT_EQ(default_depth(4096), 256u);
    EXPECT_EQ(default_depth(std::size_t{64} << 10), 16u);
    EXPECT_EQ(default_depth(std::size_t{1} << 20), 16u);
    EXPECT_EQ(default_depth(std::size_t{2} << 20), 8u);
    EXPECT_EQ(default_depth(std::size_t{16} << 20), 4u);
}

TEST_F(plan_test, the_decomposition_knows_who_polls_and_who_spins_first) {
    request.patterns = {pattern::decompose};
    request.mechanisms = {"pipe", "eventfd", "shm_ring_spin_pause_then_futex"};
    const plan what = expanded();
    EXPECT_GE(what.cells.size(), 3u);
    for (const planned_cell& each : what.cells) {
        EXPECT_EQ(each.polling_sibling, each.what.transport == "pipe" ? "pipe_busy" : "")
            << each.what.name();
        EXPECT_EQ(each.spins_first, each.what.transport == "shm_ring_spin_pause_then_futex");
    }
}

}  // namespace
}  // namespace ipcmark
