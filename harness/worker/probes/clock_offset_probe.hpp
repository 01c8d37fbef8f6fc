#pragma once

#include <cstdint>
#include <string_view>

#include "harness/base/clock.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// The offset of two pinned processes' clocks (harness/base/clock_offset.hpp), a probe
/// of this name: the producer notes `least_out_ticks` and `least_back_ticks`.
inline constexpr std::string_view clock_offset_probe = "clock_offset";
inline constexpr std::uint64_t clock_offset_exchanges = 200'000;
void probe_clock_offset(setup& cell, const shared_clock& clock);

}  // namespace ipcmark
