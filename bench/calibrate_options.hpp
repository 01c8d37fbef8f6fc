#pragma once

#include <optional>

#include "bench/run_options.hpp"

namespace ipcmark {

/// Rounds that a calibration needs: the signed-rank test says nothing below.
inline constexpr std::uint64_t least_calibration_rounds = 6;

/// What `ipcmark calibrate` was asked to do. nullopt: help was asked for and printed. Throws
/// command_error; nothing has been started then.
std::optional<run_options> parse_calibrate_options(const invocation& call);

}  // namespace ipcmark
