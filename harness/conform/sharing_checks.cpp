#include <algorithm>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <new>
#include <thread>
#include <vector>

#include "harness/base/posix/forked.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/conform/scenarios.hpp"

/// Several processes on one side.
namespace ipcmark::conform {

namespace {

/// The second sender's sequence numbers are this far from the first one's.
constexpr std::uint64_t second_sender = std::uint64_t{1} << 40;

std::optional<std::string> unless_fan_in(const registration& mechanism) {
    if (!mechanism.info.facts.fan_in) return "it does not claim fan-in";
    return without_peer(mechanism);
}

std::optional<std::string> unless_fan_out(const registration& mechanism) {
    if (mechanism.info.facts.fan_out == sharing::none) return "it does not claim fan-out";
    if (mechanism.info.facts.fan_out == sharing::broadcast)
        return "its consumers do not compete: each gets every message";
    return without_peer(mechanism);
}

/// A few messages longer than any pipe holds where nothing keeps messages whole, so that two
/// writers or readers of a stream must tear them; many small ones where boundaries are claimed.
scenario_options shared_by_two(check_context& exam, std::string_view scenario) {
    constexpr std::size_t tearable_bytes = std::size_t{3} << 20;
    const bool whole = exam.facts().message_boundaries;
    return {.scenario = scenario,
            .payload_bytes = exam.fitting(whole ? 1'000 : tearable_bytes),
            .messages = whole ? 200u : 12u,
            .reads = touch::rw};
}

/// Memory that a process shares with the copies it forks.
template <class T>
class shared_with_copies {
public:
    shared_with_copies()
        : file_(make_memfd("ipcmark-shared", sizeof(T))),
          memory_(mapping::shared(file_.get(), sizeof(T))),
          object_(new (memory_.data()) T) {}
    T* operator->() const { return object_; }

private:
    unique_fd file_;
    mapping memory_;
    T* object_;
};

/// Returns in both processes at about the same time.
void start_together(std::atomic<int>& arrived) {
    arrived.fetch_add(1, std::memory_order_acq_rel);
    while (arrived.load(std::memory_order_acquire) < 2)
        std::this_thread::yield();
}

void send_from_two(scenario_worker& me) {
    const auto end = me.construct();
    const shared_with_copies<std::atomic<int>> arrived;
    const auto send_from = [&](std::uint64_t first) {
        start_together(*arrived.operator->());
        me.state.out.set_sequence(first);
        for (std::uint64_t i = 0; i < me.messages(); ++i) {
            // What may drop must leave the other sender room, even where both share one CPU.
            if (me.may_drop() && i % 8 == 0)
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            me.send(*end);
        }
    };
    forked_copy second([&] { send_from(second_sender); });
    send_from(0);
    second.join();
    me.part();
}

/// Notifications name no sender: that none is lost is all there is to see.
void count_from_two(scenario_worker& me, any_endpoint& end) {
    std::uint64_t received = 0;
    while (received < 2 * me.messages() && end.recv([](readable) {}))
        ++received;
    me.note("received", received);
    me.part();
}

void receive_from_two(scenario_worker& me) {
    const auto end = me.construct();
    if (me.cell.payload_bytes == 0) return count_from_two(me, *end);
    delivery_checker first({me.task.what.reads, me.cell.payload_bytes, me.task.tag}, me.messages());
    delivery_checker second(
        {me.task.what.reads, me.cell.payload_bytes, me.task.tag + second_sender}, me.messages());
    const auto sort = [&](readable bytes) {
        (second.recognises(bytes) ? second : first).enter(bytes);
    };
    while (first.entered() + second.entered() < 2 * me.messages() && end->recv(sort)) {
    }
    first.sums().write_to(me.cell.notes, "first.");
    second.sums().write_to(me.cell.notes, "second.");
    me.part();
}

check_result evaluate_fan_in(check_context& exam) {
    const scenario_options how = shared_by_two(exam, "two_senders");
    if (how.payload_bytes > 0 && how.payload_bytes < sizeof(std::uint64_t))
        return skip("its messages are too small to name a sender");
    const repetition_result result = exam.run_scenario(how);
    if (auto check_result = exam.trouble(result)) return *check_result;
    if (how.payload_bytes == 0) {
        const auto count = static_cast<std::uint64_t>(noted_or_zero(result.consumer(), "received"));
        const std::string text = fmt::format(
            "{} of 2 x {} notifications from two processes at once", count, how.messages);
        return count == 2 * how.messages ? pass(text) : fail(text);
    }
    std::uint64_t received = 0;
    for (const std::string sender : {"first", "second"}) {
        const account sums = account::read_from(result.consumer().notes, sender + ".");
        if (const auto fault = sums.fault(exam.facts().may_drop, exam.facts().ordered))
            return fail(
                fmt::format("of two senders the {}'s stream is not whole: {}", sender, *fault));
        received += sums.received;
    }
    return pass(
        fmt::format("{} of 2 x {} messages of {} bytes from two processes at once, each "
                    "intact and in its sender's order",
                    received, how.messages, how.payload_bytes));
}

constexpr std::size_t shared_at_most = 200;

/// What two consumers write down together.
struct shared_record {
    std::atomic<int> arrived{0};
    std::array<std::atomic<std::uint32_t>, shared_at_most> times_seen{};
    std::array<std::atomic<std::uint32_t>, 2> taken{};
};

/// One closing message for each consumer follows the ones to share.
void send_to_two(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, me.messages() + 2);
    me.part();
}

/// Takes messages until it has taken a closing one.
void take_share(scenario_worker& me, any_endpoint& end, shared_record& record, std::size_t who) {
    start_together(record.arrived);
    for (;;) {
        delivery_checker one = me.incoming(me.messages() + 2);
        if (!me.receive(end, one)) return;
        if (one.sums().damaged + one.sums().wrong_size + one.sums().foreign > 0)
            throw integrity_error("a message arrived torn between two receiving processes");
        if (one.last() >= me.messages()) return;
        record.times_seen[one.last()].fetch_add(1, std::memory_order_relaxed);
        record.taken[who].fetch_add(1, std::memory_order_relaxed);
        // Slower than the producer, so that the queue fills and both find something in it.
        std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
}

void receive_in_two(scenario_worker& me) {
    const auto end = me.construct();
    const shared_with_copies<shared_record> record;
    forked_copy second([&] { take_share(me, *end, *record.operator->(), 1); });
    take_share(me, *end, *record.operator->(), 0);
    second.join();
    std::uint64_t once = 0;
    std::uint64_t more = 0;
    for (const auto& times : record->times_seen) {
        const auto seen = times.load(std::memory_order_relaxed);
        if (seen == 1) ++once;
        if (seen > 1) ++more;
    }
    me.note("once", once);
    me.note("more", more);
    me.note("first", record->taken[0].load(std::memory_order_relaxed));
    me.note("second", record->taken[1].load(std::memory_order_relaxed));
    me.part();
}

check_result evaluate_fan_out(check_context& exam) {
    const scenario_options how = shared_by_two(exam, "two_takers");
    const repetition_result result = exam.run_scenario(how);
    if (auto check_result = exam.trouble(result)) return *check_result;
    const worker_report& side = result.consumer();
    const auto once = static_cast<std::uint64_t>(noted_or_zero(side, "once"));
    const auto more = noted_or_zero(side, "more");
    const std::string text = fmt::format(
        "of {} messages of {} bytes to two competing processes {} were taken once ({} and {})",
        how.messages, how.payload_bytes, once, noted_or_zero(side, "first"),
        noted_or_zero(side, "second"));
    if (more > 0) return fail(fmt::format("{}, {} by both", text, more));
    if (once == 0 || (once < how.messages && !exam.facts().may_drop)) return fail(text);
    return pass(text);
}

}  // namespace

extern const conformance_check fan_in_check{
    .name = "fan_in",
    .sentence =
        "two processes send into one object at once; every message arrives "
        "intact, in its sender's order",
    .backs = "fan_in",
    .skip_reason = unless_fan_in,
    .evaluate = evaluate_fan_in,
    .scenarios = {scenario{"two_senders", send_from_two, receive_from_two}}};

extern const conformance_check fan_out_check{
    .name = "fan_out",
    .sentence =
        "two processes receive from one object; together they take every "
        "message exactly once",
    .backs = "fan_out",
    .skip_reason = unless_fan_out,
    .evaluate = evaluate_fan_out,
    .scenarios = {scenario{"two_takers", send_to_two, receive_in_two}}};

}  // namespace ipcmark::conform
