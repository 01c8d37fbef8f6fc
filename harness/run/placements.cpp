#include "harness/run/placements.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "harness/base/posix/affinity.hpp"
#include "harness/host/facts/hwloc_topology.hpp"
#include "harness/host/facts/machine_shape.hpp"

namespace ipcmark {

namespace {

bool same(hwloc_obj_t a, hwloc_obj_t b) {
    return a != nullptr && a == b;
}

bool same_nodes(hwloc_const_nodeset_t a, hwloc_const_nodeset_t b) {
    return a == b || (a != nullptr && b != nullptr && hwloc_bitmap_isequal(a, b) != 0);
}

/// A machine without a topology in /sys knows its CPUs, and nothing of what they share.
bool is_told(const cpu_site& site) {
    return site.core != nullptr || site.package != nullptr || site.l2 != nullptr ||
           site.l3 != nullptr;
}

placement relation(const cpu_site& a, const cpu_site& b) {
    if (!is_told(a) || !is_told(b)) return placement::cross;
    if (same(a.core, b.core)) return placement::smt;
    if (a.slower != b.slower) return placement::mixed;
    if (a.slower > 0) return placement::efficient;
    if (same(a.l2, b.l2)) return placement::l2;
    if (a.package != b.package || !same_nodes(a.nodes, b.nodes)) return placement::numa;
    if (same(a.l3, b.l3)) return placement::l3;
    return placement::package;
}

struct ranked_pair {
    std::vector<int> cpus;
    int penalty;
};
using pairs_by_level = std::array<std::optional<ranked_pair>, spelling<placement>::words.size()>;

constexpr std::size_t index_of(placement level) {
    return static_cast<std::size_t>(level);
}

pairs_by_level best_pairs(const std::vector<cpu_site>& sites) {
    pairs_by_level best;
    for (auto a = sites.begin(); a != sites.end(); ++a)
        for (auto b = std::next(a); b != sites.end(); ++b) {
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
                        bool machine_has_it, bool is_told) {
    if (machine_cpus <= 1) return "this machine has only one CPU";
    if (!is_told)
        return "this machine does not tell which cores and caches its CPUs share (no topology in "
               "/sys); cross takes two of them";
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
                                 std::vector<cpu_site> sites) {
    if (sites.empty())
        return {placement::same_cpu, false, {}, "hwloc knows none of the CPUs allowed here"};
    const placement nearest = default_cross_placement(cross);
    for (const auto& choice : cross)
        if (choice.name == nearest)
            std::erase_if(sites, [&](const cpu_site& s) {
                return std::find(choice.cpus.begin(), choice.cpus.end(), s.cpu) ==
                       choice.cpus.end();
            });
    const auto calmest = std::min_element(
        sites.begin(), sites.end(),
        [](const cpu_site& a, const cpu_site& b) { return a.penalty < b.penalty; });
    return {placement::same_cpu, true, {calmest->cpu, calmest->cpu}, ""};
}

}  // namespace

std::vector<placement_choice> placements_of(hwloc_topology* topology,
                                            const std::vector<int>& allowed) {
    const auto sites = sites_of(topology, allowed);
    const auto machine = all_cpus(topology);
    const auto usable = best_pairs(sites);
    const auto existing = best_pairs(sites_of(topology, machine));
    const bool told = std::all_of(sites.begin(), sites.end(), is_told);
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
                 {},
                 why_missing(level, allowed, machine.size(), existing[at].has_value(), told)});
    }
    // Of few machines.
    for (const placement level : {placement::cross, placement::efficient, placement::mixed})
        if (const auto& pair = usable[index_of(level)])
            choices.push_back({level, true, pair->cpus, ""});
    choices.insert(choices.begin(), same_cpu_choice(choices, sites));
    choices.push_back({placement::free, true, {}, ""});
    return choices;
}

placement default_cross_placement(const std::vector<placement_choice>& choices) {
    for (const placement level :
         {placement::l2, placement::l3, placement::package, placement::numa, placement::smt,
          placement::efficient, placement::mixed, placement::cross})
        if (std::any_of(choices.begin(), choices.end(), [&](const auto& choice) {
                return choice.name == level && choice.available;
            }))
            return level;
    return placement::same_cpu;
}

std::vector<placement_choice> find_placements() {
    return placements_of(load_this_machine().get(), allowed_cpus());
}

}  // namespace ipcmark
