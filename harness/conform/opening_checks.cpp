#include <array>
#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "harness/conform/scenarios.hpp"

/// The order in which the two sides come.
namespace ipcmark::conform {

namespace {

constexpr std::chrono::milliseconds ahead{50};

/// Comes after the other side, which by then has done all that it can do alone.
void come_late() {
    std::this_thread::sleep_for(ahead);
}

std::optional<std::string> fault_of_opening(check_context& exam, std::string_view first) {
    for (const pattern kind : {pattern::one_way, pattern::round_trip}) {
        const repetition_result result = exam.perform(
            {.play = first, .kind = kind, .payload_bytes = exam.fitting(64, kind), .messages = 1});
        if (const auto verdict = exam.trouble(result))
            return fmt::format("{} {} ms ahead, {}: {}", first, ahead.count(), to_word(kind),
                               verdict->text);
        if (const auto faults = account_faults(exam, result))
            return fmt::format("{} {} ms ahead: {}", first, ahead.count(), *faults);
    }
    return std::nullopt;
}

verdict judge_opening_order(check_context& exam) {
    for (const std::string_view first : {"producer_first", "consumer_first"})
        if (auto fault = fault_of_opening(exam, first)) return broken(*fault);
    return holds(fmt::format("either side may come {} ms before the other", ahead.count()));
}

/// A message there and, where the pattern has it, one back.
void begin_and_send(actor& me) {
    const auto end = me.construct();
    ledger replies = me.incoming(me.cell.both_ways() ? 1 : 0);
    me.send(*end);
    me.receive_all(*end, replies);
    replies.sums().write_to(me.cell.notes);
    me.part();
}

void begin_and_receive(actor& me) {
    const auto end = me.construct();
    ledger messages = me.incoming(1);
    me.receive_all(*end, messages);
    if (me.cell.both_ways()) me.send(*end);
    messages.sums().write_to(me.cell.notes);
    me.part();
}

template <auto Part>
void late(actor& me) {
    come_late();
    Part(me);
}

}  // namespace

const law opening_order_law{
    .name = "opening_order",
    .sentence = "whichever side comes first, the pair meets and exchanges messages",
    .backs = "",
    .excuse = without_peer,
    .judge = judge_opening_order,
    .plays = {play{"producer_first", begin_and_send, late<begin_and_receive>},
              play{"consumer_first", late<begin_and_send>, begin_and_receive}}};

}  // namespace ipcmark::conform
