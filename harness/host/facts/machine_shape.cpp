#include "harness/host/facts/machine_shape.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "harness/base/posix/affinity.hpp"
#include "harness/host/facts/hwloc_topology.hpp"

namespace ipcmark {

namespace {

std::string_view cache_type(hwloc_obj_cache_type_t type) {
    switch (type) {
        case HWLOC_OBJ_CACHE_DATA:
            return "Data";
        case HWLOC_OBJ_CACHE_INSTRUCTION:
            return "Instruction";
        default:
            return "Unified";
    }
}

std::vector<cache_level> caches_above(hwloc_obj_t object) {
    std::vector<cache_level> caches;
    for (; object != nullptr; object = object->parent)
        if (hwloc_obj_type_is_cache(object->type) != 0)
            caches.push_back({cache_type(object->attr->cache.type), object->attr->cache.depth,
                              object->attr->cache.size,
                              static_cast<std::size_t>(hwloc_bitmap_weight(object->cpuset))});
    return caches;
}

std::size_t count(hwloc_topology_t topology, hwloc_obj_type_t type) {
    const int found = hwloc_get_nbobjs_by_type(topology, type);
    return found > 0 ? static_cast<std::size_t>(found) : 0;
}

std::string index_text(hwloc_obj_t object) {
    return object == nullptr ? "-" : std::to_string(object->logical_index);
}

std::string nodes_text(hwloc_const_nodeset_t nodes) {
    char buffer[256];
    if (nodes == nullptr) return "-";
    hwloc_bitmap_list_snprintf(buffer, sizeof buffer, nodes);
    return buffer;
}

std::string canonical_text(hwloc_topology_t topology) {
    std::string text;
    for (const cpu_site& s : sites_of(topology, all_cpus(topology)))
        text +=
            fmt::format("{}:p{}n{}c{}l{}m{} ", s.cpu, index_text(s.package), nodes_text(s.nodes),
                        index_text(s.core), index_text(s.l2), index_text(s.l3));
    if (!text.empty()) text.pop_back();
    return text;
}

}  // namespace

std::string cpu_list_text(const std::vector<int>& cpus) {
    std::string text;
    for (std::size_t first = 0; first < cpus.size();) {
        std::size_t last = first;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1)
            ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(cpus[first]);
        if (last > first) text += '-' + std::to_string(cpus[last]);
        first = last + 1;
    }
    return text;
}

machine_shape shape_of(hwloc_topology* topology, const std::vector<int>& allowed) {
    machine_shape shape;
    shape.packages = count(topology, HWLOC_OBJ_PACKAGE);
    shape.cores = count(topology, HWLOC_OBJ_CORE);
    shape.cpus = count(topology, HWLOC_OBJ_PU);
    shape.numa_nodes = count(topology, HWLOC_OBJ_NUMANODE);
    shape.l2_caches = count(topology, HWLOC_OBJ_L2CACHE);
    shape.l3_caches = count(topology, HWLOC_OBJ_L3CACHE);
    if (!allowed.empty())
        shape.caches = caches_above(
            hwloc_get_pu_obj_by_os_index(topology, static_cast<unsigned>(allowed.front())));
    shape.canonical = canonical_text(topology);
    return shape;
}

machine_shape find_machine_shape() {
    return shape_of(load_this_machine().get(), allowed_cpus());
}

}  // namespace ipcmark
