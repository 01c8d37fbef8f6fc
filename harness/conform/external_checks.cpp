#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "harness/conform/check_context.hpp"

/// What a worker in another language owes: it is a program of its own that measures, so that these
/// look at what comes of measuring repetitions and at how it answers what it cannot do.
namespace ipcmark::conform {

namespace {

constexpr touch touches[] = {touch::desc, touch::rw, touch::verify};

std::string_view way(pattern kind) {
    return kind == pattern::one_way ? "one way" : "both ways";
}

/// Messages that an interpreter writes and compares byte by byte: few of the large ones.
std::uint64_t external_messages(std::size_t payload_bytes) {
    constexpr std::size_t enough_bytes = std::size_t{1} << 20;
    return std::clamp<std::uint64_t>(enough_bytes / payload_bytes, 3, 100);
}

scenario_options external_part(pattern kind, std::size_t payload_bytes, touch reads) {
    return {.kind = kind,
            .payload_bytes = payload_bytes,
            .messages = external_messages(payload_bytes),
            .timed_ns = 5'000'000'000,
            .reads = reads};
}

/// What is wrong with the reports of a repetition of so many messages.
std::optional<std::string> fault_of_reports(const scenario_options& how,
                                            const repetition_result& result) {
    const measurement& sent = result.producer().measured;
    const measurement& got = result.consumer().measured;
    if (sent.messages != how.messages || got.messages != how.messages)
        return fmt::format("{} were asked for, the producer tells of {}, the consumer of {}",
                           how.messages, sent.messages, got.messages);
    const measurement& timed = how.kind == pattern::round_trip ? sent : got;
    if (timed.last_ticks <= timed.first_ticks)
        return "its last_ticks are not after its first_ticks";
    const std::uint64_t latencies = result.producer().latencies.count();
    if (how.kind == pattern::round_trip && latencies != how.messages)
        return fmt::format("{} latencies of {} round trips", latencies, how.messages);
    // What the parent reads may lag by a tick, which is longer than so few messages.
    for (const worker_report& side : result.sides)
        if (side.measured.consumed.cpu_ns() <= 0 && !noted(side, "usage_read_by_parent"))
            return "a side consumed no CPU time";
    return std::nullopt;
}

check_result evaluate_external_delivery(check_context& exam) {
    std::uint64_t messages = 0;
    std::size_t pairs = 0;
    for (const pattern kind : exam.mechanism.external->patterns)
        for (const touch reads : touches)
            for (const std::size_t size : {8, 13, 64, 4096, 4097}) {
                if (!exam.admits(size, kind, default_depth(size))) continue;
                const scenario_options how = external_part(kind, size, reads);
                const repetition_result result = exam.measure(how);
                const std::string where =
                    fmt::format("{} bytes {}, touch {}: ", size, way(kind), to_word(reads));
                if (auto wrong = exam.trouble(result)) {
                    wrong->text.insert(0, where);
                    return *wrong;
                }
                if (const auto fault = fault_of_reports(how, result)) return fail(where + *fault);
                messages += how.messages;
                ++pairs;
            }
    return pass(fmt::format("{} messages in {} pairs, every byte checked, the reports agree",
                            messages, pairs));
}

check_result evaluate_external_limits(check_context& exam) {
    std::string text;
    for (const pattern kind : exam.mechanism.external->patterns) {
        const auto largest = exam.largest(kind);
        if (!largest) return skip("not even its smallest size is admitted here");
        const scenario_options how = external_part(kind, *largest, touch::rw);
        const repetition_result result = exam.measure(how);
        if (result.failed)
            return fail(fmt::format("{} bytes {}: {}", *largest, way(kind), result.failed->text));
        text += fmt::format("{}{} bytes {} carried", text.empty() ? "" : "; ", *largest, way(kind));
    }
    return pass(text);
}

/// Whoever compares what comes with what was sent sees that it is another's message.
check_result evaluate_external_integrity(check_context& exam) {
    for (const pattern kind : exam.mechanism.external->patterns) {
        scenario_options how = external_part(kind, exam.fitting(64, kind), touch::rw);
        how.consumer_tag_offset = std::uint64_t{1} << 40;
        const repetition_result result = exam.measure(how);
        const auto& told = result.consumer().failed;
        if (!told || told->code != "integrity")
            return fail(fmt::format(
                "{}: messages that are not the producer's passed for them; {}", way(kind),
                told ? fmt::format("the consumer reports code `{}`: {}", told->code, told->text)
                     : "the consumer reports no failure"));
    }
    return pass("messages of another tag are reported as `integrity`");
}

struct refusal {
    std::string_view what;
    std::string_view code;
    scenario_options how;
};

check_result evaluate_external_refusal(check_context& exam) {
    const pattern kind = exam.mechanism.external->patterns.front();
    scenario_options other_version = external_part(kind, exam.fitting(64, kind), touch::desc);
    scenario_options other_task = other_version;
    other_version.protocol_version = 1'000;
    other_task.act = {task_kind::probe, "no_such_probe"};
    const std::array refusals{refusal{"a job of protocol version 1000", "protocol", other_version},
                              refusal{"a task that nobody knows", "error", other_task}};
    for (const refusal& each : refusals) {
        const repetition_result result = exam.measure(each.how);
        if (!result.failed) return fail(fmt::format("{} was carried out", each.what));
        for (const worker_report& side : result.sides)
            if (!side.failed || side.failed->code != each.code)
                return fail(fmt::format(
                    "{} is to be reported as failed with code `{}`; {}", each.what, each.code,
                    side.failed
                        ? fmt::format("code `{}` came: {}", side.failed->code, side.failed->text)
                        : "a side reported nothing of it"));
    }
    return pass("another protocol version and an unknown task are refused by their codes");
}

check_result evaluate_external_unrelated(check_context& exam) {
    const bool claimed = exam.facts().unrelated_processes;
    const pattern kind = exam.mechanism.external->patterns.front();
    scenario_options how = external_part(kind, exam.fitting(64, kind), touch::desc);
    how.channel.descriptors = false;
    const repetition_result result = exam.measure(how);
    const std::string text = result.failed
                                 ? "without descriptors handed over: " + result.failed->text
                                 : "the two sides met without a descriptor handed over";
    if (claimed == !result.failed) return pass(text);
    return fail(text + (claimed ? "; yet it claims `unrelated_processes`"
                                : "; yet it does not claim `unrelated_processes`"));
}

/// Whether the side that lives on reports the other's death within the second that it is given.
bool notices_death(check_context& exam, std::size_t dies, std::string& text) {
    const pattern kind = exam.mechanism.external->patterns.front();
    scenario_options how = external_part(kind, exam.fitting(64, kind), touch::desc);
    how.messages = 0;
    std::vector<std::optional<stage>> die(2);
    die[dies] = stage::timing;
    const repetition_result result = exam.measure(how, die);
    const worker_report& survivor = result.sides.at(1 - dies);
    const bool noticed = survivor.failed && survivor.failed->code == "peer";
    text += fmt::format(
        "{}the {} {}", text.empty() ? "" : ", ", dies == 0 ? "consumer" : "producer",
        noticed ? "noticed: " + survivor.failed->text : std::string("noticed nothing within 1 s"));
    return noticed;
}

check_result evaluate_external_peer_death(check_context& exam) {
    constexpr int tries = 3;  // an interpreter that is kept from running may miss its second
    const bool claimed = exam.facts().peer_death_detected;
    std::string text;
    bool noticed = false;
    for (int attempt = 0; attempt < tries && (attempt == 0 || (claimed && !noticed)); ++attempt) {
        text.clear();
        const bool by_consumer = notices_death(exam, 0, text);
        noticed = by_consumer && notices_death(exam, 1, text);
    }
    if (claimed == noticed) return pass(text);
    return fail(text + (claimed ? "; yet it claims `peer_death_detected`"
                                : ": `peer_death_detected` undersells it"));
}

}  // namespace

extern const conformance_check external_delivery_check{
    .name = "external_delivery",
    .sentence =
        "the worker's messages arrive, in order, every byte intact, with each touch, and the "
        "reports of both sides agree with what was asked for",
    .backs = "",
    .evaluate = evaluate_external_delivery,
    .whose = examined::external};

extern const conformance_check external_limits_check{
    .name = "external_limits",
    .sentence = "the largest size that the description admits works",
    .backs = "payload",
    .evaluate = evaluate_external_limits,
    .whose = examined::external};

extern const conformance_check external_integrity_check{
    .name = "external_integrity",
    .sentence = "a worker that receives what its peer did not send reports it",
    .backs = "",
    .evaluate = evaluate_external_integrity,
    .whose = examined::external};

extern const conformance_check external_refusal_check{
    .name = "external_refusal",
    .sentence = "a worker refuses another protocol version and a task that it does not know",
    .backs = "",
    .evaluate = evaluate_external_refusal,
    .whose = examined::external};

extern const conformance_check external_unrelated_check{
    .name = "external_unrelated",
    .sentence =
        "the two sides find each other without a descriptor handed over, exactly when that is "
        "claimed",
    .backs = "unrelated_processes",
    .evaluate = evaluate_external_unrelated,
    .whose = examined::external};

extern const conformance_check external_peer_death_check{
    .name = "external_peer_death",
    .sentence =
        "the death of either side by SIGKILL ends the other's recv or send within a second, "
        "exactly when that is claimed",
    .backs = "peer_death_detected",
    .evaluate = evaluate_external_peer_death,
    .whose = examined::external};

}  // namespace ipcmark::conform
