#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/analysis/calibration.hpp"
#include "harness/result/run_info.hpp"

namespace ipcmark {

/// Pairs of one comparison in a calibration: the repetitions of the default profile.
inline constexpr std::size_t comparison_repetitions = 20;

/// Repetitions that the figures rest on.
struct calibration_repetitions {
    std::size_t kept = 0;
    std::size_t disturbed = 0;  // of these
};

/// The block `calibration` of a result. `header` as of a result: date and fingerprint are its.
tree calibration_block(const calibration_figures& figures, const run_header& header,
                       std::uint64_t rounds, std::size_t repetitions,
                       const calibration_repetitions& rests_on);

/// What a person reads on a terminal: spread and smallest change of each cell, and the sentence.
std::string calibration_text(const calibration_figures& figures, std::uint64_t rounds,
                             const calibration_repetitions& rests_on);

}  // namespace ipcmark
