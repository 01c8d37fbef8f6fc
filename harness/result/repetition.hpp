#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/contract/memory_layout.hpp"
#include "harness/result/report.hpp"

namespace ipcmark {

/// One process pair that ran one cell once.
struct spawn_result {
    std::optional<failure> failed;
    std::array<worker_report, 2> sides;  // producer, consumer
    std::array<int, 2> cpus{no_cpu, no_cpu};
    double wall_s = 0;
    double started_s = 0;          // since the sitting began
    std::uint64_t spawned_ns = 0;  // CLOCK_MONOTONIC_RAW before the first process was spawned
    spawn_layout layout = {};
    bool has_auxiliary = false;  // a daemon worked between the two
    bool interrupted = false;
    /// The pattern `switch`: the same exchange by one process and on one CPU, one each at most.
    std::vector<spawn_result> inside = {};
    std::vector<spawn_result> one_cpu = {};
    std::string parts_note = {};  // why one of them is missing

    const worker_report& producer() const { return sides[0]; }
    const worker_report& consumer() const { return sides[1]; }
};

}  // namespace ipcmark
