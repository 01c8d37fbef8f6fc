#include "harness/run/switch_decomposition.hpp"

#include <utility>

#include "harness/contract/patterns.hpp"

namespace ipcmark {

namespace {

// An exchange that waits for somebody who does not exist is not worth the usual patience.
constexpr std::int64_t trial_deadline_ms = 1'500;

}  // namespace

void decomposer::add(std::vector<repetition_result>& to, std::string& note,
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

repetition_result decomposer::run(launch_request asked, bool spins, bool all_three) {
    const std::string cell_name = asked.what.name();
    asked.what.kind = pattern_of(asked.what.kind).plain.value();
    repetition_result whole = pairs_.run(asked);
    if (!all_three || whole.failed || whole.interrupted) return whole;
    asked.stage_deadline_ms = trial_deadline_ms;
    for (party& each : asked.parties)
        each.cpu = asked.parties.front().cpu;
    if (spins) {
        whole.parts_note = "It spins: on one CPU that measures the scheduler's time slice.";
    } else {
        add(whole.one_cpu, whole.parts_note, cell_name, "on one CPU", asked, whole);
    }
    asked.work.act.kind = task_kind::inside;
    add(whole.inside, whole.parts_note, cell_name, "inside one process", asked, whole);
    return whole;
}

}  // namespace ipcmark
