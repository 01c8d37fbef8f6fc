#include "harness/run/runner.hpp"

#include <cerrno>
#include <poll.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/units.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/run/group_conversation.hpp"
#include "harness/run/program_pair_run.hpp"

namespace ipcmark {

namespace {

/// Of processes, descriptors or memory there are none left now.
bool ran_out(const call_failed& e) {
    const int why = e.code().value();
    return why == EAGAIN || why == ENOMEM || why == EMFILE || why == ENFILE;
}

/// A variant's program was removed or replaced: its cell is lost, the others are not.
bool lost_its_program(const call_failed& e) {
    const int why = e.code().value();
    return why == ENOENT || why == EACCES || why == ETXTBSY;
}

/// What is timed from a process's birth on needs one that is born for it. Interpreters and virtual
/// machines are too large to have many of them wait.
bool may_wait(const launch_request& request, const external_worker* external) {
    return external == nullptr && pattern_of(request.what.kind).loop != pattern_loop::lifecycle &&
           request.die_entering.empty();
}

}  // namespace

runner::runner(run_workspace& workspace, interrupt_watch& interrupts, const clock_parameters& clock,
               runner_options options)
    : workspace_(workspace),
      interrupts_(interrupts),
      clock_(clock),
      options_(std::move(options)),
      born_ns_(shared_clock::raw_ns()),
      pool_(interrupts_, [this] { return next_pad_bytes(); }) {}

std::size_t runner::next_pad_bytes() {
    return options_.environment_pad_bytes ? options_.environment_pad_bytes(groups_born_++) : 0;
}

group_kind runner::kind_of(const launch_request& request) const {
    const bool ours = external_of(request) == nullptr;
    return {cpus_of(request.parties), request.channel.shared_memory && ours, program_of(request)};
}

const external_worker* runner::external_of(const launch_request& request) const {
    return options_.external ? options_.external(request.what.transport) : nullptr;
}

/// So that a start of seconds is in no stage's time, and what births do to the machine is over.
void runner::await_external(worker_group& group, bool settled) {
    constexpr std::uint64_t birth_patience_ns = 20'000'000'000;
    const bool waits = group.await_waiting(shared_clock::raw_ns() + birth_patience_ns, interrupts_);
    pollfd interrupted{interrupts_.fd(), POLLIN, 0};
    if (waits && settled)
        ::poll(&interrupted, 1, static_cast<int>(worker_pool::settling_ns / ns_per_ms));
}

/// Ticks of workers that read CLOCK_MONOTONIC_RAW become the run's.
void runner::measure_by_run_clock(repetition_result& result) const {
    const shared_clock run_clock(clock_);
    const auto convert = [&](std::uint64_t& ticks) {
        ticks = run_clock.to_ticks(static_cast<std::int64_t>(ticks));
    };
    for (worker_report& side : result.sides) {
        convert(side.measured.first_ticks);
        convert(side.measured.last_ticks);
        for (std::uint64_t& ticks : side.measured.block_ticks)
            convert(ticks);
    }
    const auto& notes = result.sides.front().notes;
    const auto cost = notes.find("stamp_cost_ns");
    result.raw_stamp_cost_ns = cost == notes.end() ? 0.0 : static_cast<double>(cost->second);
}

worker_program runner::program_of(const launch_request& request) const {
    if (const external_worker* external = external_of(request))
        return {.path = {}, .command = external->command};
    const lean_program& lean = options_.lean;
    const bool by_lean = !lean.path.empty() &&
                         (request.what.transport.empty() || lean.holds(request.what.transport));
    const bool has_own = request.variant < options_.variants.size();
    const variant_program own = has_own ? options_.variants[request.variant] : variant_program{};
    if (!own.path.empty()) return {own.path, own.plugins, own.environment};
    if (by_lean) return {lean.path, {}, own.environment};
    return {.plugins = has_own ? own.plugins : options_.plugins, .environment = own.environment};
}

void runner::prepare(const launch_request& request) {
    if (options_.batch <= 1 || !may_wait(request, external_of(request))) return;
    try {
        pool_.prepare(kind_of(request), options_.batch, request.settled);
    } catch (const call_failed& e) {
        // run() finds out whether it is over
        if (!has_worked_ || !(ran_out(e) || lost_its_program(e))) throw;
    }
}

void runner::end_waiting() {
    pool_.end_all();
}

repetition_result runner::run(const launch_request& request) {
    lease needed;
    if (options_.leased != nullptr) needed = options_.leased->lease_for(request.what);
    if (!needed.refused) prepare(request);
    const std::uint64_t start_ns = shared_clock::raw_ns();
    repetition_result result;
    if (needed.refused) {
        result.interrupted = needed.refused->code == "interrupted";
        result.failed = std::move(needed.refused);
    } else {
        result = carry_out_if_possible(request, needed.service.get());
    }
    if (result.failed && !result.interrupted && needed.service != nullptr)
        if (auto cause = options_.leased->cause(request.what)) result.failed = std::move(cause);
    const std::uint64_t end_ns = shared_clock::raw_ns();
    result.wall_s = static_cast<double>(end_ns - start_ns) / 1e9;
    result.spawned_ns = start_ns;
    result.started_s = static_cast<double>(start_ns - born_ns_) / 1e9;
    return result;
}

/// Where processes or descriptors run out in the middle of a run, one repetition is lost by it.
repetition_result runner::carry_out_if_possible(const launch_request& request,
                                                const running_service* service) {
    try {
        repetition_result result = carry_out(request, service);
        has_worked_ = has_worked_ || !result.failed;
        return result;
    } catch (const call_failed& e) {
        const bool external = external_of(request) != nullptr;
        if (!external && (!has_worked_ || !(ran_out(e) || lost_its_program(e)))) throw;
        repetition_result result;
        result.parties = request.parties;
        result.sides.resize(request.parties.size());
        result.failed =
            failure{status::failed, ran_out(e) ? std::string(spawn_code) : "program", "", e.what()};
        return result;
    }
}

repetition_result runner::carry_out(const launch_request& request, const running_service* service) {
    const external_worker* external = external_of(request);
    const run_workspace::repetition_workspace workspace = workspace_.next_repetition();
    if (external != nullptr && external->programs) {
        repetition_result seen = run_program_pair(
            request, *external->programs, workspace.directory(),
            request.stage_deadline_ms > 0 ? request.stage_deadline_ms : options_.stage_deadline_ms,
            interrupts_);
        measure_by_run_clock(seen);
        return seen;
    }
    std::unique_ptr<worker_group> group =
        may_wait(request, external) ? pool_.take(kind_of(request)) : nullptr;
    const bool waited = group != nullptr;
    if (!waited)
        group =
            std::make_unique<worker_group>(kind_of(request), request.layout.environment_pad_bytes);
    if (external != nullptr) await_external(*group, request.settled);
    repetition_result result = group_conversation(request, *group, workspace,
                                                  external == nullptr ? clock_ : clock_parameters{},
                                                  options_, interrupts_, service, memory_)
                                   .carry_out();
    if (external != nullptr) measure_by_run_clock(result);
    if (result.failed) return result;
    if (waited) {
        pool_.retire(std::move(group), request.what.name(), request.parties);
        return result;
    }
    group->end(options_.stage_deadline_ms);
    result.failed = group->unclean_end(request.parties);
    if (!result.failed && options_.before_sweep) options_.before_sweep(workspace.name());
    return result;
}

repetition_result runner::run_until_served(const launch_request& request) {
    repetition_result result = run(request);
    while (result.failed && result.failed->code == service_lost_code)
        result = run(request);
    return result;
}

}  // namespace ipcmark
