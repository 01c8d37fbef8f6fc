#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/result/repetition.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/memory_limit.hpp"
#include "harness/run/services.hpp"
#include "harness/run/worker_pool.hpp"
#include "harness/run/workspace.hpp"
#include "harness/worker/external_worker.hpp"
#include "harness/worker/job.hpp"
#include "harness/worker/protocol.hpp"

namespace ipcmark {

struct runner_options {
    /// A stage may take this long on top of what the effort itself takes.
    std::int64_t stage_deadline_ms = 10'000;
    std::vector<std::string> plugins;
    /// Whose services the repetitions use, for the whole run; nullptr: no transport needs one.
    services* leased = nullptr;
    /// Workers are spawned for so many repetitions at once and wait; 1: each in its turn.
    std::size_t batch = 1;
    /// The layout of the n-th group of waiting workers; empty: none is padded.
    std::function<std::size_t(std::uint64_t n)> environment_pad_bytes = {};
    /// Serves the mechanisms that it holds; the others have workers of this executable, which load
    /// the plug-ins.
    lean_program lean = {};
    /// By variant; a variant beyond them has the workers that a run has.
    std::vector<variant_program> variants = {};
    /// The mechanism's worker where it is a program in another language; empty, or nullptr: ours.
    std::function<const external_worker*(std::string_view transport)> external = {};
    /// Called with a repetition's name when its workers ended well, before what carries that name
    /// is swept; empty: not.
    std::function<void(const std::string& repetition)> before_sweep = {};
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
    bool settled = true;                // times are measured: see worker_pool::prepare
    std::size_t variant = 0;            // whose workers: see runner_options::variants
    unsigned protocol_version = worker_protocol().version;  // tests: of the job
    std::uint64_t consumer_tag_offset = 0;  // tests: the consumer expects another tag than comes
};

/// Runs repetitions, one at a time, each by processes of its own and with the service that it
/// needs. Blocks in poll while its workers work, wakes up forty times a second to see whether it
/// does so in time, and leaves no worker and no name behind, however they end.
class runner {
public:
    runner(run_workspace& workspace, interrupt_watch& interrupts, const clock_parameters& clock,
           runner_options options);

    /// Spawns a worker for each party and brings back what they measured. Never
    /// throws for what workers do; throws call_failed when this process cannot spawn at all. Once
    /// it could, being refused is the failure `spawn` of one repetition.
    repetition_result run(const launch_request& request);
    /// The same again where its service was lost, as often as that is started again: for what is
    /// not told to anybody and not asked for a second time.
    repetition_result run_until_served(const launch_request& request);
    /// Blocks, for some 100 ms, where the workers that such a request needs are still to be born;
    /// else run() does. Throws call_failed.
    void prepare(const launch_request& request);
    /// No worker lives after this.
    void end_waiting();
    /// CPU time that living workers have used.
    std::int64_t living_cpu_ns() const { return pool_.cpu_ns(); }
    /// Of workers that ended badly after their repetition was told of, a sentence each, once.
    std::vector<std::string> take_complaints() { return pool_.take_complaints(); }

private:
    repetition_result carry_out_if_possible(const launch_request& request,
                                            const running_service* service);
    repetition_result carry_out(const launch_request& request, const running_service* service);
    std::size_t next_pad_bytes();
    group_kind kind_of(const launch_request& request) const;
    worker_program program_of(const launch_request& request) const;
    const external_worker* external_of(const launch_request& request) const;
    void await_external(worker_group& group, bool settled);
    void measure_by_run_clock(repetition_result& result) const;

    run_workspace& workspace_;
    interrupt_watch& interrupts_;
    clock_parameters clock_;
    runner_options options_;
    std::uint64_t born_ns_;
    std::uint64_t groups_born_ = 0;
    worker_pool pool_;
    memory_limit memory_;
    bool has_worked_ = false;  // some repetition had all its processes
};

}  // namespace ipcmark
