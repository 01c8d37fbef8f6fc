#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "harness/analysis/calibration.hpp"

namespace ipcmark {

/// Pairs of one comparison in a calibration: the spawns of the default profile.
inline constexpr std::size_t comparison_spawns = 20;

/// The block `calibration` of a result. `header` as of a result: date and fingerprint are its.
nlohmann::ordered_json calibration_block(const calibration_figures& figures,
                                         const nlohmann::ordered_json& header, std::uint64_t rounds,
                                         std::size_t spawns);

/// What a person reads on a terminal: spread and smallest change of each cell, and the sentence.
std::string calibration_text(const calibration_figures& figures, std::uint64_t rounds);

}  // namespace ipcmark
