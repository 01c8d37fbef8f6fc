#pragma once

#include <cstdint>
#include <string>

#include "harness/base/enum_names.hpp"
#include "harness/contract/pacing.hpp"

namespace ipcmark {

/// What a worker is to do.
enum class task_kind : std::uint8_t {
    measure,
    count,   // the same with perf events on: its timing is not to be used
    inside,  // the producer's process holds both ends and makes all the calls, see loops/inside.hpp
    idle,    // the consumer waits for timed_ns in silence, see loops/idle.hpp
    check,   // a conformance check's scenario
    probe,   // a floor of the machine, see probes/floors.hpp, or the clock offset
};

template <>
struct spelling<task_kind> {
    static constexpr std::array words{
        std::pair{task_kind::measure, "measure"}, std::pair{task_kind::count, "count"},
        std::pair{task_kind::inside, "inside"},   std::pair{task_kind::idle, "idle"},
        std::pair{task_kind::check, "check"},     std::pair{task_kind::probe, "probe"}};
};

struct task {
    task_kind kind = task_kind::measure;
    std::string name = {};  // of the check or the probe

    friend bool operator==(const task&, const task&) = default;
};

/// What a repetition does and how much of it. Fixed before it starts; never extended because
/// figures look uneven.
struct effort {
    /// Warm-up: at least `warm_up_messages` and `warm_up_min_ns`, whichever is later, but no
    /// longer than `warm_up_max_ns`.
    std::uint64_t warm_up_messages = 1000;
    std::int64_t warm_up_min_ns = 20'000'000;
    std::int64_t warm_up_max_ns = 250'000'000;
    std::int64_t timed_ns = 150'000'000;
    std::uint64_t max_messages = 0;  // 0: no limit besides the time
    task act = {};
    pacing pace = {};
    bool unstamped_block = false;  // after short round trips, see loops/unstamped_block.hpp
};

template <class Visitor>
void visit_fields(Visitor& visit, task& t) {
    visit("kind", t.kind);
    visit("name", t.name);
}

template <class Visitor>
void visit_fields(Visitor& visit, pacing& p) {
    visit("rate_hz", p.rate_hz);
    visit("poisson", p.poisson);
    visit("gap_ns", p.gap_ns);
    visit("burst", p.burst);
    visit("may_spin", p.may_spin);
    visit("seed", p.seed);
}

template <class Visitor>
void visit_fields(Visitor& visit, effort& e) {
    visit("warm_up_messages", e.warm_up_messages);
    visit("warm_up_min_ns", e.warm_up_min_ns);
    visit("warm_up_max_ns", e.warm_up_max_ns);
    visit("timed_ns", e.timed_ns);
    visit("max_messages", e.max_messages);
    visit("task", e.act);
    visit("pacing", e.pace);
    visit("unstamped_block", e.unstamped_block);
}

}  // namespace ipcmark
