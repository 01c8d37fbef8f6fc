#include <chrono>
#include <csignal>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>
#include <unistd.h>

#include "harness/base/clock.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/conform/leak_check.hpp"
#include "harness/conform/peer_death_detection.hpp"
#include "harness/conform/scenarios.hpp"
#include "harness/host/ipc/run_objects.hpp"

/// What a killed process does to its peer, to the next run and to the machine.
namespace ipcmark::conform {

namespace {

/// Tells the peer the time and dies by SIGKILL, once the peer is likely to be waiting.
[[noreturn]] void make_and_die(scenario_worker& me) {
    [[maybe_unused]] const auto end = me.construct();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    tell_time_of_death(me);
    ::raise(SIGKILL);
    throw std::logic_error("SIGKILL was survived");
}

void wait_for_the_dead(scenario_worker& me) {
    const auto end = me.construct();
    note_when_noticed(me, [&] { return end->recv([](readable) {}) || me.may_drop(); });
}

void send_to_the_dead(scenario_worker& me) {
    const auto end = me.construct();
    note_when_noticed(me, [&] {
        me.send(*end);
        return true;
    });
}

check_result evaluate_one_death_each(check_context& exam) {
    const bool claimed = exam.facts().peer_death_detected;
    scenario_options how{.scenario = "producer_dies", .payload_bytes = exam.fitting(4096)};
    const repetition_result first = exam.run_scenario(how);
    if (auto check_result = never_died(first)) return *check_result;
    const peer_death_detection consumer = describe_detection(first.consumer(), "consumer", "recv");
    if (!consumer.in_time)
        return claimed ? fail(consumer.text) : pass(consumer.text + ", as it says");
    how.scenario = "consumer_dies";
    const repetition_result second = exam.run_scenario(how);
    if (auto check_result = never_died(second)) return *check_result;
    const peer_death_detection producer = describe_detection(second.producer(), "producer", "send");
    const std::string text = consumer.text + ", " + producer.text;
    if (claimed == producer.in_time) return pass(text);
    return fail(text + (claimed ? "" : ": `peer_death_detected` undersells it"));
}

check_result evaluate_peer_death(check_context& exam) {
    check_result given = evaluate_one_death_each(exam);
    for (int more = tries_to_notice(exam.facts()) - 1; more > 0 && given.ended == outcome::fail;
         --more)
        given = evaluate_one_death_each(exam);
    return given;
}

constexpr std::array stages_to_die_in{stage::constructing, stage::meeting, stage::warming_up,
                                      stage::timing, stage::reporting};

scenario_options short_exchange(check_context& exam) {
    return {.kind = pattern::round_trip,
            .payload_bytes = exam.fitting(64, pattern::round_trip),
            .reads = touch::rw};
}

check_result evaluate_rerun_after_kill(check_context& exam) {
    const scenario_options how = short_exchange(exam);
    if (auto check_result = exam.trouble(exam.measure(how))) return *check_result;
    for (const stage at : stages_to_die_in) {
        exam.measure(how, {at, at});
        if (auto check_result = exam.trouble(exam.measure(how))) {
            check_result->text =
                fmt::format("after both were killed {}: {}", to_word(at), check_result->text);
            return *check_result;
        }
    }
    return pass(fmt::format("ran again after both were killed in each of {} stages",
                            stages_to_die_in.size()));
}

struct ending {
    std::string text;
    std::vector<std::optional<stage>> die_entering = {};
};

std::vector<ending> endings() {
    std::vector<ending> all(3);
    all[0] = {"after a normal end", {}};
    all[1] = {"after the producer was killed timing", {stage::timing, std::nullopt}};
    all[2] = {"after the consumer was killed meeting", {std::nullopt, stage::meeting}};
    for (const stage at : stages_to_die_in)
        all.push_back({fmt::format("after both were killed {}", to_word(at)), {at, at}});
    return all;
}

/// What one repetition left behind. A second repetition must leave something too: on a shared
/// machine others may leave something at the same time, but not each time.
std::vector<std::string> left_by(check_context& exam, const ending& how) {
    const std::vector<pid_t> known = children();
    std::vector<std::string> left;
    for (int look = 0; look < 2; ++look) {
        const auto before = take_inventory(exam.context().workspace.directory());
        exam.measure(short_exchange(exam), how.die_entering);
        const auto after = take_inventory(exam.context().workspace.directory());
        left = what_stays(additions(before, after), exam.context().workspace.directory());
        end_orphans(known);
        if (left.empty()) break;
    }
    return left;
}

/// What carries a repetition's name after a normal end. Its parent would sweep it; one that is
/// killed first never does.
std::vector<std::string> left_to_the_sweep(check_context& exam) {
    std::vector<std::string> left;
    scenario_options how = short_exchange(exam);
    const std::int64_t since_s = std::time(nullptr) - 1;
    how.before_sweep = [&](const std::string& repetition) {
        for (const run_object_kind& kind : run_object_kinds())
            for (const ipc_object& object : kind.of_repetition(repetition, {}))
                if (!object.numbered() || made_by_run(object, ::geteuid(), since_s))
                    left.push_back(object.text());
    };
    exam.measure(how);
    return left;
}

check_result evaluate_nothing_left(check_context& exam) {
    const subreaper sees_orphans;
    if (auto check_result = exam.start_service()) return *check_result;
    const auto ways = endings();
    for (const ending& how : ways)
        if (const auto left = left_by(exam, how); !left.empty())
            return fail(fmt::format("{}: {}", how.text, fmt::join(left, ", ")));
    if (const auto left = left_to_the_sweep(exam); !left.empty())
        return fail(
            fmt::format("left to the parent's sweep after a normal end, and for good where "
                        "that is killed: {}",
                        fmt::join(left, ", ")));
    return pass(fmt::format(
        "no name, queue, System V object, file or process left in {} ways to end", ways.size()));
}

}  // namespace

extern const conformance_check peer_death_check{
    .name = "peer_death",
    .sentence =
        "the death of either side by SIGKILL ends the other's recv or "
        "send within a second, exactly when that is claimed",
    .backs = "peer_death_detected",
    .skip_reason = without_peer,
    .evaluate = evaluate_peer_death,
    .scenarios = {scenario{"producer_dies", make_and_die, wait_for_the_dead},
                  scenario{"consumer_dies", send_to_the_dead, make_and_die}}};

extern const conformance_check rerun_after_kill_check{
    .name = "rerun_after_kill",
    .sentence =
        "a pair runs again after both sides were killed in any "
        "stage",
    .backs = "",
    .evaluate = evaluate_rerun_after_kill,
    .whose = examined::every};

extern const conformance_check nothing_left_check{
    .name = "nothing_left",
    .sentence =
        "no name, queue, System V object, file or process is left, "
        "however a pair ends",
    .backs = "",
    .evaluate = evaluate_nothing_left,
    .whose = examined::every};

}  // namespace ipcmark::conform
