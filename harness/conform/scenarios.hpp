#pragma once

#include <optional>
#include <string>

#include "harness/conform/check_context.hpp"
#include "harness/conform/scenario_worker.hpp"

/// Plays that several checks put on, and what their checks ask of every one of them.
namespace ipcmark::conform {

void stream_out(scenario_worker& me);
void stream_in(scenario_worker& me);
void ask(scenario_worker& me);
void answer(scenario_worker& me);
void talk_to_oneself(scenario_worker& me);
void look_on(scenario_worker& me);

/// The producer sends, the consumer accounts.
inline constexpr scenario stream_scenario{"stream", stream_out, stream_in};
/// Request and reply, one at a time; both account.
inline constexpr scenario exchange_scenario{"exchange", ask, answer};
/// For a mechanism that loops back: the producer receives what it sent.
inline constexpr scenario alone_scenario{"alone", talk_to_oneself, look_on};

/// Performs one of the scenarios (of a mechanism that loops back always "alone") and says what its
/// accounts show to be wrong. nullopt: every message came as it should.
std::optional<check_result> carried_wrongly(check_context& exam, scenario_options how);

/// What the accounts of both sides show to be wrong, in words.
std::optional<std::string> account_faults(const check_context& exam,
                                          const repetition_result& result);

}  // namespace ipcmark::conform
