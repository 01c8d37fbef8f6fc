#include "harness/run/floor_measurement.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "harness/base/posix/affinity.hpp"
#include "harness/run/test/runner_fixture.hpp"
#include "harness/worker/probes/floors.hpp"

namespace ipcmark {
namespace {

class floor_measurement_test : public runner_test {
protected:
    void plan_cell(placement place, std::vector<party> parties, std::size_t payload_bytes) {
        planned_cell planned;
        planned.what.payload_bytes = payload_bytes;
        planned.what.place = place;
        planned.parties = std::move(parties);
        what.cells.push_back(planned);
    }

    plan what;
};

/// Placement, "" for none, and block, 0 for none.
using spot = std::pair<std::string, std::size_t>;

TEST_F(floor_measurement_test, every_probe_gives_a_figure_for_each_place_and_block_of_the_plan) {
    const auto cpus = allowed_cpus();
    if (cpus.size() < 2) GTEST_SKIP() << "one CPU is allowed here";
    const auto apart = pair_on(cpus[0], cpus[1]);
    const auto together = pair_on(cpus[0], cpus[0]);
    plan_cell(placement::l3, apart, 64);
    plan_cell(placement::l3, apart, 1024);
    plan_cell(placement::l3, apart, 8192);
    plan_cell(placement::same_cpu, together, 64);

    runner pairs(workspace, interrupts, clock, options);
    floor_measurement prober(what, pairs, [](const std::string& why) { ADD_FAILURE() << why; });
    prober.probe(0, [](const std::string&) { return true; });

    std::map<std::string, std::set<spot>> measured;
    for (const auto& each : prober.log().all()) {
        measured[each.name].emplace(each.place ? to_word(*each.place) : "",
                                    each.block_bytes.value_or(0));
        EXPECT_GT(each.samples.at(0).second, 0) << each.name;
    }
    const std::set<spot> by_placement{{"l3", 0}, {"same_cpu", 0}};
    const std::set<spot> by_block{{"", 4096}, {"", 8192}};
    const std::set<spot> by_both{{"l3", 4096}, {"l3", 8192}};
    const std::set<spot> once{{"", 0}};
    const std::map<std::string, std::set<spot>> expected{{"line_round_trip", {{"l3", 0}}},
                                                         {"futex_wake", by_placement},
                                                         {"eventfd_wake", by_placement},
                                                         {"pipe_wake", by_placement},
                                                         {"syscall", once},
                                                         {"clock_read", once},
                                                         {"fork_exec", once},
                                                         {"xfer", by_both},
                                                         {"memcpy", by_block},
                                                         {"stream_read", by_block},
                                                         {"memcpy_pair", by_both}};
    EXPECT_EQ(measured, expected);
}

}  // namespace
}  // namespace ipcmark
