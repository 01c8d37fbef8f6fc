#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// The result as tables for a terminal: latency, throughput, costs, then every cell that has no
/// figure with its reason, and the trust line. `colour` uses ANSI escapes.
std::string render_text(const nlohmann::ordered_json& result, bool colour);

}  // namespace ipcmark
