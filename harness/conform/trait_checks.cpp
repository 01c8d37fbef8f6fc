#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include "harness/conform/access_probe.hpp"
#include "harness/conform/scenarios.hpp"

/// What the mechanism is: stream or messages, one way or two, found by name or handed over.
namespace ipcmark::conform {

namespace {

/// A trait that must be claimed exactly when it was seen.
check_result evaluate_claim(std::string_view trait, bool claimed, bool seen,
                            const std::string& what) {
    if (claimed == seen) return pass(what);
    return fail(fmt::format("{}: {} `{}`", what,
                            claimed ? "yet it claims" : "yet it does not claim", trait));
}

constexpr std::size_t half_bytes = 96;

/// The consumer believes that messages are twice as long as they are.
void take_double(scenario_worker& me) {
    me.cell.payload_bytes *= 2;
    const auto end = me.construct();
    me.cell.peer.meet();
    end->recv([&me](readable bytes) { me.note("handed_bytes", bytes.size()); });
}

void send_two_halves(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, 2);
    me.cell.peer.meet();
    me.cell.peer.wait_for_peer_exit();
}

check_result evaluate_boundaries(check_context& exam) {
    std::size_t half = exam.fitting(half_bytes);
    while (half > exam.info().payload.min_bytes && !exam.admits(2 * half, pattern::one_way, 16))
        half = std::max(half / 2, exam.info().payload.min_bytes);
    if (!exam.admits(half, pattern::one_way, 16) || !exam.admits(2 * half, pattern::one_way, 16))
        return skip("two messages of its smallest size are more than it admits");
    const repetition_result result = exam.run_scenario(
        {.scenario = "double", .payload_bytes = half, .reads = touch::rw, .may_hang = true});
    if (result.failed && result.failed->ended == status::skipped) return *exam.trouble(result);
    const auto handed = noted(result.consumer(), "handed_bytes");
    const bool glued = handed && *handed > static_cast<std::int64_t>(half);
    const std::string what =
        handed ? fmt::format("after two messages of {} bytes a receive of up to {} was handed {}",
                             half, 2 * half, *handed)
               : fmt::format("a consumer of {} bytes got nothing of two messages of {}", 2 * half,
                             half);
    return evaluate_claim("message_boundaries", exam.facts().message_boundaries, !glued, what);
}

/// Sends back over an endpoint that was made for one way; tells the producer whether it could.
void reply_uninvited(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker messages = me.incoming(1);
    me.receive(*end, messages);
    bool sent = false;
    try {
        me.send(*end);
        sent = true;
    } catch (const std::exception&) {
        // "There is no way back" is an answer.
    }
    me.cell.peer.tell(sent ? "sent" : "refused");
    me.part();
}

void await_reply(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end);
    if (me.cell.peer.hear() == "sent") {
        delivery_checker reply = me.incoming(1);
        me.receive(*end, reply);
        me.note("intact_replies", reply.sums().fault(false, true) ? 0 : 1);
    }
    me.part();
}

check_result evaluate_duplex(check_context& exam) {
    const repetition_result result = exam.run_scenario(
        {.scenario = "reply", .payload_bytes = exam.fitting(64), .may_hang = true});
    if (result.failed && result.failed->ended == status::skipped) return *exam.trouble(result);
    const bool carried = noted_or_zero(result.producer(), "intact_replies") == 1;
    return evaluate_claim("duplex", exam.facts().duplex, carried,
                          carried ? "an endpoint made for one way carried a reply"
                                  : "an endpoint made for one way carried no reply");
}

void show_oneself(scenario_worker& me) {
    const auto before = inet_sockets();
    const auto end = me.construct();
    me.note("descriptors_passed", me.cell.peer.descriptors_passed());
    me.note("inet_sockets", inet_sockets() - before);
    me.part();
}

check_result evaluate_unrelated_processes(check_context& exam) {
    const repetition_result result =
        exam.run_scenario({.scenario = "show",
                           .kind = pattern::round_trip,
                           .payload_bytes = exam.fitting(64, pattern::round_trip)});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const auto passed = noted_or_zero(result.producer(), "descriptors_passed");
    return evaluate_claim("unrelated_processes", exam.facts().unrelated_processes, passed == 0,
                          fmt::format("the two sides met with {} descriptors handed over", passed));
}

check_result evaluate_cross_host(check_context& exam) {
    const repetition_result result =
        exam.run_scenario({.scenario = "show",
                           .kind = pattern::round_trip,
                           .payload_bytes = exam.fitting(64, pattern::round_trip)});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const auto ours = noted_or_zero(result.producer(), "inet_sockets");
    const auto theirs = noted_or_zero(result.consumer(), "inet_sockets");
    const std::string seen =
        fmt::format("the producer holds {} internet sockets, the consumer {}", ours, theirs);
    // Where messages may be lost, the instrument itself needs shared memory.
    if (ours > 0 && theirs > 0 && exam.facts().cross_host && !exam.facts().may_drop) {
        const repetition_result apart =
            exam.measure({.kind = pattern::round_trip,
                          .payload_bytes = exam.fitting(64, pattern::round_trip),
                          .channel = {.shared_memory = false, .descriptors = false}});
        if (apart.failed)
            return fail("without shared memory and handed over descriptors: " + apart.failed->text);
    }
    return evaluate_claim("cross_host", exam.facts().cross_host, ours > 0 && theirs > 0, seen);
}

}  // namespace

extern const conformance_check boundaries_check{
    .name = "boundaries",
    .sentence =
        "a receive never joins two messages, exactly when message "
        "boundaries are claimed",
    .backs = "message_boundaries",
    .skip_reason = without_peer,
    .evaluate = evaluate_boundaries,
    .scenarios = {scenario{"double", send_two_halves, take_double}}};

extern const conformance_check duplex_check{
    .name = "duplex",
    .sentence =
        "an endpoint made for one way carries a reply as well, exactly when "
        "that is claimed",
    .backs = "duplex",
    .skip_reason = without_peer,
    .evaluate = evaluate_duplex,
    .scenarios = {scenario{"reply", await_reply, reply_uninvited}}};

extern const conformance_check unrelated_processes_check{
    .name = "unrelated_processes",
    .sentence =
        "the two sides find each other without a descriptor handed over, exactly when that "
        "is claimed",
    .backs = "unrelated_processes",
    .skip_reason = without_peer,
    .evaluate = evaluate_unrelated_processes,
    .scenarios = {scenario{"show", show_oneself, show_oneself}}};

extern const conformance_check cross_host_check{
    .name = "cross_host",
    .sentence =
        "both sides hold an internet socket, and need neither shared memory "
        "nor descriptors handed over, exactly when it is claimed that the "
        "mechanism works between machines",
    .backs = "cross_host",
    .skip_reason = without_peer,
    .evaluate = evaluate_cross_host,
    .scenarios = {scenario{"show", show_oneself, show_oneself}}};

}  // namespace ipcmark::conform
