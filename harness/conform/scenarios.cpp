#include "harness/conform/scenarios.hpp"

#include <fmt/format.h>

namespace ipcmark::conform {

void stream_out(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, me.messages());
    me.part();
}

void stream_in(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker messages = me.incoming(me.messages());
    me.receive_all(*end, messages);
    messages.sums().write_to(me.cell.notes);
    me.part();
}

void ask(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker replies = me.incoming(me.messages());
    for (std::uint64_t i = 0; i < me.messages(); ++i) {
        me.send(*end);
        // Where the machine is busy, a large reply of a lossy one may come after the first silence.
        for (int silences = 0; silences < 3 && !me.receive(*end, replies); ++silences) {
        }
    }
    me.state.announce_last(phase::timed, me.state.out.sequence() - 1);
    replies.sums().write_to(me.cell.notes);
    me.part();
}

void answer(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker requests = me.incoming(me.messages());
    me.answer_all(*end, requests);
    requests.sums().write_to(me.cell.notes);
    me.part();
}

void talk_to_oneself(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker messages = me.incoming(me.messages());
    for (std::uint64_t i = 0; i < me.messages(); ++i) {
        me.send(*end);
        me.receive(*end, messages);
    }
    messages.sums().write_to(me.cell.notes);
    me.part();
}

void look_on(scenario_worker& me) {
    const auto end = me.construct();
    me.part();
}

std::optional<std::string> account_faults(const check_context& exam,
                                          const repetition_result& result) {
    std::string text;
    for (const worker_report& side : result.sides) {
        const account sums = account::read_from(side.notes);
        if (const auto fault = sums.fault(exam.facts().may_drop, exam.facts().ordered))
            text += (text.empty() ? "" : "; ") + *fault;
    }
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<check_result> carried_wrongly(check_context& exam, scenario_options how) {
    const std::string where = fmt::format("{} bytes {}: ", how.payload_bytes,
                                          how.kind == pattern::one_way ? "one way" : "both ways");
    if (exam.info().loops_back) how.scenario = alone_scenario.name;
    const repetition_result result = exam.run_scenario(how);
    if (auto check_result = exam.trouble(result)) {
        check_result->text.insert(0, where);
        return check_result;
    }
    if (const auto faults = account_faults(exam, result)) return fail(where + *faults);
    return std::nullopt;
}

}  // namespace ipcmark::conform
