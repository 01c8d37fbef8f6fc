#include <algorithm>
#include <fmt/format.h>

#include "harness/conform/scenarios.hpp"

/// What a mechanism's description says of itself.
namespace ipcmark::conform {

namespace {

bool well_formed_name(std::string_view name) {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && lower(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::optional<std::string> fault_of_description(const transport_info& info) {
    if (!well_formed_name(info.name)) return "its name is not of the form [a-z][a-z0-9_]*";
    if (info.summary.empty()) return "it has no summary";
    if (info.family.empty()) return "it has no family";
    if (info.reference.empty()) return "it has no reference (manual page or document)";
    if (info.payload.min_bytes > info.payload.max_bytes)
        return fmt::format("its smallest payload, {} bytes, is above its largest, {}",
                           info.payload.min_bytes, info.payload.max_bytes);
    if (info.facts.latest_value && !info.facts.may_drop)
        return "it claims `latest_value`, which loses what it replaces, but not `may_drop`";
    if (info.facts.encrypted)
        return "it claims `encrypted`, which no check can prove yet; drop the claim or add the "
               "check";
    return std::nullopt;
}

check_result evaluate_description(check_context& exam) {
    if (const auto fault = fault_of_description(exam.info())) return fail(*fault);
    return pass(
        fmt::format("{} ({}; {})", exam.info().summary, exam.info().family, exam.info().reference));
}

/// What is wrong with how sizes outside the limits are answered, and with what is admitted.
std::optional<check_result> fault_of_limits(check_context& exam, pattern kind,
                                            std::size_t largest) {
    constexpr std::size_t absurd = std::size_t{1} << 63;
    for (const std::size_t beyond : {largest + 1, absurd})
        if (const auto why = exam.mechanism.why_refused({kind, beyond, default_depth(beyond)});
            !why || why->empty())
            return fail(fmt::format("{} bytes are not refused with a reason", beyond));
    if (const std::size_t least = exam.info().payload.min_bytes;
        least > 0 && exam.admits(least - 1, kind, default_depth(least)))
        return fail(fmt::format("{} bytes are below its smallest but not refused", least - 1));
    auto wrong =
        carried_wrongly(exam, {.scenario = kind == pattern::one_way ? "stream" : "exchange",
                               .kind = kind,
                               .payload_bytes = largest,
                               .depth = default_depth(largest),
                               .messages = 2,
                               .reads = touch::rw});
    // Elsewhere a limit met at run time is a reason to skip; here it is the fault.
    if (wrong && wrong->ended == outcome::skip)
        wrong = fail("admitted beforehand, refused at run time: " + wrong->text);
    return wrong;
}

check_result evaluate_limits(check_context& exam) {
    std::string text;
    for (const pattern kind : {pattern::one_way, pattern::round_trip}) {
        const auto largest = exam.largest(kind);
        if (!largest)
            return skip("not even its smallest size is admitted here: " +
                        *exam.mechanism.why_refused({kind, exam.info().payload.min_bytes, 4}));
        if (auto fault = fault_of_limits(exam, kind, *largest)) return *fault;
        text += fmt::format("{}{} bytes {} carried, one more refused", text.empty() ? "" : "; ",
                            *largest, kind == pattern::one_way ? "one way" : "both ways");
    }
    return pass(text);
}

}  // namespace

extern const conformance_check description_check{
    .name = "description",
    .sentence = "its description is complete and claims nothing that no check proves",
    .backs = "name, summary, family, reference",
    .evaluate = evaluate_description,
    .whose = examined::every};

extern const conformance_check limits_check{
    .name = "limits",
    .sentence =
        "the largest size admitted works, any beyond it is refused with "
        "the reason before a process starts",
    .backs = "payload",
    .evaluate = evaluate_limits,
    .scenarios = {stream_scenario, exchange_scenario, alone_scenario}};

}  // namespace ipcmark::conform
