#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// What one spawn tells Google Benchmark; times are per message.
struct spawn_outcome {
    bool ok = false;
    std::string error;
    double real_ns = 0;
    double cpu_ns = 0;
};

/// One spawn to schedule: the cell's name, what runs it, and where the benchmark entry goes.
struct spawn_slot {
    std::string cell_name;
    std::function<spawn_outcome()> run;
    std::function<void(nlohmann::ordered_json entry)> done;  // called right after run
};

/// Google Benchmark as registry, scheduler and reporter of one round: each slot is registered under
/// its cell's name with Iterations(1) and UseManualTime, in the order given, so that one repetition
/// is one spawn. Its own random interleaving takes no seed and knows no rounds; the seeded order of
/// the slots replaces it. Nothing of its console output appears.
/// Returns false when a slot's run threw or the library ran other than the slots given.
bool run_round(const std::vector<spawn_slot>& slots);

}  // namespace ipcmark
