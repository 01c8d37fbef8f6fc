#pragma once

#include <cstdint>
#include <optional>

namespace ipcmark {

/// One cell at a checkpoint.
struct cell_progress {
    std::uint64_t repetitions = 0;
    std::optional<double> half_width;  // relative
    bool given_up = false;
};

}  // namespace ipcmark
