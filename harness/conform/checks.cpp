#include "harness/conform/checks.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/conform/check_context.hpp"
#include "harness/conform/scenario_worker.hpp"

namespace ipcmark::conform {

// Defined in *_checks.cpp.
extern const conformance_check description_check, limits_check, opening_order_check, delivery_check,
    exactly_once_check, ordered_check, round_trip_after_one_way_check, slow_consumer_check,
    full_queue_check, latest_value_check, reads_at_will_check, priorities_check,
    survives_producer_exit_check, boundaries_check, duplex_check, unrelated_processes_check,
    cross_host_check, fan_in_check, fan_out_check, joinable_check, competing_check, broadcast_check,
    served_check, pairs_at_once_check, needs_daemon_check, access_check, isolation_check,
    peer_death_check, death_while_writing_check, rerun_after_kill_check, nothing_left_check,
    wait_style_check, no_allocation_check, external_delivery_check, external_integrity_check,
    external_refusal_check, external_limits_check, external_peer_death_check,
    external_unrelated_check;

namespace {

constexpr std::array table{&description_check,
                           &limits_check,
                           &opening_order_check,
                           &delivery_check,
                           &exactly_once_check,
                           &ordered_check,
                           &round_trip_after_one_way_check,
                           &slow_consumer_check,
                           &full_queue_check,
                           &latest_value_check,
                           &reads_at_will_check,
                           &priorities_check,
                           &survives_producer_exit_check,
                           &boundaries_check,
                           &duplex_check,
                           &unrelated_processes_check,
                           &cross_host_check,
                           &fan_in_check,
                           &fan_out_check,
                           &joinable_check,
                           &competing_check,
                           &broadcast_check,
                           &served_check,
                           &pairs_at_once_check,
                           &needs_daemon_check,
                           &access_check,
                           &isolation_check,
                           &peer_death_check,
                           &death_while_writing_check,
                           &rerun_after_kill_check,
                           &nothing_left_check,
                           &wait_style_check,
                           &no_allocation_check,
                           &external_delivery_check,
                           &external_limits_check,
                           &external_integrity_check,
                           &external_refusal_check,
                           &external_unrelated_check,
                           &external_peer_death_check};

/// "check/scenario", as the check_context wrote it.
const scenario& find_scenario(std::string_view name) {
    const auto slash = name.find('/');
    const conformance_check* which = find_check(name.substr(0, slash));
    if (which == nullptr) throw std::logic_error("no check is called " + std::string(name));
    const std::string_view wanted = name.substr(slash + 1);
    const auto at = std::find_if(which->scenarios.begin(), which->scenarios.end(),
                                 [&](const scenario& each) { return each.name == wanted; });
    if (at == which->scenarios.end())
        throw std::logic_error("no scenario is called " + std::string(name));
    return *at;
}

/// So that whoever reads of a fault knows which claim to take back.
check_result naming_the_trait(check_result given, const conformance_check& which) {
    const std::string trait = "`" + std::string(which.backs) + "`";
    if (given.ended == outcome::fail && !which.backs.empty() &&
        given.text.find(trait) == std::string::npos)
        given.text += "; it backs " + trait;
    return given;
}

}  // namespace

std::span<const conformance_check* const> all_checks() {
    return table;
}

const conformance_check* find_check(std::string_view name) {
    const auto at = std::find_if(table.begin(), table.end(),
                                 [&](const conformance_check* each) { return each->name == name; });
    return at == table.end() ? nullptr : *at;
}

std::optional<std::string> unusable_here(const registration& mechanism) {
    if (auto why = mechanism.why_unavailable()) return why;
    return mechanism.why_refused({pattern::round_trip, mechanism.info.payload.min_bytes, 1});
}

check_result examine(const conformance_check& which, const registration& mechanism,
                     conform_context& context) {
    if (!mechanism.missing.empty()) return skip(mechanism.missing);
    if (mechanism.is_program_pair())
        return skip("two programs that know nothing of ipcmark claim nothing");
    if (!concerns(which, mechanism))
        return skip(mechanism.external == nullptr
                        ? "its worker is ipcmark's own"
                        : "its worker, a program of its own, acts out no scenarios");
    if (which.skip_reason != nullptr)
        if (const auto why = which.skip_reason(mechanism)) return skip(*why);
    const bool needs_processes = &which != &description_check;
    if (const auto why = unusable_here(mechanism); why && needs_processes) return skip(*why);
    context.leased.end_others(mechanism.info.name);  // what runs besides a pair is to be its own
    check_context exam(which, mechanism, context);
    return naming_the_trait(which.evaluate(exam), which);
}

}  // namespace ipcmark::conform

namespace ipcmark {

void run_check_scenario(const registration& mechanism, setup& cell, session& state,
                        const job& task) {
    conform::scenario_worker me{mechanism, cell, state, task};
    const conform::scenario& wanted = conform::find_scenario(task.work.act.name);
    (cell.producer() ? wanted.producer : wanted.consumer)(me);
}

}  // namespace ipcmark
