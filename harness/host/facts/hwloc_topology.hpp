#pragma once

#include <hwloc.h>
#include <memory>
#include <vector>

namespace ipcmark {

/// What placements and the machine's shape both ask hwloc. Not installed.
struct topology_deleter {
    void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using topology_pointer = std::unique_ptr<hwloc_topology, topology_deleter>;

/// The whole machine, CPUs that this process may not use included. Throws call_failed.
topology_pointer load_this_machine();

std::vector<int> all_cpus(hwloc_topology_t topology);

/// One CPU and what it shares; nullptr: the machine does not tell.
struct cpu_site {
    int cpu;
    hwloc_obj_t core;
    hwloc_obj_t l2;
    hwloc_obj_t l3;
    hwloc_obj_t package;
    hwloc_const_nodeset_t nodes;
    int slower;   // kinds of cores that are faster than its own: 0 but on hybrid machines
    int penalty;  // CPU 0 takes timer and interrupt load, its hardware threads feel it
};

std::vector<cpu_site> sites_of(hwloc_topology_t topology, const std::vector<int>& cpus);

}  // namespace ipcmark
