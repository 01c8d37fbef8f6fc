#pragma once

#include <array>
#include <optional>

#include "harness/contract/cell.hpp"
#include "harness/contract/failure.hpp"

namespace ipcmark {

/// A cell of the plan. `skipped` says why it cannot run here; it stays in the result all the same.
struct planned_cell {
    cell what;
    std::array<int, 2> cpus{no_cpu, no_cpu};
    std::optional<failure> skipped;
    bool spins = false;  // the mechanism never lets its CPU go
    bool alone = false;  // one process does both sides' part: nobody waits for anybody
};

}  // namespace ipcmark
