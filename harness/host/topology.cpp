#include "harness/host/topology.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <hwloc.h>
#include <memory>
#include <optional>

#include "harness/posix/affinity.hpp"
#include "harness/posix/error.hpp"

namespace ipcmark {

namespace {

struct topology_deleter {
    void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using topology_pointer = std::unique_ptr<hwloc_topology, topology_deleter>;

topology_pointer load_this_machine() {
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

/// One CPU and what it shares; nullptr: the machine does not tell.
struct seat {
    int cpu;
    hwloc_obj_t core;
    hwloc_obj_t l2;
    hwloc_obj_t l3;
    hwloc_obj_t package;
    hwloc_const_nodeset_t nodes;
    int penalty;  // CPU 0 takes timer and interrupt load, its hardware threads feel it
};

seat seat_of(hwloc_topology_t topology, hwloc_obj_t unit, hwloc_obj_t first_core) {
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
            unit->os_index == 0 ? 2 : int{beside_first}};
}

std::vector<int> all_cpus(hwloc_topology_t topology) {
    std::vector<int> cpus;
    hwloc_obj_t unit = nullptr;
    while ((unit = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, unit)) != nullptr)
        cpus.push_back(static_cast<int>(unit->os_index));
    std::sort(cpus.begin(), cpus.end());
    return cpus;
}

std::vector<seat> seats_of(hwloc_topology_t topology, const std::vector<int>& cpus) {
    const hwloc_obj_t first = hwloc_get_pu_obj_by_os_index(topology, 0);
    const hwloc_obj_t first_core =
        first ? hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, first) : nullptr;
    std::vector<seat> seats;
    for (const int cpu : cpus)
        if (const auto unit = hwloc_get_pu_obj_by_os_index(topology, static_cast<unsigned>(cpu)))
            seats.push_back(seat_of(topology, unit, first_core));
    return seats;
}

bool same(hwloc_obj_t a, hwloc_obj_t b) {
    return a != nullptr && a == b;
}

bool same_nodes(hwloc_const_nodeset_t a, hwloc_const_nodeset_t b) {
    return a == b || (a != nullptr && b != nullptr && hwloc_bitmap_isequal(a, b) != 0);
}

placement relation(const seat& a, const seat& b) {
    if (same(a.core, b.core)) return placement::smt;
    if (same(a.l2, b.l2)) return placement::l2;
    if (a.package != b.package || !same_nodes(a.nodes, b.nodes)) return placement::numa;
    if (same(a.l3, b.l3)) return placement::l3;
    return placement::package;
}

struct ranked_pair {
    std::array<int, 2> cpus;
    int penalty;
};
using pairs_by_level = std::array<std::optional<ranked_pair>, spelling<placement>::words.size()>;

constexpr std::size_t index_of(placement level) {
    return static_cast<std::size_t>(level);
}

pairs_by_level best_pairs(const std::vector<seat>& seats) {
    pairs_by_level best;
    for (auto a = seats.begin(); a != seats.end(); ++a)
        for (auto b = std::next(a); b != seats.end(); ++b) {
            auto& known = best[index_of(relation(*a, *b))];
            const int penalty = a->penalty + b->penalty;
            if (!known || penalty < known->penalty) known = {{a->cpu, b->cpu}, penalty};
        }
    return best;
}

std::string_view what_lacks(placement level) {
    switch (level) {
        case placement::smt:
            return "no second hardware thread per core";
        case placement::l2:
            return "no two cores that share an L2 cache";
        case placement::l3:
            return "no two cores with their own L2 that share an L3 cache";
        case placement::package:
            return "no two cores of one package with different L3 caches";
        case placement::numa:
            return "no second package and no second NUMA node";
        default:
            return "no such pair of CPUs";
    }
}

std::string why_missing(placement level, const std::vector<int>& allowed, std::size_t machine_cpus,
                        bool machine_has_it) {
    if (machine_cpus <= 1) return "this machine has only one CPU";
    if (allowed.size() == 1)
        return fmt::format(
            "only CPU {} may be used (taskset, cpuset or container limit): allow a second one",
            allowed.front());
    if (!machine_has_it) return fmt::format("this machine has {}", what_lacks(level));
    return fmt::format(
        "the CPUs that may be used ({}: taskset, cpuset or container limit) have {}: allow more",
        cpu_list_text(allowed), what_lacks(level));
}

placement_choice same_cpu_choice(const std::vector<placement_choice>& cross,
                                 std::vector<seat> seats) {
    if (seats.empty())
        return {placement::same_cpu, false, {-1, -1}, "hwloc knows none of the CPUs allowed here"};
    const placement nearest = default_cross_placement(cross);
    for (const auto& choice : cross)
        if (choice.name == nearest)
            std::erase_if(seats, [&](const seat& s) {
                return std::find(choice.cpus.begin(), choice.cpus.end(), s.cpu) ==
                       choice.cpus.end();
            });
    const auto calmest =
        std::min_element(seats.begin(), seats.end(),
                         [](const seat& a, const seat& b) { return a.penalty < b.penalty; });
    return {placement::same_cpu, true, {calmest->cpu, calmest->cpu}, ""};
}

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
    for (const seat& s : seats_of(topology, all_cpus(topology)))
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

std::vector<placement_choice> placements_of(hwloc_topology* topology,
                                            const std::vector<int>& allowed) {
    const auto seats = seats_of(topology, allowed);
    const auto machine = all_cpus(topology);
    const auto usable = best_pairs(seats);
    const auto existing = best_pairs(seats_of(topology, machine));
    std::vector<placement_choice> choices;
    for (const placement level :
         {placement::smt, placement::l2, placement::l3, placement::package, placement::numa}) {
        const std::size_t at = index_of(level);
        if (usable[at])
            choices.push_back({level, true, usable[at]->cpus, ""});
        else
            choices.push_back(
                {level,
                 false,
                 {-1, -1},
                 why_missing(level, allowed, machine.size(), existing[at].has_value())});
    }
    choices.insert(choices.begin(), same_cpu_choice(choices, seats));
    choices.push_back({placement::free, true, {-1, -1}, ""});
    return choices;
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

placement default_cross_placement(const std::vector<placement_choice>& choices) {
    for (const placement level :
         {placement::l2, placement::l3, placement::package, placement::numa, placement::smt})
        if (std::any_of(choices.begin(), choices.end(), [&](const auto& choice) {
                return choice.name == level && choice.available;
            }))
            return level;
    return placement::same_cpu;
}

std::vector<placement_choice> find_placements() {
    return placements_of(load_this_machine().get(), allowed_cpus());
}

machine_shape find_machine_shape() {
    return shape_of(load_this_machine().get(), allowed_cpus());
}

}  // namespace ipcmark
