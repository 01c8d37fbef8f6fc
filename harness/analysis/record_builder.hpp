#pragma once

#include "harness/base/clock.hpp"
#include "harness/contract/cell.hpp"
#include "harness/result/record.hpp"

namespace ipcmark {

/// Builds the record of a finished spawn. `entry` brings what Google Benchmark says of it.
spawn_record make_record(const cell& what, spawn_purpose purpose, const spawn_result& spawn,
                         const shared_clock& clock, nlohmann::ordered_json entry);

}  // namespace ipcmark
