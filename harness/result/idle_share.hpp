#pragma once

#include <algorithm>
#include <cstdint>

#include "harness/result/report.hpp"

namespace ipcmark {

/// How much of a CPU was used while waiting for `waited_ns`: 1 spins, 0 sleeps. The time in which
/// it was ready to run and others ran instead is left out, so that a spinner on a busy machine
/// still shows as one.
inline double idle_share(const usage& used, std::int64_t waited_ns) {
    const std::int64_t could_run_ns = waited_ns - used.run_delay_ns.value_or(0);
    return static_cast<double>(used.cpu_ns()) /
           static_cast<double>(std::max<std::int64_t>(could_run_ns, 1));
}

}  // namespace ipcmark
