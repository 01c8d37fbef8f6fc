#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct hwloc_topology;

namespace ipcmark {

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

/// The same of a given topology, synthetic ones included.
machine_shape shape_of(hwloc_topology* topology, const std::vector<int>& allowed);

}  // namespace ipcmark
