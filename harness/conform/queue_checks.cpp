#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <new>
#include <thread>

#include "harness/base/posix/mapping.hpp"
#include "harness/conform/scenarios.hpp"

/// What happens to messages that wait.
namespace ipcmark::conform {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t not_known = ~std::uint64_t{0};
constexpr std::size_t queued_payload_bytes = 4096;

void consume_slowly(scenario_worker& me) {
    const auto end = me.construct();
    payload_checker& seen = me.state.in;
    std::this_thread::sleep_for(milliseconds(20));
    while (seen.expected() < me.messages()) {
        if (!end->recv([&seen](readable bytes) { seen.check(bytes); })) break;
        if (seen.expected() % 16 == 0) std::this_thread::sleep_for(milliseconds(1));
    }
    if (me.may_drop()) seen.close_gap(me.messages() - 1);
    me.note("received", seen.received());
    me.note("lost", seen.lost());
    me.part();
}

check_result evaluate_slow_consumer(check_context& exam) {
    constexpr std::int64_t messages = 400;
    const repetition_result result =
        exam.run_scenario({.scenario = "lag",
                           .payload_bytes = exam.fitting(queued_payload_bytes),
                           .depth = 8,
                           .messages = static_cast<std::uint64_t>(messages)});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const auto received = noted_or_zero(result.consumer(), "received");
    const auto lost = noted_or_zero(result.consumer(), "lost");
    if (received + lost != messages || (lost > 0 && !exam.facts().may_drop))
        return fail(
            fmt::format("{} sent, {} received, {} counted as lost", messages, received, lost));
    return pass(fmt::format("{} sent to a sleepy consumer, {} received, {} lost{}", messages,
                            received, lost, lost > 0 ? " and counted" : ""));
}

/// What the two sides of a full queue know of each other.
struct tally {
    std::atomic<bool> began{false};
    std::atomic<std::uint64_t> accepted{0};       // sends that have returned
    std::atomic<bool> enough{false};              // the consumer has seen what it wanted
    std::atomic<std::uint64_t> total{not_known};  // messages in all, set before the last one
};

class shared_tally {
public:
    explicit shared_tally(scenario_worker& me)
        : file_(me.cell.producer() ? make_memfd("ipcmark-tally", sizeof(tally))
                                   : me.cell.peer.take()),
          memory_(mapping::shared(file_.get(), sizeof(tally))) {
        if (!me.cell.producer()) return;
        new (memory_.data()) tally;
        me.cell.peer.give(file_.get());
    }
    tally* operator->() const { return std::launder(reinterpret_cast<tally*>(memory_.data())); }

private:
    unique_fd file_;
    mapping memory_;
};

void send_until_told(scenario_worker& me) {
    const auto end = me.construct();
    const shared_tally shared(me);
    std::uint64_t sent = 0;
    shared->began.store(true, std::memory_order_release);
    while (sent < me.messages() && !shared->enough.load(std::memory_order_acquire)) {
        me.send(*end);
        shared->accepted.store(++sent, std::memory_order_release);
    }
    shared->total.store(sent + 1, std::memory_order_release);
    me.send(*end);
    me.part();
}

/// Waits until the producer has made no progress for as long as `still` or has sent everything.
/// Returns the messages accepted.
std::uint64_t watch_it_fill(const tally& shared, std::uint64_t messages, milliseconds still) {
    std::uint64_t accepted = 0;
    auto since = std::chrono::steady_clock::now();
    while (accepted < messages && std::chrono::steady_clock::now() - since < still) {
        std::this_thread::sleep_for(milliseconds(2));
        const bool began = shared.began.load(std::memory_order_acquire);
        const std::uint64_t now = shared.accepted.load(std::memory_order_acquire);
        if (now != accepted || !began) since = std::chrono::steady_clock::now();
        accepted = now;
    }
    return accepted;
}

void read_nothing_then_all(scenario_worker& me) {
    const auto end = me.construct();
    const shared_tally shared(me);
    // That one never waits is disproved by a long halt alone, not by a busy machine or disk.
    const bool never_waits = me.may_drop() || !me.mechanism.info.facts.back_pressure;
    const auto still = milliseconds(never_waits ? 1'000 : 50);
    const std::uint64_t accepted = watch_it_fill(*shared.operator->(), me.messages(), still);
    me.note("accepted", accepted);
    shared->enough.store(true, std::memory_order_release);
    std::uint64_t received = 0;
    payload_checker& seen = me.state.in;
    const bool bounded = accepted < me.messages();
    const bool unbounded = never_waits && !me.may_drop();
    while ((bounded || unbounded) && received < shared->total.load(std::memory_order_acquire) &&
           end->recv([&seen](readable bytes) { seen.check(bytes); }))
        ++received;
    me.note("received", received);
    me.part();
    me.note("total", shared->total.load(std::memory_order_acquire));
}

check_result evaluate_full_queue(check_context& exam) {
    const bool may_drop = exam.facts().may_drop;
    const bool waits = exam.facts().back_pressure;
    const std::int64_t most = may_drop || !waits ? 2'000 : 16'384;
    const std::size_t size = exam.fitting(queued_payload_bytes);
    const repetition_result result =
        exam.run_scenario({.scenario = "fill_up",
                           .payload_bytes = size,
                           .messages = static_cast<std::uint64_t>(most),
                           .reads = touch::line});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const auto accepted = noted_or_zero(result.consumer(), "accepted");
    if (may_drop)
        return accepted == most
                   ? pass(fmt::format("{} sent to nobody without ever waiting", accepted))
                   : fail(fmt::format("it may drop, yet send waited after {} messages", accepted));
    if (waits && accepted >= most)
        return fail(
            fmt::format("{} messages of {} bytes were accepted while nobody read: "
                        "send does not wait",
                        accepted, size));
    if (!waits && accepted < most)
        return fail(
            fmt::format("send waited after {} messages: `back_pressure` is undersold", accepted));
    const auto received = noted_or_zero(result.consumer(), "received");
    if (const auto total = noted_or_zero(result.consumer(), "total"); received != total)
        return fail(fmt::format("{} of {} messages came out", received, total));
    if (!waits)
        return pass(
            fmt::format("{} messages were accepted without waiting while nobody read, all "
                        "came out later",
                        accepted));
    return pass(
        fmt::format("send waited after {} messages ({:.0f} KiB), all {} came out later", accepted,
                    static_cast<double>(accepted) * static_cast<double>(size) / 1024, received));
}

constexpr std::uint64_t overwritten = 4;

std::optional<std::string> unless_lossy(const registration& mechanism) {
    if (mechanism.info.facts.may_drop) return without_peer(mechanism);
    return "it drops nothing, so nothing is replaced";
}

void send_then_meet(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, overwritten);
    me.part();
    me.part();
}

void see_the_first(scenario_worker& me) {
    const auto end = me.construct();
    me.part();
    delivery_checker messages = me.incoming(overwritten);
    if (me.receive(*end, messages)) me.note("first", messages.last());
    me.part();
}

check_result evaluate_latest_value(check_context& exam) {
    const bool claimed = exam.facts().latest_value;
    const repetition_result result =
        exam.run_scenario({.scenario = "replace", .payload_bytes = exam.fitting(64)});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const auto first = noted(result.consumer(), "first");
    if (!first) return fail("nothing was received");
    const bool newest = *first + 1 == static_cast<std::int64_t>(overwritten);
    const std::string text =
        fmt::format("of {} messages sent, number {} was received first", overwritten, *first + 1);
    return claimed == newest ? pass(text) : fail(text + ": `latest_value` says otherwise");
}

constexpr std::uint64_t ordinary = 3;

void queue_then_hurry(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, ordinary);
    end->send_urgent([&me](writable bytes) { me.state.out.write(bytes); });
    end->flush();
    me.part();
    me.part();
}

void see_which_is_first(scenario_worker& me) {
    const auto end = me.construct();
    me.part();
    delivery_checker messages = me.incoming(ordinary + 1);
    me.receive(*end, messages);
    me.note("first", messages.last());
    me.receive_all(*end, messages);
    messages.sums().write_to(me.cell.notes);
    me.part();
}

check_result evaluate_priorities(check_context& exam) {
    const bool claimed = exam.facts().priorities;
    if (claimed != exam.mechanism.has_urgent)
        return fail(claimed ? "it claims `priorities` but has no send_urgent"
                            : "it has send_urgent but does not claim `priorities`");
    if (!claimed) return pass("none claimed, no send_urgent");
    const repetition_result result =
        exam.run_scenario({.scenario = "overtake", .payload_bytes = exam.fitting(64), .depth = 8});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const account sums = account::read_from(result.consumer().notes);
    if (const auto fault = sums.fault(exam.facts().may_drop, false)) return fail(*fault);
    if (noted(result.consumer(), "first") != static_cast<std::int64_t>(ordinary))
        return fail("an urgent message did not overtake those queued before it");
    return pass(fmt::format("an urgent message overtook {} that were queued", ordinary));
}

void send_and_exit(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, me.messages());
}

void read_after_exit(scenario_worker& me) {
    const auto end = me.construct();
    me.cell.peer.wait_for_peer_exit();
    delivery_checker messages = me.incoming(me.messages());
    me.note("exited", 1);
    try {
        me.receive_all(*end, messages);
    } catch (const std::exception&) {
        // A receive that fails is an answer; what had come by then is in the account.
    }
    messages.sums().write_to(me.cell.notes);
}

/// What came of messages that were sent before the producer exited.
struct left_behind {
    repetition_result result;
    std::uint64_t messages = 0;
    bool exited = false;
    std::uint64_t received = 0;
    bool whole = false;

    bool stalled() const { return !exited && result.failed && result.failed->code == "stall"; }
    std::string text() const {
        if (!exited) return "the producer could not send one message and exit";
        return fmt::format("{} of {} messages were received after the producer had exited",
                           received, messages);
    }
};

left_behind leave(check_context& exam, std::uint64_t messages) {
    left_behind found{exam.run_scenario({.scenario = "leave",
                                         .payload_bytes = exam.fitting(64),
                                         .messages = messages,
                                         .may_hang = true}),
                      messages};
    found.exited = noted_or_zero(found.result.consumer(), "exited") != 0;
    const account sums = account::read_from(found.result.consumer().notes);
    found.received = sums.received;
    found.whole = sums.received == messages && !sums.fault(false, exam.facts().ordered);
    return found;
}

check_result evaluate_survives_producer_exit(check_context& exam) {
    const bool claimed = exam.facts().survives_producer_exit;
    left_behind found = leave(exam, 4);
    // One that waits because the mechanism has room for one message shows nothing about what
    // becomes of those that were sent.
    if (found.stalled()) found = leave(exam, 1);
    if (!found.exited && found.result.failed && !found.stalled())
        return *exam.trouble(found.result);
    if (claimed == found.whole) return pass(found.text());
    return fail(found.text() + (claimed ? "" : ": `survives_producer_exit` undersells it"));
}

}  // namespace

extern const conformance_check slow_consumer_check{
    .name = "slow_consumer",
    .sentence =
        "a consumer that falls behind loses nothing; where the "
        "mechanism may drop, received and lost add up to sent",
    .backs = "may_drop",
    .skip_reason = without_peer,
    .evaluate = evaluate_slow_consumer,
    .scenarios = {scenario{"lag", stream_out, consume_slowly}}};

extern const conformance_check full_queue_check{
    .name = "full_queue",
    .sentence =
        "with nobody reading, send waits after a bounded number of "
        "messages, and all of them come out later; one that may drop "
        "never waits, nor does one without back-pressure",
    .backs = "back_pressure",
    .skip_reason = without_peer,
    .evaluate = evaluate_full_queue,
    .scenarios = {scenario{"fill_up", send_until_told, read_nothing_then_all}}};

extern const conformance_check latest_value_check{
    .name = "latest_value",
    .sentence =
        "a newer message replaces one that nobody has received yet, "
        "exactly when that is claimed",
    .backs = "latest_value",
    .skip_reason = unless_lossy,
    .evaluate = evaluate_latest_value,
    .scenarios = {scenario{"replace", send_then_meet, see_the_first}}};

extern const conformance_check priorities_check{
    .name = "priorities",
    .sentence =
        "an urgent message overtakes those that are queued, exactly "
        "when that is claimed",
    .backs = "priorities",
    .skip_reason = without_peer,
    .evaluate = evaluate_priorities,
    .scenarios = {scenario{"overtake", queue_then_hurry, see_which_is_first}}};

extern const conformance_check survives_producer_exit_check{
    .name = "survives_producer_exit",
    .sentence =
        "what was sent can be received after the producer has exited, exactly when that is "
        "claimed",
    .backs = "survives_producer_exit",
    .skip_reason = without_peer,
    .evaluate = evaluate_survives_producer_exit,
    .scenarios = {scenario{"leave", send_and_exit, read_after_exit}}};

}  // namespace ipcmark::conform
