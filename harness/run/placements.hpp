#pragma once

#include <string>
#include <vector>

#include "harness/contract/vocabulary.hpp"

struct hwloc_topology;

namespace ipcmark {

/// Where a pair may run. An unavailable one says why in one sentence; it and `free` have no CPUs.
struct placement_choice {
    placement name = placement::free;
    bool available = false;
    std::vector<int> cpus;  // by party: producer, consumer
    std::string reason;
};

/// Seven placements over the CPUs this process may use; `efficient` and `mixed` where they are
/// cores of several kinds; and `cross` where the machine does not tell what its CPUs share. Avoids
/// CPU 0, then its hardware threads, where there is a choice. Throws call_failed.
std::vector<placement_choice> find_placements();

/// The nearest available one of two cores: l2, l3, package, numa; else smt; else two of which
/// nothing is known; else same_cpu.
placement default_cross_placement(const std::vector<placement_choice>& choices);

/// The same over a given topology, synthetic ones included.
std::vector<placement_choice> placements_of(hwloc_topology* topology,
                                            const std::vector<int>& allowed);

}  // namespace ipcmark
