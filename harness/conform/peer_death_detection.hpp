#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/function_view.hpp"
#include "harness/conform/check_context.hpp"
#include "harness/conform/scenario_worker.hpp"

/// How a survivor notices that its peer was killed.
namespace ipcmark::conform {

/// Tells the peer the time, just before one's own death.
void tell_time_of_death(scenario_worker& me);

/// How many deaths to act out, of which one must be noticed in time: one, unless the description
/// says that notice may come late.
int tries_to_notice(const traits& facts);

/// Repeats `part` until it returns false or throws, either of which is noticing the peer's death,
/// for a little over a second; notes how long after the death that was, and how.
void note_when_noticed(scenario_worker& me, function_view<bool()> part);

/// What a survivor noted.
struct peer_death_detection {
    bool ever = false;     // within what note_when_noticed waits
    bool in_time = false;  // within a second of the death
    std::string text;
};
peer_death_detection describe_detection(const worker_report& survivor, std::string_view who,
                                        std::string_view call);

/// The result when a pair did not even come to the death that it was to act out.
std::optional<check_result> never_died(const repetition_result& result);

}  // namespace ipcmark::conform
