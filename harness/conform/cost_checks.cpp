#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "harness/base/posix/affinity.hpp"
#include "harness/conform/allocation_count.hpp"
#include "harness/conform/scenarios.hpp"
#include "harness/result/idle_share.hpp"

/// What waiting and the timed loop cost.
namespace ipcmark::conform {

namespace {

void let_it_wait(scenario_worker& me) {
    const auto end = me.construct();
    me.part();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    me.send(*end);
    me.part();
}

void wait_idly(scenario_worker& me) {
    const auto end = me.construct();
    me.part();
    const std::uint64_t start_ns = shared_clock::raw_ns();
    me.state.start_counting();
    while (!end->recv([](readable) {}) && me.may_drop()) {
    }
    me.state.stop_counting(1);
    me.note("idle_ns", shared_clock::raw_ns() - start_ns);
    me.part();
}

/// How a mechanism waits, as measured.
struct waiting {
    double switches_per_round_trip = 0;
    double cpu_share = 0;  // of the time it waited and was not kept from running

    std::string text() const {
        return fmt::format("{:.3f} voluntary switches per round trip, {:.1f} % of a CPU while idle",
                           switches_per_round_trip, 100 * cpu_share);
    }

    bool as_claimed(wait_style claimed) const {
        switch (claimed) {
            case wait_style::blocks:
                return cpu_share < 0.05;
            case wait_style::spins:
                return switches_per_round_trip < 0.01 && cpu_share > 0.8;
            case wait_style::spins_then_blocks:
                return switches_per_round_trip < 0.5 && cpu_share < 0.5;
        }
        return false;
    }
};

double switches_per_message(const worker_report& side) {
    const auto messages = std::max<std::uint64_t>(side.measured.counted_messages, 1);
    return static_cast<double>(side.measured.consumed.voluntary_switches) /
           static_cast<double>(messages);
}

double cpu_share(const worker_report& side) {
    return idle_share(side.measured.consumed, noted_or_zero(side, "idle_ns"));
}

check_result evaluate_wait_style(check_context& exam) {
    constexpr int attempts = 3;  // foreign work on the machine can spoil one
    const std::vector<int> cpus = allowed_cpus();
    if (cpus.size() < 2) return skip("it takes two CPUs, one is allowed here");
    const wait_style claimed = exam.info().wait;
    scenario_options how{.scenario = "idle",
                         .kind = pattern::round_trip,
                         .payload_bytes = exam.fitting(64, pattern::round_trip),
                         .timed_ns = 60'000'000,
                         .parties = pair_on(cpus.front(), cpus.back())};
    std::string text;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const repetition_result busy = exam.measure(how);
        if (auto check_result = exam.trouble(busy)) return *check_result;
        const repetition_result idle = exam.run_scenario(how);
        if (auto check_result = exam.trouble(idle)) return *check_result;
        const waiting seen{
            std::max(switches_per_message(busy.producer()), switches_per_message(busy.consumer())),
            cpu_share(idle.consumer())};
        text = fmt::format("{}: {}", to_word(claimed), seen.text());
        if (seen.as_claimed(claimed)) return pass(text);
    }
    return fail("it does not wait as it claims, " + text);
}

std::uint64_t counted_allocations = 0;

void count_between_snapshots(bool begins) {
    if (begins)
        allocation_count::start();
    else
        counted_allocations = allocation_count::stop();
}

/// The loop that is measured, with its allocations counted.
void measure_counting(scenario_worker& me) {
    const bool ready = allocation_count::ready();
    me.note("ready", ready ? 1 : 0);
    if (!ready) return;
    me.state.at_snapshot = count_between_snapshots;
    me.mechanism.run(me.cell, me.state);
    me.note("allocations", counted_allocations);
}

check_result evaluate_no_allocation(check_context& exam) {
    const bool claimed = exam.facts().allocates;
    std::int64_t allocations = 0;
    std::uint64_t messages = 0;
    for (const pattern kind : {pattern::round_trip, pattern::one_way}) {
        const repetition_result result = exam.run_scenario({.scenario = "measure",
                                                            .kind = kind,
                                                            .payload_bytes = exam.fitting(64, kind),
                                                            .messages = 1'000,
                                                            .timed_ns = 500'000'000,
                                                            .reads = touch::rw});
        if (auto check_result = exam.trouble(result)) return *check_result;
        for (const worker_report& side : result.sides) {
            if (noted_or_zero(side, "ready") == 0)
                return skip("allocations cannot be counted in this build");
            const auto count = noted_or_zero(side, "allocations");
            if (count > 0 && !claimed)
                return fail(fmt::format("{} allocations in {} timed messages {}", count,
                                        side.measured.counted_messages, to_word(kind)));
            allocations += count;
            messages += side.measured.counted_messages;
        }
    }
    if (!claimed) return pass(fmt::format("none in {} timed sends and receives", messages));
    if (allocations == 0)
        return fail(fmt::format(
            "it claims `allocates`, yet nothing was in {} timed sends and receives", messages));
    return pass(
        fmt::format("{} in {} timed sends and receives, as it says", allocations, messages));
}

}  // namespace

extern const conformance_check wait_style_check{
    .name = "wait_style",
    .sentence =
        "with the two sides on CPUs of their own, one that spins makes "
        "no voluntary switch and burns its CPU when idle, one that "
        "blocks burns none",
    .backs = "wait",
    .skip_reason = without_peer,
    .evaluate = evaluate_wait_style,
    .scenarios = {scenario{"idle", let_it_wait, wait_idly}},
    .alone = true};

extern const conformance_check no_allocation_check{
    .name = "no_allocation",
    .sentence =
        "nothing is allocated between the two usage snapshots of "
        "the timed loop, unless it claims that a library does so",
    .backs = "allocates",
    .evaluate = evaluate_no_allocation,
    .scenarios = {scenario{"measure", measure_counting, measure_counting}}};

}  // namespace ipcmark::conform
