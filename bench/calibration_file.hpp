#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/analysis/calibration.hpp"
#include "harness/contract/failure.hpp"
#include "harness/result/run_info.hpp"

namespace ipcmark {

/// What `ipcmark calibrate` writes, schema name "ipcmark.calibration".
inline constexpr const char* calibration_schema = "ipcmark.calibration";
inline constexpr const char* calibration_file_name = "calibration.json";

/// What is written there. `calibration`: the block of that name (calibration_block.hpp);
/// `left_out`: why a cell is not in it.
tree calibration_document(const run_header& header, tree calibration,
                          const std::map<std::string, failure>& left_out,
                          const std::vector<identical_pair>& series);

/// The calibration that a result embeds. `asked_file` is what --calibration names: it must be
/// readable and of this machine, told by `fingerprint`, otherwise command_error. Empty: the
/// calibration.json beside `result_file` is taken when it is of this machine, passed over with a
/// line on standard error when it is of another one. Null when there is none.
tree calibration_for(const std::string& asked_file, const std::string& result_file,
                     const std::string& fingerprint);

}  // namespace ipcmark
