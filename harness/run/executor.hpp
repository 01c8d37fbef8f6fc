#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/host/noise/foreign_tasks.hpp"
#include "harness/result/floor_series.hpp"
#include "harness/result/repetition_record.hpp"
#include "harness/run/capacity_search.hpp"
#include "harness/run/clock_offset_measurement.hpp"
#include "harness/run/floor_measurement.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/noise_monitor.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/rerun_rule.hpp"
#include "harness/run/runner.hpp"
#include "harness/run/switch_decomposition.hpp"

namespace ipcmark {

/// One repetition that a schedule asks for.
struct repetition_request {
    std::size_t cell = 0;  // of the plan
    purpose why = purpose::timed;
    std::uint64_t round = 0;
    std::size_t variant = 0;                   // of a comparison; 0 where there is but one
    std::optional<std::uint64_t> layout = {};  // number of the memory layout; none: one of its own
    bool exchanged = false;                    // the parties' CPUs in the opposite order
};

/// How often a repetition is run again in its place, beyond its first try.
struct try_limits {
    std::uint64_t reruns = 0;   // where it was disturbed
    std::uint64_t retries = 0;  // where a worker was lost, or could not be started
};

/// One try of a repetition. A disturbed timed one, one whose service ended, and one that lost a
/// worker is run again in its place; all tries are told.
struct attempt {
    const planned_cell& planned;
    repetition_request asked;
    std::uint64_t number = 0;    // 0: the first try
    std::uint64_t sequence = 0;  // of all repetitions of the run
    bool last = true;            // no other try follows
    const repetition_result& outcome;
    const repetition_noise& noise;  // of a timed one that ended ok
};

/// What is told of a run while it goes on, from the thread that runs it, between repetitions.
class run_observer {
public:
    virtual ~run_observer() = default;
    virtual void attempted(const attempt& done) = 0;
    virtual void floors_measured(const floor_log&) {}
    /// `when`: begin or end of the run.
    virtual void offsets_measured(const char* /*when*/, const std::vector<measured_offset>&) {}
    virtual void about_to(const std::string& /*what*/) {}
    /// A sentence for the user.
    virtual void say(const std::string& sentence) = 0;
    /// So many repetitions more than were expected.
    virtual void expect_more(std::size_t /*repetitions*/) {}
};

/// Carries out what schedules ask for, the same for all of them: memory layout, noise watch,
/// running again what was disturbed, tags and sequence numbers, the switch decomposition's three
/// exchanges. One repetition at a time; blocks while it works.
class executor {
public:
    /// All outlive this. `judged_by`: what counts as disturbed.
    executor(const plan& what, runner& pairs, interrupt_watch& interrupts,
             const shared_clock& clock, try_limits tries, run_observer& observer,
             noise_gate judged_by = {});

    /// Each of these returns false when a signal ended it; what was complete has been told.
    bool repeat(const repetition_request& asked);
    bool measure_floors(std::uint64_t rounds_done);
    bool measure_clock_offsets(const char* when);
    /// What the cells that ask for a share of their capacity carry at most.
    bool search_capacities();

    /// Nothing more is asked for: no worker lives after this.
    void finish();
    bool interrupted();
    std::uint64_t repetitions() const noexcept { return sequence_; }
    /// Who else worked so far, the busiest first. Looks at every process once more.
    std::vector<foreign_task> others(std::size_t at_most) {
        others_.look();
        return others_.busiest(at_most);
    }

private:
    launch_request request_for(const repetition_request& asked) const;
    std::optional<repetition_result> run_once(const repetition_request& asked);
    std::optional<timed_try> try_once(const repetition_request& asked);
    bool repeat_timed(const repetition_request& asked);
    /// Waits before another try where the system had no processes left.
    bool is_tried_again(const repetition_result& outcome, std::uint64_t tries_before);
    void look_at_others();
    void tell(const repetition_request& asked, const timed_try& done, std::uint64_t number,
              bool last);

    const plan& plan_;
    runner& pairs_;
    interrupt_watch& interrupts_;
    const shared_clock& clock_;
    run_observer& observer_;
    bool interrupted_ = false;
    std::uint64_t sequence_ = 0;
    repetition_watch noise_;
    std::optional<std::uint64_t> round_;
    foreign_task_watch others_;
    std::uint64_t others_seen_ns_ = 0;
    rerun_rule reruns_;
    std::uint64_t retries_;
    capacity_search capacities_;
    switch_decomposition decomposition_{pairs_};
    floor_measurement floors_;
};

}  // namespace ipcmark
