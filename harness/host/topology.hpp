#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/words.hpp"

struct hwloc_topology;

namespace ipcmark {

/// Where a pair may run. An unavailable one says why in one sentence; `free` has cpus {-1, -1}.
struct placement_choice {
    placement name = placement::free;
    bool available = false;
    std::array<int, 2> cpus{-1, -1};  // producer, consumer
    std::string reason;
};

/// All seven placements, in the order of the enumeration, over the CPUs this process may use.
/// Avoids CPU 0, then its hardware threads, where there is a choice. Throws call_failed.
std::vector<placement_choice> find_placements();

/// The nearest available one of two cores: l2, l3, package, numa; else smt; else same_cpu.
placement default_cross_placement(const std::vector<placement_choice>& choices);

struct cache_level {
    std::string_view type;  // Data, Instruction, Unified: the words of Google Benchmark
    unsigned level = 0;
    std::uint64_t size_bytes = 0;
    std::size_t shared_by = 0;  // CPUs
};

/// The shape of the whole machine, forbidden CPUs included.
struct machine_shape {
    std::size_t packages = 0;
    std::size_t cores = 0;
    std::size_t cpus = 0;
    std::size_t numa_nodes = 0;
    std::size_t l2_caches = 0;
    std::size_t l3_caches = 0;
    std::vector<cache_level> caches;  // of the first allowed CPU, nearest first
    std::string canonical;  // one word per CPU: who shares what with whom; equal shapes, equal text
};

machine_shape find_machine_shape();

/// "0-3,8" for {0, 1, 2, 3, 8}.
std::string cpu_list_text(const std::vector<int>& cpus);

/// The parts that work on a given topology, synthetic ones included.
std::vector<placement_choice> placements_of(hwloc_topology* topology,
                                            const std::vector<int>& allowed);
machine_shape shape_of(hwloc_topology* topology, const std::vector<int>& allowed);

}  // namespace ipcmark
