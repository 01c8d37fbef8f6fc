#include "harness/run/switch_decomposition.hpp"

#include <utility>

#include "harness/contract/patterns.hpp"

namespace ipcmark {

namespace {

// An exchange that waits for somebody who does not exist is not worth the usual patience.
constexpr std::int64_t trial_deadline_ms = 1'500;
// Longer than who spins first does so, and too short for caches to cool.
constexpr double silence_ns = 100'000;

}  // namespace

void switch_decomposition::add(std::vector<repetition_result>& to, std::string& note,
                               const std::string& cell_name, const std::string& where,
                               const launch_request& asked, repetition_result& whole) {
    const std::string key = cell_name + " " + where;
    if (!impossible_.contains(key)) {
        repetition_result outcome = pairs_.run_until_served(asked);
        whole.interrupted = whole.interrupted || outcome.interrupted;
        if (outcome.interrupted) return;
        if (!outcome.failed) {
            to.push_back(std::move(outcome));
            return;
        }
        impossible_[key] = "There is no exchange " + where + ": " + outcome.failed->text + ".";
    }
    note += (note.empty() ? "" : " ") + impossible_[key];
}

void switch_decomposition::add_on_one_cpu(repetition_result& whole, launch_request asked,
                                          const planned_cell& planned,
                                          const std::string& cell_name) {
    for (party& each : asked.parties)
        each.cpu = asked.parties.front().cpu;
    if (planned.spins)
        whole.hop_note = "It spins: on one CPU that measures the scheduler's time slice.";
    else if (planned.spins_first)
        whole.hop_note = "It spins before it sleeps: on one CPU that measures how long it spins.";
    else
        add(whole.one_cpu, whole.hop_note, cell_name, "on one CPU", asked, whole);
    asked.work.act.kind = task_kind::inside;
    add(whole.inside, whole.hop_note, cell_name, "inside one process", asked, whole);
}

void switch_decomposition::add_waking(repetition_result& whole, launch_request asked,
                                      const std::string& cell_name) {
    asked.what.kind = pattern::wake;
    asked.what.varied.value = silence_ns;
    asked.work.pace = pattern_of(pattern::wake).pace(asked.what.varied, std::nullopt);
    asked.work.unstamped_block = false;
    asked.work.warm_up_messages = 0;
    add(whole.waking, whole.hop_note, cell_name, "after silences", asked, whole);
}

repetition_result switch_decomposition::run(const launch_request& request,
                                            const planned_cell& planned, bool all_parts) {
    launch_request asked = request;
    const std::string cell_name = asked.what.name();
    asked.what.kind = pattern_of(asked.what.kind).plain.value();
    repetition_result whole = pairs_.run(asked);
    if (!all_parts || whole.failed || whole.interrupted) return whole;
    asked.stage_deadline_ms = trial_deadline_ms;
    add_on_one_cpu(whole, asked, planned, cell_name);
    if (!planned.polling_sibling.empty()) {
        launch_request polling = asked;
        polling.what.transport = planned.polling_sibling;
        add(whole.polling, whole.hop_note, cell_name, "by polling", polling, whole);
    }
    if (!planned.spins) add_waking(whole, asked, cell_name);
    return whole;
}

}  // namespace ipcmark
