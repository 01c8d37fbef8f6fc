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
        const repetition_result result = exam.run_scenario({.scenario = first,
                                                            .kind = kind,
                                                            .payload_bytes = exam.fitting(64, kind),
                                                            .messages = 1});
        if (const auto check_result = exam.trouble(result))
            return fmt::format("{} {} ms ahead, {}: {}", first, ahead.count(), to_word(kind),
                               check_result->text);
        if (const auto faults = account_faults(exam, result))
            return fmt::format("{} {} ms ahead: {}", first, ahead.count(), *faults);
    }
    return std::nullopt;
}

check_result evaluate_opening_order(check_context& exam) {
    for (const std::string_view first : {"producer_first", "consumer_first"})
        if (auto fault = fault_of_opening(exam, first)) return fail(*fault);
    return pass(fmt::format("either side may come {} ms before the other", ahead.count()));
}

/// A message there and, where the pattern has it, one back.
void begin_and_send(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker replies = me.incoming(me.cell.both_ways() ? 1 : 0);
    me.send(*end);
    me.receive_all(*end, replies);
    replies.sums().write_to(me.cell.notes);
    me.part();
}

void begin_and_receive(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker messages = me.incoming(1);
    if (me.cell.both_ways())
        me.answer_all(*end, messages);
    else
        me.receive_all(*end, messages);
    messages.sums().write_to(me.cell.notes);
    me.part();
}

template <auto Part>
void late(scenario_worker& me) {
    come_late();
    Part(me);
}

}  // namespace

extern const conformance_check opening_order_check{
    .name = "opening_order",
    .sentence = "whichever side comes first, the pair meets and exchanges messages",
    .backs = "",
    .skip_reason = without_peer,
    .evaluate = evaluate_opening_order,
    .scenarios = {scenario{"producer_first", begin_and_send, late<begin_and_receive>},
                  scenario{"consumer_first", late<begin_and_send>, begin_and_receive}}};

}  // namespace ipcmark::conform
