#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "harness/conform/scenarios.hpp"

/// A latest value that is read at will.
namespace ipcmark::conform {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t values = 400;
constexpr std::uint64_t again = 3;  // reads of the last one

std::optional<std::string> unless_it_can_be_read(const registration& mechanism) {
    if (mechanism.info.facts.latest_value || mechanism.can_share_state)
        return without_peer(mechanism);
    return "it keeps no latest value";
}

void write_with_pauses(scenario_worker& me) {
    const auto end = me.construct();
    me.part();
    for (std::uint64_t i = 0; i < values; ++i) {
        me.send(*end);
        if (i % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    me.part();
    me.part();
}

void read_over_and_over(scenario_worker& me) {
    using clock = std::chrono::steady_clock;
    constexpr milliseconds patience{5'000};
    const auto end = me.construct();
    delivery_checker found = me.incoming(values);
    const auto look = [&] { return end->read([&](readable bytes) { found.enter(bytes); }); };
    me.note("before_any", look() ? 1 : 0);
    me.part();
    const auto give_up = clock::now() + patience;
    while (found.last() + 1 < values && clock::now() < give_up)
        if (!look()) std::this_thread::yield();
    me.part();
    std::uint64_t same = 0;
    for (std::uint64_t i = 0; i < again; ++i)
        if (look() && found.last() + 1 == values) ++same;
    me.note("last", found.last());
    me.note("again", same);
    found.sums().write_to(me.cell.notes);
    me.part();
}

check_result evaluate_reads_at_will(check_context& exam) {
    if (!exam.mechanism.can_share_state) return fail("it claims `latest_value` but has no read");
    if (!exam.facts().latest_value) return fail("it has read but does not claim `latest_value`");
    const repetition_result result = exam.run_scenario(
        {.scenario = "update", .payload_bytes = exam.fitting(4096), .messages = values});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const worker_report& reader = result.consumer();
    const account sums = account::read_from(reader.notes);
    if (noted_or_zero(reader, "before_any") != 0)
        return fail("read gave a value before one was written");
    if (sums.damaged + sums.foreign + sums.wrong_size > 0)
        return fail(fmt::format("{} values were damaged or not ours",
                                sums.damaged + sums.foreign + sums.wrong_size));
    if (sums.out_of_order > 0)
        return fail(fmt::format("{} values were older than one read before", sums.out_of_order));
    if (const auto last = noted_or_zero(reader, "last"); last + 1 != values)
        return fail(
            fmt::format("of {} values the last was never read, but number {}", values, last + 1));
    if (const auto same = noted_or_zero(reader, "again"); same != again)
        return fail(fmt::format("of {} reads of the last value {} gave it", again, same));
    return pass(
        fmt::format("{} of {} values were read, none torn or older than one before, the "
                    "last one again and again",
                    sums.received, values));
}

}  // namespace

extern const conformance_check reads_at_will_check{
    .name = "reads_at_will",
    .sentence =
        "read gives the newest value, whole, as often as it is asked, never an older one, and "
        "nothing before the first was written; exactly those that keep a latest value have it",
    .backs = "latest_value",
    .skip_reason = unless_it_can_be_read,
    .evaluate = evaluate_reads_at_will,
    .scenarios = {scenario{"update", write_with_pauses, read_over_and_over}}};

}  // namespace ipcmark::conform
