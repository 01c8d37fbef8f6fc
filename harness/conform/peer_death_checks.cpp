#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

#include "harness/base/clock.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/conform/leak_check.hpp"
#include "harness/conform/peer_death_detection.hpp"
#include "harness/conform/scenarios.hpp"

/// What a killed process does to its peer, to the next run and to the machine.
namespace ipcmark::conform {

namespace {

/// Tells the peer the time and dies by SIGKILL, once the peer is likely to be waiting.
[[noreturn]] void make_and_die(actor& me) {
    [[maybe_unused]] const auto end = me.construct();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    tell_time_of_death(me);
    ::raise(SIGKILL);
    throw std::logic_error("SIGKILL was survived");
}

void wait_for_the_dead(actor& me) {
    const auto end = me.construct();
    note_when_noticed(me, [&] { return end->recv([](readable) {}) || me.may_drop(); });
}

void send_to_the_dead(actor& me) {
    const auto end = me.construct();
    note_when_noticed(me, [&] {
        me.send(*end);
        return true;
    });
}

verdict judge_one_death_each(check_context& exam) {
    const bool claimed = exam.facts().peer_death_detected;
    staging how{.play = "producer_dies", .payload_bytes = exam.fitting(4096)};
    const repetition_result first = exam.perform(how);
    if (auto verdict = never_died(first)) return *verdict;
    const noticing consumer = describe_noticing(first.consumer(), "consumer", "recv");
    if (!consumer.in_time)
        return claimed ? broken(consumer.text) : holds(consumer.text + ", as it says");
    how.play = "consumer_dies";
    const repetition_result second = exam.perform(how);
    if (auto verdict = never_died(second)) return *verdict;
    const noticing producer = describe_noticing(second.producer(), "producer", "send");
    const std::string text = consumer.text + ", " + producer.text;
    if (claimed == producer.in_time) return holds(text);
    return broken(text + (claimed ? "" : ": the trait undersells it"));
}

verdict judge_peer_death(check_context& exam) {
    verdict given = judge_one_death_each(exam);
    for (int more = tries_to_notice(exam.facts()) - 1; more > 0 && given.ended == outcome::broken;
         --more)
        given = judge_one_death_each(exam);
    return given;
}

constexpr std::array stages_to_die_in{stage::constructing, stage::meeting, stage::warming_up,
                                      stage::timing, stage::reporting};

staging short_exchange(check_context& exam) {
    return {.kind = pattern::round_trip,
            .payload_bytes = exam.fitting(64, pattern::round_trip),
            .reads = touch::rw};
}

verdict judge_rerun_after_kill(check_context& exam) {
    const staging how = short_exchange(exam);
    if (auto verdict = exam.trouble(exam.measure(how))) return *verdict;
    for (const stage at : stages_to_die_in) {
        exam.measure(how, {at, at});
        if (auto verdict = exam.trouble(exam.measure(how))) {
            verdict->text =
                fmt::format("after both were killed {}: {}", to_word(at), verdict->text);
            return *verdict;
        }
    }
    return holds(fmt::format("ran again after both were killed in each of {} stages",
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
        const auto before = take_inventory(exam.room().area.directory());
        exam.measure(short_exchange(exam), how.die_entering);
        const auto after = take_inventory(exam.room().area.directory());
        left = what_stays(additions(before, after), exam.room().area.directory());
        end_strays(known);
        if (left.empty()) break;
    }
    return left;
}

verdict judge_nothing_left(check_context& exam) {
    const foster_parent sees_orphans;
    if (auto verdict = exam.start_service()) return *verdict;
    const auto ways = endings();
    for (const ending& how : ways)
        if (const auto left = left_by(exam, how); !left.empty())
            return broken(fmt::format("{}: {}", how.text, fmt::join(left, ", ")));
    return holds(fmt::format(
        "no name, queue, System V object, file or process left in {} ways to end", ways.size()));
}

}  // namespace

const law peer_death_law{.name = "peer_death",
                         .sentence =
                             "the death of either side by SIGKILL ends the other's recv or "
                             "send within a second, exactly when that is claimed",
                         .backs = "peer_death_detected",
                         .excuse = without_peer,
                         .judge = judge_peer_death,
                         .plays = {play{"producer_dies", make_and_die, wait_for_the_dead},
                                   play{"consumer_dies", send_to_the_dead, make_and_die}}};

const law rerun_after_kill_law{.name = "rerun_after_kill",
                               .sentence =
                                   "a pair runs again after both sides were killed in any "
                                   "stage",
                               .backs = "",
                               .judge = judge_rerun_after_kill};

const law nothing_left_law{.name = "nothing_left",
                           .sentence =
                               "no name, queue, System V object, file or process is left, "
                               "however a pair ends",
                           .backs = "",
                           .judge = judge_nothing_left};

}  // namespace ipcmark::conform
