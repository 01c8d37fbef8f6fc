#pragma once

#include <string>
#include <vector>

/// Well-formed inputs of each reader, made of what the tree has: recorded results and plans.
namespace ipcmark::fuzz {

std::vector<std::string> result_seeds();
std::vector<std::string> journal_seeds();
std::vector<std::string> plan_seeds();
std::vector<std::string> calibration_seeds();
std::vector<std::string> frame_seeds();
std::vector<std::string> history_seeds();
std::vector<std::string> packed_seeds();
std::vector<std::string> claim_seeds();

}  // namespace ipcmark::fuzz
