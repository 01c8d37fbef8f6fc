#include "harness/conform/checks.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/conform/check_context.hpp"
#include "harness/conform/scenario_worker.hpp"

namespace ipcmark::conform {

namespace {

constexpr std::array table{&description_law,
                           &limits_law,
                           &opening_order_law,
                           &delivery_law,
                           &exactly_once_law,
                           &ordered_law,
                           &round_trip_after_one_way_law,
                           &slow_consumer_law,
                           &full_queue_law,
                           &latest_value_law,
                           &priorities_law,
                           &survives_producer_exit_law,
                           &boundaries_law,
                           &duplex_law,
                           &unrelated_processes_law,
                           &cross_host_law,
                           &fan_in_law,
                           &fan_out_law,
                           &needs_daemon_law,
                           &access_law,
                           &isolation_law,
                           &peer_death_law,
                           &death_while_writing_law,
                           &rerun_after_kill_law,
                           &nothing_left_law,
                           &wait_style_law,
                           &no_allocation_law};

/// "law/play", as the check_context wrote it.
const play& find_play(std::string_view name) {
    const auto slash = name.find('/');
    const law* which = find_law(name.substr(0, slash));
    if (which == nullptr) throw std::logic_error("no law is called " + std::string(name));
    const std::string_view wanted = name.substr(slash + 1);
    const auto at = std::find_if(which->plays.begin(), which->plays.end(),
                                 [&](const play& each) { return each.name == wanted; });
    if (at == which->plays.end()) throw std::logic_error("no play is called " + std::string(name));
    return *at;
}

}  // namespace

std::span<const law* const> all_laws() {
    return table;
}

const law* find_law(std::string_view name) {
    const auto at = std::find_if(table.begin(), table.end(),
                                 [&](const law* each) { return each->name == name; });
    return at == table.end() ? nullptr : *at;
}

std::optional<std::string> unusable_here(const registration& mechanism) {
    if (auto why = mechanism.why_unavailable()) return why;
    return mechanism.why_refused({pattern::round_trip, mechanism.info.payload.min_bytes, 1});
}

verdict examine(const law& which, const registration& mechanism, conform_context& room) {
    if (!mechanism.missing.empty()) return excused(mechanism.missing);
    if (which.excuse != nullptr)
        if (const auto why = which.excuse(mechanism)) return excused(*why);
    const bool needs_processes = &which != &description_law;
    if (const auto why = unusable_here(mechanism); why && needs_processes) return excused(*why);
    room.leased.end_others(mechanism.info.name);  // what runs besides a pair is to be its own
    check_context exam(which, mechanism, room);
    return which.judge(exam);
}

}  // namespace ipcmark::conform

namespace ipcmark {

void act_out_law(const registration& mechanism, setup& cell, session& state, const job& task) {
    conform::actor me{mechanism, cell, state, task};
    const conform::play& wanted = conform::find_play(task.work.act.name);
    (cell.producer() ? wanted.producer : wanted.consumer)(me);
}

}  // namespace ipcmark
