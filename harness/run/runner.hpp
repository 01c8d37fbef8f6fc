#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/result/repetition.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/services.hpp"
#include "harness/run/workspace.hpp"
#include "harness/worker/job.hpp"

namespace ipcmark {

struct runner_options {
    /// A stage may take this long on top of what the effort itself takes.
    std::int64_t stage_deadline_ms = 10'000;
    std::vector<std::string> plugins;
    /// Whose services the repetitions use, for the whole run; nullptr: no transport needs one.
    services* leased = nullptr;
};

struct launch_request {
    cell what;
    std::vector<party> parties = unpinned_pair();
    effort work;  // of a probe: `what` tells the block's size and no mechanism works
    std::uint64_t tag = 0;
    std::vector<std::optional<stage>> die_entering = {};  // tests; by party, or shorter
    /// Instead of the runner's; 0: the runner's.
    std::int64_t stage_deadline_ms = 0;
    memory_layout layout = {};
    channel_capabilities channel = {};  // between the workers, and to the parent
};

/// Runs repetitions, one at a time, each with the service that it needs. Blocks in poll while its
/// workers work, wakes up forty times a second to see whether it does so in time, and leaves no
/// worker and no name behind, however they end.
class runner {
public:
    runner(run_workspace& area, interrupt_watch& interrupts, const clock_parameters& clock,
           runner_options options);

    /// Spawns a worker of this executable for each party and brings back what they measured. Never
    /// throws for what workers do; throws call_failed when this process cannot spawn at all.
    repetition_result run(const launch_request& request);
    /// The same again where its service was lost, as often as that is started again: for what is
    /// not told to anybody and not asked for a second time.
    repetition_result run_until_served(const launch_request& request);

private:
    run_workspace& area_;
    interrupt_watch& interrupts_;
    clock_parameters clock_;
    runner_options options_;
    std::uint64_t born_ns_;
};

}  // namespace ipcmark
