#pragma once

#include "harness/base/clock.hpp"
#include "harness/contract/cell.hpp"
#include "harness/result/repetition.hpp"
#include "harness/result/repetition_record.hpp"

namespace ipcmark {

/// What only the run knows of a timed repetition.
struct timed_context {
    std::uint64_t sequence = 0;
    std::uint64_t round = 0;
    std::uint64_t attempt = 0;
    repetition_noise noise;
    clock_reading clock;
};

/// The record of a finished repetition. `context` matters for timed ones alone.
repetition_record make_record(const cell& what, purpose why, const repetition_result& outcome,
                              const shared_clock& clock, const timed_context& context = {});

}  // namespace ipcmark
