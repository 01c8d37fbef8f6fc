#pragma once

#include <optional>
#include <string>

#include "harness/conform/check_context.hpp"
#include "harness/conform/scenario_worker.hpp"

/// Plays that several laws put on, and what their judges ask of every one of them.
namespace ipcmark::conform {

void stream_out(actor& me);
void stream_in(actor& me);
void ask(actor& me);
void answer(actor& me);
void talk_to_oneself(actor& me);
void look_on(actor& me);

/// The producer sends, the consumer accounts.
inline constexpr play stream_play{"stream", stream_out, stream_in};
/// Request and reply, one at a time; both account.
inline constexpr play exchange_play{"exchange", ask, answer};
/// For a mechanism that loops back: the producer receives what it sent.
inline constexpr play alone_play{"alone", talk_to_oneself, look_on};

/// Performs one of the plays (of a mechanism that loops back always "alone") and says what its
/// accounts show to be wrong. nullopt: every message came as it should.
std::optional<verdict> carried_wrongly(check_context& exam, staging how);

/// What the accounts of both sides show to be wrong, in words.
std::optional<std::string> account_faults(const check_context& exam,
                                          const repetition_result& result);

}  // namespace ipcmark::conform
