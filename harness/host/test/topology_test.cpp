#include <algorithm>
#include <gtest/gtest.h>
#include <hwloc.h>
#include <memory>
#include <numeric>

#include "harness/base/posix/affinity.hpp"
#include "harness/host/facts/machine_shape.hpp"
#include "harness/run/placements.hpp"

namespace ipcmark {
namespace {

using cpu_pair = std::vector<int>;

struct topology_deleter {
    void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using topology_pointer = std::unique_ptr<hwloc_topology, topology_deleter>;

topology_pointer synthetic(const char* description) {
    hwloc_topology_t raw = nullptr;
    EXPECT_EQ(hwloc_topology_init(&raw), 0);
    topology_pointer topology(raw);
    EXPECT_EQ(hwloc_topology_set_synthetic(raw, description), 0) << description;
    EXPECT_EQ(hwloc_topology_load(raw), 0);
    return topology;
}

std::vector<int> first_cpus(int n) {
    std::vector<int> cpus(static_cast<std::size_t>(n));
    std::iota(cpus.begin(), cpus.end(), 0);
    return cpus;
}

placement_choice choice_of(const std::vector<placement_choice>& choices, placement name) {
    for (const auto& choice : choices)
        if (choice.name == name) return choice;
    ADD_FAILURE() << to_word(name) << " is missing";
    return {};
}

void expect_pair(const std::vector<placement_choice>& choices, placement name,
                 const cpu_pair& cpus) {
    const auto choice = choice_of(choices, name);
    EXPECT_TRUE(choice.available) << to_word(name) << ": " << choice.reason;
    EXPECT_EQ(choice.cpus, cpus) << to_word(name);
    EXPECT_EQ(choice.reason, "");
}

void expect_reason(const std::vector<placement_choice>& choices, placement name,
                   const std::string& part) {
    const auto choice = choice_of(choices, name);
    EXPECT_FALSE(choice.available) << to_word(name);
    EXPECT_EQ(choice.cpus, cpu_pair{});
    EXPECT_NE(choice.reason.find(part), std::string::npos) << choice.reason;
}

TEST(topology, finds_every_level_and_stays_off_the_core_of_cpu_0) {
    const auto machine = synthetic("pack:2 l3:2 l2:2 core:2 pu:2");
    const auto choices = placements_of(machine.get(), first_cpus(32));
    ASSERT_EQ(choices.size(), 7u);
    expect_pair(choices, placement::smt, {2, 3});
    expect_pair(choices, placement::l2, {4, 6});
    expect_pair(choices, placement::l3, {2, 4});
    expect_pair(choices, placement::package, {2, 8});
    expect_pair(choices, placement::numa, {2, 16});
    expect_pair(choices, placement::same_cpu, {4, 4});
    expect_pair(choices, placement::free, {});
    EXPECT_EQ(default_cross_placement(choices), placement::l2);
}

TEST(topology, lists_the_placements_in_the_order_of_the_enumeration) {
    const auto choices = placements_of(synthetic("core:2 pu:1").get(), {0, 1});
    for (std::size_t i = 0; i < choices.size(); ++i)
        EXPECT_EQ(choices[i].name, spelling<placement>::words[i].first);
}

TEST(topology, private_l2_caches_make_l3_the_nearest) {
    const auto choices = placements_of(synthetic("l3:1 l2:4 core:1 pu:1").get(), first_cpus(4));
    expect_pair(choices, placement::l3, {1, 2});
    expect_pair(choices, placement::same_cpu, {1, 1});
    expect_reason(choices, placement::smt, "no second hardware thread per core");
    expect_reason(choices, placement::l2, "this machine has no two cores that share an L2");
    EXPECT_EQ(default_cross_placement(choices), placement::l3);
}

TEST(topology, uses_cpu_0_where_there_is_no_choice) {
    const auto choices = placements_of(synthetic("l3:1 l2:2 core:1 pu:1").get(), {0, 1});
    expect_pair(choices, placement::l3, {0, 1});
    expect_pair(choices, placement::same_cpu, {1, 1});
}

TEST(topology, a_numa_node_within_a_package_is_numa) {
    const auto machine = synthetic("pack:1 l3:2 [numa] l2:2 core:1 pu:1");
    const auto choices = placements_of(machine.get(), first_cpus(4));
    expect_pair(choices, placement::numa, {1, 2});
    expect_pair(choices, placement::l3, {2, 3});
    expect_reason(choices, placement::package, "different L3 caches");
}

TEST(topology, one_allowed_cpu_is_named_as_the_reason) {
    const auto machine = synthetic("l3:1 l2:4 core:1 pu:1");
    const auto choices = placements_of(machine.get(), {3});
    for (const auto level :
         {placement::smt, placement::l2, placement::l3, placement::package, placement::numa})
        expect_reason(choices, level, "only CPU 3 may be used");
    expect_pair(choices, placement::same_cpu, {3, 3});
    EXPECT_EQ(default_cross_placement(choices), placement::same_cpu);
}

TEST(topology, a_restriction_is_told_from_a_lack) {
    const auto machine = synthetic("pack:2 l3:1 l2:2 core:1 pu:2");
    const auto choices = placements_of(machine.get(), {0, 1, 4, 5});
    expect_pair(choices, placement::smt, {4, 5});
    expect_pair(choices, placement::numa, {1, 4});
    expect_reason(choices, placement::l3, "the CPUs that may be used (0-1,4-5");
    expect_reason(choices, placement::l2, "this machine has no");
}

TEST(topology, a_machine_of_one_cpu_says_so) {
    const auto choices = placements_of(synthetic("pu:1").get(), {0});
    expect_reason(choices, placement::l3, "this machine has only one CPU");
    expect_pair(choices, placement::same_cpu, {0, 0});
    EXPECT_TRUE(choice_of(choices, placement::free).available);
}

TEST(topology, cores_without_cache_facts_are_in_one_package) {
    const auto choices = placements_of(synthetic("core:4 pu:1").get(), first_cpus(4));
    expect_pair(choices, placement::package, {1, 2});
    EXPECT_EQ(default_cross_placement(choices), placement::package);
}

TEST(topology, where_nothing_is_told_of_the_cpus_cross_stays_cross) {
    const auto choices = placements_of(synthetic("pu:4").get(), first_cpus(4));
    ASSERT_EQ(choices.size(), 8u);
    expect_pair(choices, placement::cross, {1, 2});
    expect_reason(choices, placement::smt, "does not tell which cores and caches");
    expect_reason(choices, placement::package, "does not tell which cores and caches");
    EXPECT_EQ(default_cross_placement(choices), placement::cross);
}

/// Kinds of cores as hwloc finds them in sysfs, the slowest first.
topology_pointer hybrid(const char* description,
                        const std::vector<std::pair<const char*, const char*>>& kinds,
                        const char* fact) {
    auto machine = synthetic(description);
    for (int efficiency = 0; const auto& [cpus, value] : kinds) {
        hwloc_bitmap_t set = hwloc_bitmap_alloc();
        hwloc_bitmap_list_sscanf(set, cpus);
        hwloc_info_s info{const_cast<char*>(fact), const_cast<char*>(value)};
        EXPECT_EQ(hwloc_cpukinds_register(machine.get(), set, efficiency++, 1, &info, 0), 0);
        hwloc_bitmap_free(set);
    }
    return machine;
}

struct hybrid_machine {
    const char* name;
    const char* description;
    std::vector<std::pair<const char*, const char*>> kinds;
    const char* fact;
    std::vector<int> allowed;
    placement nearest;
    std::vector<std::pair<placement, cpu_pair>> pairs;  // an empty one: there is no such placement
};

class hybrid_cores : public testing::TestWithParam<hybrid_machine> {};

TEST_P(hybrid_cores, are_placements_of_their_own) {
    const auto& given = GetParam();
    const auto machine = hybrid(given.description, given.kinds, given.fact);
    const auto choices = placements_of(machine.get(), given.allowed);
    EXPECT_EQ(to_word(default_cross_placement(choices)), to_word(given.nearest));
    for (const auto& [name, cpus] : given.pairs) {
        const auto found = std::find_if(choices.begin(), choices.end(), [name = name](auto& each) {
            return each.name == name && each.available;
        });
        ASSERT_EQ(found == choices.end(), cpus.empty()) << to_word(name);
        if (!cpus.empty()) {
            EXPECT_EQ(found->cpus, cpus) << to_word(name);
        }
    }
}

std::vector<int> from_to(int first, int last) {
    std::vector<int> cpus(static_cast<std::size_t>(last - first + 1));
    std::iota(cpus.begin(), cpus.end(), first);
    return cpus;
}

// 4-7 are four efficiency cores behind one L2, as Intel builds them; without a kind they are l2.
const char* const p_and_e = "l3:1 l2:5 core:4 pu:1";

INSTANTIATE_TEST_SUITE_P(
    of, hybrid_cores,
    testing::Values(
        hybrid_machine{"intel",
                       "l3:1 l2:4 core:2 pu:1",
                       {{"4-7", "IntelAtom"}, {"0-3", "IntelCore"}},
                       "CoreType",
                       first_cpus(8),
                       placement::l2,
                       {{placement::l2, {2, 3}},
                        {placement::l3, {1, 2}},
                        {placement::efficient, {4, 5}},
                        {placement::mixed, {1, 4}},
                        {placement::same_cpu, {2, 2}},
                        {placement::cross, {}}}},
        hybrid_machine{"private_l2_of_the_fast",
                       "l3:1 l2:8 core:1 pu:1",
                       {{"4-7", "IntelAtom"}, {"0-3", "IntelCore"}},
                       "CoreType",
                       first_cpus(8),
                       placement::l3,
                       {{placement::l3, {1, 2}}, {placement::l2, {}}, {placement::mixed, {1, 4}}}},
        hybrid_machine{
            "arm_of_three_kinds",
            "l3:1 l2:8 core:1 pu:1",
            {{"0-3", "250"}, {"4-6", "800"}, {"7", "1024"}},
            "LinuxCapacity",
            first_cpus(8),
            placement::efficient,
            {{placement::efficient, {1, 2}}, {placement::mixed, {1, 4}}, {placement::l3, {}}}},
        hybrid_machine{"only_efficiency_cores_allowed",
                       p_and_e,
                       {{"4-7", "IntelAtom"}, {"0-3,8-19", "IntelCore"}},
                       "CoreType",
                       from_to(4, 7),
                       placement::efficient,
                       {{placement::efficient, {4, 5}},
                        {placement::mixed, {}},
                        {placement::l2, {}},
                        {placement::same_cpu, {4, 4}}}},
        hybrid_machine{"one_of_each_allowed",
                       p_and_e,
                       {{"4-7", "IntelAtom"}, {"0-3,8-19", "IntelCore"}},
                       "CoreType",
                       {3, 4},
                       placement::mixed,
                       {{placement::mixed, {3, 4}}, {placement::efficient, {}}}},
        hybrid_machine{"favoured_cores_are_no_kind",
                       p_and_e,
                       {{"4-19", "3000"}, {"0-3", "3400"}},
                       "FrequencyMaxMHz",
                       first_cpus(8),
                       placement::l2,
                       {{placement::l2, {1, 2}},
                        {placement::l3, {1, 4}},
                        {placement::efficient, {}},
                        {placement::mixed, {}}}}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(topology, beyond_1024_cpus_pairs_are_found_and_told) {
    const auto machine = synthetic("pack:2 l3:1 l2:1200 core:1 pu:1");
    EXPECT_EQ(shape_of(machine.get(), first_cpus(2400)).cpus, 2400u);
    const auto choices = placements_of(machine.get(), {1023, 1024, 1100, 2399});
    expect_pair(choices, placement::l3, {1023, 1024});
    expect_pair(choices, placement::numa, {1023, 2399});
    expect_reason(choices, placement::l2, "no two cores that share an L2");
    const auto late = placements_of(machine.get(), {2048, 2399});
    expect_pair(late, placement::l3, {2048, 2399});
    expect_pair(late, placement::same_cpu, {2048, 2048});
}

TEST(topology, a_set_without_cpu_0_takes_what_it_has) {
    const auto machine = synthetic("l3:1 l2:4 core:1 pu:2");
    for (const std::vector<int>& allowed : {std::vector{2, 4}, std::vector{6, 7}, std::vector{5}}) {
        for (const auto& choice : placements_of(machine.get(), allowed))
            for (const int cpu : choice.cpus)
                EXPECT_NE(std::find(allowed.begin(), allowed.end(), cpu), allowed.end())
                    << to_word(choice.name);
    }
    expect_pair(placements_of(machine.get(), {6, 7}), placement::smt, {6, 7});
}

/// CPUs that went offline are in no topology, and may still be in a set that was asked for before.
TEST(topology, offline_cpus_are_in_no_pair) {
    const auto machine = synthetic("l3:1 l2:6 core:1 pu:1");
    hwloc_bitmap_t online = hwloc_bitmap_alloc();
    hwloc_bitmap_list_sscanf(online, "0,3,5");
    ASSERT_EQ(hwloc_topology_restrict(machine.get(), online, 0), 0);
    hwloc_bitmap_free(online);
    const auto choices = placements_of(machine.get(), first_cpus(6));
    expect_pair(choices, placement::l3, {3, 5});
    EXPECT_EQ(shape_of(machine.get(), first_cpus(6)).cpus, 3u);
    const auto none = placements_of(machine.get(), {1, 2});
    expect_reason(none, placement::same_cpu, "hwloc knows none of the CPUs allowed here");
}

TEST(topology, of_another_machine_in_the_environment_is_ignored) {
    const auto before = find_placements();
    ASSERT_EQ(::setenv("HWLOC_SYNTHETIC", "pack:1 l3:1 core:1 pu:64", 1), 0);
    const auto after = find_placements();
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i)
        EXPECT_EQ(after[i].cpus, before[i].cpus) << to_word(before[i].name);
}

TEST(topology, cpus_that_hwloc_does_not_know_are_refused) {
    const auto choices = placements_of(synthetic("core:2 pu:1").get(), {77, 78});
    expect_reason(choices, placement::same_cpu, "none of the CPUs");
}

TEST(topology, shape_counts_and_tells_machines_apart) {
    const auto big = synthetic("pack:2 l3:2 l2:2 core:2 pu:2");
    const auto shape = shape_of(big.get(), {5});
    EXPECT_EQ(shape.packages, 2u);
    EXPECT_EQ(shape.cores, 16u);
    EXPECT_EQ(shape.cpus, 32u);
    EXPECT_EQ(shape.l2_caches, 8u);
    EXPECT_EQ(shape.l3_caches, 4u);
    ASSERT_EQ(shape.caches.size(), 2u);
    EXPECT_EQ(shape.caches[0].level, 2u);
    EXPECT_EQ(shape.caches[0].shared_by, 4u);
    EXPECT_EQ(shape.caches[1].shared_by, 8u);
    const auto other = synthetic("pack:2 l3:2 l2:4 core:1 pu:2");
    EXPECT_NE(shape.canonical, shape_of(other.get(), {5}).canonical);
    const auto again = synthetic("pack:2 l3:2 l2:2 core:2 pu:2");
    EXPECT_EQ(shape.canonical, shape_of(again.get(), {1}).canonical);
}

TEST(topology, cpu_lists_are_ranges) {
    EXPECT_EQ(cpu_list_text({}), "");
    EXPECT_EQ(cpu_list_text({3}), "3");
    EXPECT_EQ(cpu_list_text({0, 1, 2, 3, 8, 10, 11}), "0-3,8,10-11");
}

TEST(topology, this_machine_offers_only_allowed_cpus) {
    const auto allowed = allowed_cpus();
    const auto choices = find_placements();
    for (const auto& choice : choices) {
        EXPECT_EQ(choice.available, choice.reason.empty()) << to_word(choice.name);
        for (const int cpu : choice.cpus)
            EXPECT_NE(std::find(allowed.begin(), allowed.end(), cpu), allowed.end());
    }
    EXPECT_TRUE(choice_of(choices, placement::same_cpu).available);
    EXPECT_EQ(allowed, allowed_cpus());
}

}  // namespace
}  // namespace ipcmark
