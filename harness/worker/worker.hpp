#pragma once

#include <string>
#include <vector>

#include "harness/worker/job.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark {

/// Descriptors that a worker inherits.
inline constexpr int worker_control_fd = 3;
inline constexpr int worker_state_fd = 4;
inline constexpr int worker_first_peer_fd = 5;  // and on: to each other party, in their order

/// What a worker does with its job; measuring is the default, checks bring their own.
using scenario_function = void (*)(const registration& mechanism, setup& cell, session& state,
                                   const job& task);

/// The command line of a worker on `cpu`, for child::spawn_self.
std::vector<std::string> worker_arguments(int cpu, const std::vector<std::string>& plugins);

/// The whole life of a worker process: pins itself, gets its job, acts, reports. Never throws;
/// returns the exit code (0 also when the report tells of a failure).
int worker_main(const std::vector<std::string>& arguments, const registry& mechanisms,
                scenario_function run_check_scenario = nullptr);

}  // namespace ipcmark
