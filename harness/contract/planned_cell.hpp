#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/contract/cell.hpp"
#include "harness/contract/failure.hpp"
#include "harness/contract/party.hpp"

namespace ipcmark {

/// A cell of the plan. `skipped` says why it cannot run here; it stays in the result all the same.
struct planned_cell {
    cell what;
    std::vector<party> parties = unpinned_pair();
    std::optional<failure> skipped;
    bool spins = false;        // the mechanism never lets its CPU go
    bool alone = false;        // one process does both sides' part: nobody waits for anybody
    bool spins_first = false;  // for a while before it sleeps
    std::string polling_sibling =
        {};  // the same that asks instead of sleeping; empty: none is here
};

}  // namespace ipcmark
