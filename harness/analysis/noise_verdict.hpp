#pragma once

#include <nlohmann/json.hpp>

#include "harness/host/noise/noise.hpp"

namespace ipcmark {

/// benchmarks[].ipc.noise: shares and counts; what could not be read is null.
nlohmann::ordered_json noise_to_json(const spawn_noise& noise);

/// Whether a timed spawn's entry was judged contaminated.
bool is_contaminated(const nlohmann::ordered_json& entry);

/// Which spawns a cell's estimates rest on. The accepted ones, when at least half of the spawns
/// that ran have an accepted try; otherwise all of them, and then the cell is flagged.
/// `first_tries` counts spawns, `accepted` those tries that were not contaminated.
bool estimates_from_accepted(std::size_t first_tries, std::size_t accepted);

/// Adds the document's verdict over the host, `noise`, from its cells and benchmarks; null when no
/// spawn was judged. quiet: at most a tenth of the timed spawns was contaminated and no cell is
/// flagged; unusable: more than half was; noisy: anything between.
/// smallest_ratio: 1 + sqrt(2) x the median relative half-width of the cells' intervals, since two
/// cells' half-widths add as squares; null without intervals (fewer than six spawns).
void add_noise_verdict(nlohmann::ordered_json& document);

}  // namespace ipcmark
