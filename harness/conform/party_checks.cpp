#include <algorithm>
#include <fmt/format.h>
#include <variant>

#include "harness/conform/check_context.hpp"
#include "harness/worker/topologies.hpp"

/// More than a pair, each party a process of its own, by the loops that measure.
namespace ipcmark::conform {

namespace {

constexpr party_counts three_to_one{1, 3, 1};
constexpr party_counts one_to_three{1, 1, 3};
constexpr party_counts two_pairs{2, 1, 1};

scenario_options several(const party_counts& among, pattern kind, topology how,
                         std::size_t payload_bytes) {
    scenario_options options;
    options.kind = kind;
    options.payload_bytes = payload_bytes;
    options.timed_ns = 20'000'000;
    options.parties = parties_of(among, kind);
    options.how = how;
    return options;
}

/// What went wrong: the repetition, or that a party's messages did not all arrive.
std::optional<check_result> trouble_of(check_context& exam, const repetition_result& result) {
    if (auto found = exam.trouble(result)) return found;
    for (const source_count& source : result.consumer().measured.sources) {
        const worker_report& sender = result.sides.at(source.party);
        if (source.messages == 0)
            return fail(
                fmt::format("nothing of {} arrived", name_of(source.party, result.parties)));
        if (!exam.facts().may_drop && source.messages != sender.measured.messages)
            return fail(fmt::format("of {}'s {} messages {} arrived",
                                    name_of(source.party, result.parties), sender.measured.messages,
                                    source.messages));
    }
    return std::nullopt;
}

std::uint64_t messages_of(const repetition_result& result) {
    std::uint64_t sum = 0;
    result.for_each_of(role::producer,
                       [&](const worker_report& each) { sum += each.measured.messages; });
    return sum;
}

/// A stream without boundaries is torn by messages that a pipe does not take at once.
std::size_t tearable_bytes(check_context& exam) {
    constexpr std::size_t beyond_a_pipe = std::size_t{3} << 20;
    return exam.fitting(exam.facts().message_boundaries ? 1'000 : beyond_a_pipe);
}

std::optional<std::string> unless_joinable(const registration& mechanism) {
    if (!mechanism.info.facts.joinable) return "it does not claim to be joinable";
    if (!mechanism.info.facts.fan_in) return "it does not claim fan-in: see broadcast";
    return without_peer(mechanism);
}

check_result evaluate_joinable(check_context& exam) {
    const std::size_t bytes = tearable_bytes(exam);
    if (bytes < sizeof(std::uint64_t)) return skip("its messages are too small to name a sender");
    const repetition_result result =
        exam.measure(several(three_to_one, pattern::one_way, topology::shared, bytes));
    if (auto found = trouble_of(exam, result)) return *found;
    return pass(
        fmt::format("{} messages of {} bytes from three processes at once, each intact and "
                    "in its sender's order",
                    messages_of(result), bytes));
}

std::optional<std::string> unless_broadcast(const registration& mechanism) {
    if (mechanism.info.facts.fan_out == sharing::broadcast) return without_peer(mechanism);
    return "it does not claim that each consumer gets every message";
}

check_result evaluate_broadcast(check_context& exam) {
    const std::size_t bytes = exam.fitting(1'000);
    const repetition_result result =
        exam.measure(several(one_to_three, pattern::one_way, topology::broadcast, bytes));
    if (auto found = exam.trouble(result)) return *found;
    const std::uint64_t sent = messages_of(result);
    std::string text;
    for (std::size_t i = 0; i < result.parties.size(); ++i) {
        if (result.parties[i].side == role::producer) continue;
        const measurement& got = result.sides[i].measured;
        const std::string what =
            fmt::format("{} got {} of {} messages", name_of(i, result.parties), got.messages, sent);
        if (got.messages + got.lost != sent || got.messages == 0 ||
            (got.lost > 0 && !exam.facts().may_drop))
            return fail(what);
        text += (text.empty() ? "" : ", ") + what;
    }
    return pass(text);
}

std::optional<std::string> unless_competing(const registration& mechanism) {
    if (mechanism.info.facts.fan_out != sharing::competing || !mechanism.info.facts.joinable)
        return "it does not claim that several processes can share out its messages";
    return without_peer(mechanism);
}

check_result evaluate_competing(check_context& exam) {
    const std::size_t bytes = tearable_bytes(exam);
    const auto how = topology_of(exam.mechanism, pattern::one_way, bytes, one_to_three);
    if (const auto* why = std::get_if<std::string>(&how)) return skip(*why);
    const repetition_result result =
        exam.measure(several(one_to_three, pattern::one_way, topology::shared, bytes));
    if (auto found = exam.trouble(result)) return *found;
    std::string shares;
    result.for_each_of(role::consumer, [&](const worker_report& each) {
        shares += fmt::format("{}{}", shares.empty() ? "" : ", ", each.measured.messages);
    });
    return pass(fmt::format("of {} messages of {} bytes three processes took {}, each once",
                            messages_of(result), bytes, shares));
}

std::optional<std::string> unless_servable(const registration& mechanism) {
    if (mechanism.is_servable) return without_peer(mechanism);
    return "it has no wait_fd() and no ready()";
}

check_result evaluate_served(check_context& exam) {
    std::string text;
    for (const pattern kind : {pattern::one_way, pattern::round_trip}) {
        const bool both_ways = pattern_of(kind).both_ways();
        const auto how = several(both_ways ? one_to_three : three_to_one, kind, topology::separate,
                                 exam.fitting(1'000, kind));
        if (exam.facts().latest_value && !both_ways) continue;
        const repetition_result result = exam.measure(how);
        if (auto found = trouble_of(exam, result)) return *found;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", messages_of(result),
                            both_ways ? "requests answered" : "messages taken");
    }
    return pass(text + " by one process at the ends of three channels");
}

check_result evaluate_pairs(check_context& exam) {
    std::string text;
    for (const pattern kind : {pattern::one_way, pattern::round_trip}) {
        const bool both_ways = pattern_of(kind).both_ways();
        if (exam.facts().latest_value && !both_ways) continue;
        const repetition_result result =
            exam.measure(several(two_pairs, kind, topology::pairs, exam.fitting(64, kind)));
        if (auto found = trouble_of(exam, result)) return *found;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", messages_of(result),
                            both_ways ? "round trips" : "messages");
    }
    return pass(text + " of two pairs at once");
}

}  // namespace

extern const conformance_check joinable_check{
    .name = "joinable",
    .sentence =
        "three processes send into one object at once; every message arrives intact, in its "
        "sender's order",
    .backs = "joinable",
    .skip_reason = unless_joinable,
    .evaluate = evaluate_joinable};

extern const conformance_check competing_check{
    .name = "competing",
    .sentence =
        "three processes receive from one object; together they take every message exactly once",
    .backs = "fan_out",
    .skip_reason = unless_competing,
    .evaluate = evaluate_competing};

extern const conformance_check broadcast_check{
    .name = "broadcast",
    .sentence =
        "three processes receive from one object; each gets every message, intact and in order, or "
        "knows what it lost",
    .backs = "fan_out",
    .skip_reason = unless_broadcast,
    .evaluate = evaluate_broadcast};

extern const conformance_check served_check{
    .name = "served",
    .sentence = "one process serves three channels: it misses no message and sees whose it is",
    .backs = "",
    .skip_reason = unless_servable,
    .evaluate = evaluate_served};

extern const conformance_check pairs_at_once_check{
    .name = "pairs_at_once",
    .sentence = "two pairs in one repetition have nothing to do with each other",
    .backs = "",
    .skip_reason = without_peer,
    .evaluate = evaluate_pairs};

}  // namespace ipcmark::conform
