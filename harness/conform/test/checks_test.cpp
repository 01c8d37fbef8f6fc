#include "harness/conform/checks.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <mqueue.h>
#include <set>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/shm.h>
#include <unistd.h>
#include <vector>

#include "faulty.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/host/ipc/run_objects.hpp"
#include "transports/register_all.hpp"

namespace ipcmark::conform {
namespace {

const registry& mechanisms() {
    static const registry all = [] {
        registry made;
        register_all(made);
        register_faulty_by_delivery(made);
        register_faulty_by_trait(made);
        register_faulty_by_trace(made);
        return made;
    }();
    return all;
}

check_result evaluate(const std::string& check_name, const std::string& mechanism) {
    run_workspace workspace;
    interrupt_watch interrupts;
    options chosen;
    chosen.deadline_ms = 1'500;
    services leased(workspace, interrupts, mechanisms().services());
    conform_context context{workspace, interrupts, leased, chosen};
    const conformance_check* which = find_check(check_name);
    const registration* examined = mechanisms().find(mechanism);
    if (which == nullptr || examined == nullptr) return fail("no such check or mechanism");
    return examine(*which, *examined, context);
}

/// A lie, and a part of the sentence that convicts it.
struct lie {
    const char* conformance_check;
    const char* faulty_transport;
    const char* text;
    friend void PrintTo(const lie& each, std::ostream* to) {
        *to << each.conformance_check << '/' << each.faulty_transport;
    }
};

constexpr lie faulty_cases[] = {
    {"description", "no_summary", "no summary"},
    {"description", "claims_encryption", "encrypted"},
    {"description", "replaces_without_loss", "not `may_drop`"},
    {"limits", "breaks_when_large",
     "refused at run time: 65536 bytes one way: too large after all"},
    {"limits", "refuses_silently", "not refused with a reason"},
    {"opening_order", "counts_on_the_consumer",
     "producer_first 50 ms ahead, one_way: connect: No such file"},
    {"opening_order", "counts_on_the_producer",
     "consumer_first 50 ms ahead, one_way: open: No such file"},
    {"delivery", "loses_one", "still timing"},
    {"delivery", "repeats_one", "1 never came, 1 came twice"},
    {"delivery", "tears_pages", "4097 bytes one way: of 200 messages 200 damaged"},
    {"delivery", "consumes_short", "of the wrong size"},
    {"exactly_once", "fills_twice", "fill was called 200 times for 100 messages"},
    {"exactly_once", "consumes_short", "consume got a span of the wrong size 100 times"},
    {"exactly_once", "forgets_to_consume", "consume was called 0 times for 100 messages"},
    {"ordered", "reorders", "came after a later one"},
    {"round_trip_after_one_way", "tires_of_streaming", "damaged"},
    {"slow_consumer", "drops_when_full", "still timing"},
    {"full_queue", "drops_when_full", "were accepted while nobody read"},
    {"full_queue", "never_full", "were accepted while nobody read"},
    {"full_queue", "waits_though_lossy", "it may drop, yet send waited"},
    {"full_queue", "denies_back_pressure", "undersold"},
    {"latest_value", "claims_latest", "number 1 was received first"},
    {"reads_at_will", "claims_latest", "has no read"},
    {"reads_at_will", "denies_reading", "does not claim `latest_value`"},
    {"reads_at_will", "reads_once", "of 3 reads of the last value 0 gave it"},
    {"reads_at_will", "reads_backwards", "older than one read before"},
    {"priorities", "claims_priorities", "has no send_urgent"},
    {"priorities", "hides_urgent", "does not claim"},
    {"priorities", "queues_urgent", "did not overtake"},
    {"survives_producer_exit", "forgets_on_exit", "0 of 4 messages"},
    {"survives_producer_exit", "denies_survival", "undersells"},
    {"boundaries", "claims_boundaries", "handed 192: yet it claims"},
    {"boundaries", "small_claims_boundaries", "handed 96: yet it claims `message_boundaries`"},
    {"boundaries", "denies_boundaries", "handed 96: yet it does not claim"},
    {"duplex", "claims_duplex", "yet it claims `duplex`"},
    {"duplex", "denies_duplex", "yet it does not claim `duplex`"},
    {"unrelated_processes", "claims_unrelated", "yet it claims"},
    {"unrelated_processes", "denies_unrelated", "yet it does not claim"},
    {"cross_host", "claims_cross_host", "yet it claims"},
    {"cross_host", "denies_cross_host", "yet it does not claim"},
    {"fan_in", "claims_fan_in", "of two senders|still timing"},
    {"fan_in", "ring_claims_fan_in", "of two senders|still timing"},
    {"fan_out", "claims_fan_out", "torn between|still timing"},
    {"fan_out", "ring_claims_fan_out", "torn between|still timing"},
    {"joinable", "claims_joinable", "names none|changed on the way|wrong size|still"},
    {"joinable", "ring_claims_joinable", "there is not one peer"},
    {"competing", "claims_joinable", "not ours|changed on the way|wrong size|arrived|still"},
    {"broadcast", "claims_broadcast", "is missing|not ours|changed on the way|still"},
    {"served", "never_readable", "still warming_up"},
    {"pairs_at_once", "one_for_all", "Address already in use"},
    {"needs_daemon", "claims_daemon", "no process runs besides the two"},
    {"needs_daemon", "hides_daemon", "it does not claim"},
    {"needs_daemon", "hides_cut_off_daemon", "it does not claim"},
    {"needs_daemon", "idle_daemon", "a message passed while"},
    {"access", "leaves_door_open", "(mode 0644) is open to others"},
    {"access", "named_descriptor", "1 names are left"},
    {"access", "claims_same_user", "`same_user` but has 1 names"},
    {"access", "claims_file_mode", "no name of it was seen"},
    {"access", "claims_anyone", "holds no address"},
    {"access", "hides_inet", "claims otherwise"},
    {"access", "hides_abstract", "claims otherwise"},
    {"isolation", "one_for_all", "Address already in use"},
    {"peer_death", "deaf_to_death",
     "the consumer noticed nothing within 1 s; it backs `peer_death_detected`"},
    {"peer_death", "denies_hearing", "undersells"},
    {"death_while_writing", "stamps_early", "of 64 bytes was seen whose producer was killed"},
    {"death_while_writing", "deaf_to_death", "killed writing the consumer noticed nothing"},
    {"death_while_writing", "locks_for_good", "after one of two producers was killed writing"},
    {"rerun_after_kill", "locks_for_ever", "File exists"},
    {"nothing_left", "leaves_shm", "/dev/shm/faulty transport-"},
    {"nothing_left", "leaves_own_name", "left to the parent's sweep after a normal end"},
    {"nothing_left", "leaves_segment", "System V shared memory"},
    {"nothing_left", "leaves_file", "left-"},
    {"nothing_left", "leaves_process", "process "},
    {"wait_style", "spins_secretly", "does not wait as it claims, blocks"},
    {"wait_style", "sleeps_secretly", "does not wait as it claims, spins"},
    {"no_allocation", "allocates_by_new", "allocations in"},
    {"no_allocation", "allocates_by_malloc", "allocations in"},
    {"no_allocation", "claims_allocation", "yet nothing was"},
};

/// `wanted`: texts, divided by '|', of which scheduling decides which comes.
bool says_one_of(std::string_view said, std::string_view wanted) {
    for (std::size_t begin = 0; begin <= wanted.size();) {
        const std::size_t end = std::min(wanted.find('|', begin), wanted.size());
        if (said.find(wanted.substr(begin, end - begin)) != std::string_view::npos) return true;
        begin = end + 1;
    }
    return false;
}

class faulty_case : public testing::TestWithParam<lie> {
protected:
    void TearDown() override {
        const std::string left = std::string(GetParam().faulty_transport);
        if (left == "leaves_shm") remove_objects_of("faulty transport-", 0);
        if (left == "leaves_segment") remove_segments();
    }

private:
    /// Those of this user that nobody is attached to and whose maker has gone.
    static void remove_segments() {
        for (const auto& object : system_v_objects()) {
            shmid_ds state{};
            if (object.what != ipc_object::kind::sysv_shm || object.owner != ::geteuid()) continue;
            const int id = std::stoi(object.name);
            const bool idle = ::shmctl(id, IPC_STAT, &state) == 0 && state.shm_nattch == 0;
            if (idle && state.shm_segsz == 4096 && ::kill(state.shm_cpid, 0) != 0)
                ::shmctl(id, IPC_RMID, nullptr);
        }
    }
};

TEST_P(faulty_case, is_found_out) {
    const auto [check_name, faulty_transport, text] = GetParam();
    const check_result given = evaluate(check_name, faulty_transport);
    if (std::string(check_name) == "wait_style" && given.ended == outcome::skip)
        GTEST_SKIP() << given.text;
    EXPECT_EQ(given.ended, outcome::fail) << given.text;
    EXPECT_TRUE(says_one_of(given.text, text)) << given.text;
}

INSTANTIATE_TEST_SUITE_P(every, faulty_case, testing::ValuesIn(faulty_cases), [](const auto& test) {
    return std::string(test.param.conformance_check) + "_by_" + test.param.faulty_transport;
});

TEST(a_message_queue_left_behind, is_found_out) {
    const check_result given = evaluate("nothing_left", "leaves_queue");
    std::size_t swept = 0;
    for (const auto& queue : message_queues())
        if (queue.name.starts_with("/faulty transport-") && ::mq_unlink(queue.name.c_str()) == 0)
            ++swept;
    if (swept == 0) GTEST_SKIP() << "queues cannot be listed here";
    EXPECT_EQ(given.ended, outcome::fail) << given.text;
    EXPECT_NE(given.text.find("message queue /faulty transport-"), std::string::npos) << given.text;
}

TEST(a_mechanism_that_says_it_allocates, is_believed_when_it_does) {
    const check_result given = evaluate("no_allocation", "admits_allocation");
    EXPECT_EQ(given.ended, outcome::pass) << given.text;
    EXPECT_NE(given.text.find("as it says"), std::string::npos) << given.text;
}

TEST(a_producer_that_waits_for_room, is_asked_to_leave_one_message) {
    const check_result given = evaluate("survives_producer_exit", "shm_mutex_slot");
    EXPECT_EQ(given.ended, outcome::pass) << given.text;
    EXPECT_EQ(given.text, "1 of 1 messages were received after the producer had exited");
}

/// One that holds messages back until flush, and one whose library owns the server's loop.
class optional_part : public testing::TestWithParam<const char*> {};

TEST_P(optional_part, breaks_no_check) {
    std::size_t passed = 0;
    for (const conformance_check* each : all_checks()) {
        if (each->alone) continue;
        const check_result given = evaluate(std::string(each->name), GetParam());
        EXPECT_NE(given.ended, outcome::fail) << each->name << ": " << given.text;
        passed += given.ended == outcome::pass ? 1 : 0;
    }
    EXPECT_GT(passed, 15u);
}

INSTANTIATE_TEST_SUITE_P(each, optional_part, testing::Values("batches", "serves"),
                         [](const auto& test) { return std::string(test.param); });

class honest : public testing::TestWithParam<const conformance_check*> {};

TEST_P(honest, mechanisms_pass_and_one_of_them_is_not_skipped) {
    const std::string name(GetParam()->name);
    bool proven = false;
    std::string skipped;
    const auto examine_one = [&](const std::string& mechanism) {
        const check_result given = evaluate(name, mechanism);
        EXPECT_NE(given.ended, outcome::fail) << mechanism << ": " << given.text;
        EXPECT_FALSE(given.text.empty());
        proven = proven || given.ended == outcome::pass;
        if (given.ended == outcome::skip) skipped += mechanism + ": " + given.text + "\n";
    };
    examine_one("honest_packets");
    examine_one("honest_bytes");
    // They lose messages, let more than a pair in, or give each reader all; those do not.
    for (const char* other : {"shm_seqlock", "unix_seqpacket", "shm_broadcast_ring"})
        if (!proven) examine_one(other);
    if (!proven && name == "wait_style" && allowed_cpus().size() < 2) GTEST_SKIP() << skipped;
    EXPECT_TRUE(proven) << "the check examines none of them\n" << skipped;
}

/// Those that examine workers of ours; the others have tests in bench/test/external_test.cpp.
std::vector<const conformance_check*> checks_of_ours() {
    std::vector<const conformance_check*> ours;
    for (const conformance_check* each : all_checks())
        if (each->whose != examined::external) ours.push_back(each);
    return ours;
}

INSTANTIATE_TEST_SUITE_P(both, honest, testing::ValuesIn(checks_of_ours()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(every_check, can_be_broken) {
    for (const conformance_check* each : checks_of_ours())
        EXPECT_TRUE(
            std::any_of(std::begin(faulty_cases), std::end(faulty_cases),
                        [&](const lie& known) { return each->name == known.conformance_check; }))
            << each->name << " has no faulty transport";
}

TEST(every_check, is_described_once) {
    std::set<std::string_view> names;
    for (const conformance_check* each : all_checks()) {
        EXPECT_TRUE(names.insert(each->name).second) << each->name;
        EXPECT_FALSE(each->sentence.empty()) << each->name;
        EXPECT_EQ(find_check(each->name), each);
        EXPECT_NE(each->evaluate, nullptr) << each->name;
    }
}

TEST(cmake, knows_every_mechanism) {
    registry all;
    register_all(all);
    std::set<std::string> registered;
    for (const auto& entry : all.all())
        if (!entry.info.test_only) registered.emplace(entry.info.name);
    std::set<std::string> tested;
    std::istringstream names(IPCMARK_TRANSPORTS);
    for (std::string name; std::getline(names, name, ',');)
        tested.insert(name);
    EXPECT_EQ(tested, registered)
        << "ipcmark_transport() in transports/CMakeLists.txt: each file's other names are its "
           "VARIANTS";
}

TEST(a_faulty_mechanism, is_convicted_by_the_check_it_breaks) {
    EXPECT_EQ(evaluate("ordered", "faulty_reorder").ended, outcome::fail);
}

TEST(a_mechanism_that_is_not_built, is_excused_with_the_reason) {
    registry all;
    all.add_missing("zeromq", "cppzmq was not found; apt install cppzmq-dev");
    run_workspace workspace;
    interrupt_watch interrupts;
    services leased(workspace, interrupts, all.services());
    conform_context context{workspace, interrupts, leased};
    const check_result given = examine(*find_check("description"), *all.find("zeromq"), context);
    EXPECT_EQ(given.ended, outcome::skip);
    EXPECT_NE(given.text.find("apt install"), std::string::npos);
}

}  // namespace
}  // namespace ipcmark::conform

int main(int argc, char** argv) {
    using namespace ipcmark;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front() == "worker")
        return worker_main(arguments, conform::mechanisms(), &run_check_scenario);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
