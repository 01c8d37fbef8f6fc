#include "harness/host/facts/hwloc_topology.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {

/// Kinds that differ by their highest frequency alone are one: a favoured core is no other core.
bool tells_a_core_type(hwloc_topology_t topology, unsigned kind) {
    unsigned count = 0;
    hwloc_info_s* facts = nullptr;
    if (hwloc_cpukinds_get_info(topology, kind, nullptr, nullptr, &count, &facts, 0) != 0)
        return false;
    return std::any_of(facts, facts + count, [](const hwloc_info_s& each) {
        const std::string_view name = each.name;
        return name == "CoreType" || name == "LinuxCapacity";
    });
}

/// How many kinds of cores are faster than that of this CPU. hwloc numbers them by their
/// efficiency, the slowest first, where /sys tells it.
int faster_kinds(hwloc_topology_t topology, hwloc_const_cpuset_t cpu) {
    const int kinds = hwloc_cpukinds_get_nr(topology, 0);
    const int own = hwloc_cpukinds_get_by_cpuset(topology, cpu, 0);
    if (kinds < 2 || own < 0) return 0;
    int faster = 0;
    for (int kind = own + 1; kind < kinds; ++kind)
        if (tells_a_core_type(topology, static_cast<unsigned>(kind))) ++faster;
    return tells_a_core_type(topology, static_cast<unsigned>(own)) ? faster : 0;
}

cpu_site site_of(hwloc_topology_t topology, hwloc_obj_t unit, hwloc_obj_t first_core) {
    const auto above = [&](hwloc_obj_type_t type) {
        return hwloc_get_ancestor_obj_by_type(topology, type, unit);
    };
    const hwloc_obj_t core = above(HWLOC_OBJ_CORE);
    const bool beside_first = core != nullptr && core == first_core;
    return {static_cast<int>(unit->os_index),
            core,
            above(HWLOC_OBJ_L2CACHE),
            above(HWLOC_OBJ_L3CACHE),
            above(HWLOC_OBJ_PACKAGE),
            unit->nodeset,
            faster_kinds(topology, unit->cpuset),
            unit->os_index == 0 ? 2 : int{beside_first}};
}

/// Launchers export another machine's topology to every job (HWLOC_XMLFILE, HWLOC_SYNTHETIC); and
/// what hwloc misses is told by doctor, not on standard error.
void ignore_environment() {
    std::vector<std::string> names;
    for (char** variable = environ; *variable != nullptr; ++variable)
        if (const std::string_view text = *variable; text.starts_with("HWLOC_"))
            names.emplace_back(text.substr(0, text.find('=')));
    for (const auto& name : names)
        ::unsetenv(name.c_str());
    ::setenv("HWLOC_HIDE_ERRORS", "2", 1);
}

}  // namespace

topology_pointer load_this_machine() {
    ignore_environment();
    hwloc_topology_t raw = nullptr;
    checked(hwloc_topology_init(&raw), "hwloc_topology_init");
    topology_pointer topology(raw);
    constexpr unsigned long flags =
        HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED | HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
    checked(hwloc_topology_set_flags(raw, flags), "hwloc_topology_set_flags");
    checked(hwloc_topology_set_icache_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL),
            "hwloc_topology_set_icache_types_filter");
    checked(hwloc_topology_load(raw), "hwloc_topology_load");
    return topology;
}

std::vector<int> all_cpus(hwloc_topology_t topology) {
    std::vector<int> cpus;
    hwloc_obj_t unit = nullptr;
    while ((unit = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, unit)) != nullptr)
        cpus.push_back(static_cast<int>(unit->os_index));
    std::sort(cpus.begin(), cpus.end());
    return cpus;
}

std::vector<cpu_site> sites_of(hwloc_topology_t topology, const std::vector<int>& cpus) {
    const hwloc_obj_t first = hwloc_get_pu_obj_by_os_index(topology, 0);
    const hwloc_obj_t first_core =
        first ? hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, first) : nullptr;
    std::vector<cpu_site> sites;
    for (const int cpu : cpus)
        if (const auto unit = hwloc_get_pu_obj_by_os_index(topology, static_cast<unsigned>(cpu)))
            sites.push_back(site_of(topology, unit, first_core));
    return sites;
}

}  // namespace ipcmark
