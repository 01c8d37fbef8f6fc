#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "harness/conform/scenarios.hpp"

/// Every message arrives once, whole, in order.
namespace ipcmark::conform {

namespace {

constexpr std::size_t at_edges[] = {1, 7, 64, 4095, 4096, 4097};

/// Shallow enough for the messages below to go round a ring.
std::size_t depth_of(std::size_t payload_bytes) {
    constexpr std::size_t most = 40;
    return std::min(default_depth(payload_bytes), most);
}

std::vector<std::size_t> sizes_to_try(check_context& exam, pattern kind) {
    std::vector<std::size_t> sizes;
    for (const std::size_t size : at_edges)
        if (exam.admits(size, kind, depth_of(size))) sizes.push_back(size);
    const auto largest = exam.largest(kind);
    if (largest && std::find(sizes.begin(), sizes.end(), *largest) == sizes.end())
        sizes.push_back(*largest);
    return sizes;
}

/// Enough to wrap a ring and fill a buffer, no more than some megabytes; 8 bits of sequence number
/// in the smallest message still tell 200 apart. Each round trip of two that spin costs a time
/// slice where other tests keep the CPUs busy.
std::uint64_t messages_of(pattern kind, std::size_t payload_bytes) {
    constexpr std::size_t enough_bytes = std::size_t{4} << 20;
    const std::uint64_t most = kind == pattern::one_way ? 200 : 50;
    return std::clamp<std::uint64_t>(enough_bytes / std::max<std::size_t>(payload_bytes, 1), 3,
                                     most);
}

check_result evaluate_delivery(check_context& exam) {
    std::uint64_t streams = 0;
    std::uint64_t messages = 0;
    std::size_t largest = 0;
    for (const pattern kind : {pattern::one_way, pattern::round_trip})
        for (const std::size_t size : sizes_to_try(exam, kind)) {
            if (auto wrong = carried_wrongly(
                    exam, {.scenario = kind == pattern::one_way ? "stream" : "exchange",
                           .kind = kind,
                           .payload_bytes = size,
                           .depth = depth_of(size),
                           .messages = messages_of(kind, size),
                           // The checker compares every byte: no checksum could
                           // prove more.
                           .reads = touch::rw}))
                return *wrong;
            ++streams;
            messages += messages_of(kind, size);
            largest = std::max(largest, size);
        }
    return pass(fmt::format("{} messages of up to {} bytes in {} pairs, every byte intact",
                            messages, largest, streams));
}

std::optional<std::string> unless_ordered(const registration& mechanism) {
    if (!mechanism.info.facts.ordered) return "it does not claim an order";
    return without_peer(mechanism);
}

void stream_both_ways(scenario_worker& me, bool first) {
    const auto end = me.construct();
    delivery_checker messages = me.incoming(me.messages());
    if (first) me.send(*end, me.messages());
    // A lossy one gives up in time: not before the other side, which does so too, has begun.
    if (first && me.may_drop()) me.cell.peer.meet();
    me.receive_all(*end, messages);
    if (!first && me.may_drop()) me.cell.peer.meet();
    if (!first) me.send(*end, me.messages());
    messages.sums().write_to(me.cell.notes);
    me.part();
}

check_result evaluate_ordered(check_context& exam) {
    constexpr std::uint64_t messages = 2'000;
    scenario_options how{.scenario = "there_and_back",
                         .kind = pattern::round_trip,
                         .payload_bytes = exam.fitting(64, pattern::round_trip),
                         .messages = messages};
    if (exam.mechanism.serves) how.scenario = exchange_scenario.name;
    const repetition_result result = exam.run_scenario(how);
    if (auto check_result = exam.trouble(result)) return *check_result;
    if (const auto faults = account_faults(exam, result)) return fail(*faults);
    return pass(fmt::format("{} messages each way, none after a later one", messages));
}

/// Counts callbacks, and those of the wrong size, on one side.
struct callback_count {
    std::uint64_t calls = 0;
    std::uint64_t wrong_size = 0;
    void operator()(std::size_t bytes, std::size_t wanted) {
        ++calls;
        if (bytes != wanted) ++wrong_size;
    }
};

void fill_and_count(scenario_worker& me) {
    const auto end = me.construct();
    callback_count filled;
    for (std::uint64_t i = 0; i < me.messages(); ++i) {
        end->send([&](writable bytes) {
            filled(bytes.size(), me.cell.payload_bytes);
            std::fill(bytes.begin(), bytes.end(), std::byte{0x5A});
        });
        if (me.mechanism.info.loops_back) end->recv([](readable) {});
    }
    end->flush();
    me.note("calls", filled.calls);
    me.note("returns", me.messages());
    me.note("wrong_size", filled.wrong_size);
    me.part();
}

void consume_and_count(scenario_worker& me) {
    const auto end = me.construct();
    callback_count consumed;
    std::uint64_t received = 0;
    const auto consume = [&](readable bytes) { consumed(bytes.size(), me.cell.payload_bytes); };
    while (!me.mechanism.info.loops_back && received < me.messages() && end->recv(consume))
        ++received;
    me.note("calls", consumed.calls);
    me.note("returns", received);
    me.note("wrong_size", consumed.wrong_size);
    me.part();
}

std::optional<std::string> count_fault(const worker_report& side, std::string_view callback) {
    const auto calls = noted_or_zero(side, "calls");
    const auto returns = noted_or_zero(side, "returns");
    if (calls != returns)
        return fmt::format("{} was called {} times for {} messages", callback, calls, returns);
    if (const auto wrong = noted_or_zero(side, "wrong_size"); wrong != 0)
        return fmt::format("{} got a span of the wrong size {} times", callback, wrong);
    return std::nullopt;
}

check_result evaluate_exactly_once(check_context& exam) {
    constexpr std::uint64_t messages = 100;
    for (const std::size_t wanted : {64, 5'000}) {
        const std::size_t size = exam.fitting(wanted);
        const repetition_result result =
            exam.run_scenario({.scenario = "count", .payload_bytes = size, .messages = messages});
        if (auto check_result = exam.trouble(result)) return *check_result;
        if (const auto fault = count_fault(result.producer(), "fill")) return fail(*fault);
        if (const auto fault = count_fault(result.consumer(), "consume")) return fail(*fault);
    }
    return pass(
        fmt::format("{} calls of fill and of consume for as many messages, each with "
                    "payload_bytes",
                    messages));
}

std::optional<std::string> unless_it_streams_back(const registration& mechanism) {
    if (mechanism.serves) return "its library owns the server's loop, which only answers requests";
    return without_peer(mechanism);
}

constexpr std::uint64_t stream_part = 300;
constexpr std::uint64_t exchange_part = 20;

void stream_then_ask(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker back = me.incoming(exchange_part + stream_part);
    me.send(*end, stream_part);
    // Or a lossy consumer would take the first questions for the end of the stream.
    if (me.may_drop()) me.cell.peer.meet();
    for (std::uint64_t i = 0; i < exchange_part; ++i) {
        me.send(*end);
        me.receive(*end, back);
    }
    me.receive_all(*end, back);
    back.sums().write_to(me.cell.notes);
    me.part();
}

void drain_then_answer(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker there = me.incoming(stream_part + exchange_part);
    me.receive_until(*end, there, stream_part);
    if (me.may_drop()) me.cell.peer.meet();
    for (std::uint64_t i = 0; i < exchange_part; ++i) {
        if (!me.receive(*end, there)) break;
        me.send(*end);
    }
    me.send(*end, stream_part);
    there.sums().write_to(me.cell.notes);
    me.part();
}

check_result evaluate_round_trip_after_one_way(check_context& exam) {
    const repetition_result result =
        exam.run_scenario({.scenario = "turn_around",
                           .kind = pattern::round_trip,
                           .payload_bytes = exam.fitting(64, pattern::round_trip)});
    if (auto check_result = exam.trouble(result)) return *check_result;
    if (const auto faults = account_faults(exam, result)) return fail(*faults);
    return pass(fmt::format("{} one way, {} round trips, {} back over one endpoint", stream_part,
                            exchange_part, stream_part));
}

}  // namespace

extern const conformance_check delivery_check{
    .name = "delivery",
    .sentence =
        "every message arrives, in order, every byte intact, at 1 byte, "
        "around a page and at the largest size, one way and both ways",
    .backs = "",
    .evaluate = evaluate_delivery,
    .scenarios = {stream_scenario, exchange_scenario, alone_scenario}};

extern const conformance_check exactly_once_check{
    .name = "exactly_once",
    .sentence =
        "fill and consume are called once per message, with exactly "
        "payload_bytes",
    .backs = "",
    .evaluate = evaluate_exactly_once,
    .scenarios = {scenario{"count", fill_and_count, consume_and_count}}};

extern const conformance_check ordered_check{
    .name = "ordered",
    .sentence = "the messages of one producer arrive in the order they were sent",
    .backs = "ordered",
    .skip_reason = unless_ordered,
    .evaluate = evaluate_ordered,
    .scenarios = {
        scenario{"there_and_back", [](scenario_worker& me) { stream_both_ways(me, true); },
                 [](scenario_worker& me) { stream_both_ways(me, false); }},
        exchange_scenario}};

extern const conformance_check round_trip_after_one_way_check{
    .name = "round_trip_after_one_way",
    .sentence = "an endpoint made for both ways streams one way, exchanges, and streams back",
    .backs = "",
    .skip_reason = unless_it_streams_back,
    .evaluate = evaluate_round_trip_after_one_way,
    .scenarios = {scenario{"turn_around", stream_then_ask, drain_then_answer}}};

}  // namespace ipcmark::conform
