#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/contract/cell.hpp"
#include "harness/contract/failure.hpp"
#include "harness/contract/memory_layout.hpp"
#include "harness/worker/effort.hpp"
#include "harness/worker/shared_state.hpp"

namespace ipcmark {

/// What one worker is told.
struct job {
    cell what;
    role side = role::producer;
    int cpu = no_cpu;  // no_cpu: unpinned
    std::string name;
    std::string directory;
    std::uint64_t tag = 0;  // of messages that the producer sends; replies carry its complement
    effort work;
    clock_parameters clock;
    std::string law;                    // conformance: the law to act out instead of measuring
    std::string floor = {};             // the floor probe to act out instead of measuring
    std::optional<stage> die_entering;  // tests: SIGKILL oneself on entering that stage
    spawn_layout layout = {};
    int auxiliary_pid = 0;  // the daemon between the two; 0: there is none
};

}  // namespace ipcmark
