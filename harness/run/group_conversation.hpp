#pragma once

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <poll.h>
#include <string>
#include <vector>

#include "harness/base/posix/error.hpp"
#include "harness/base/units.hpp"
#include "harness/run/external_usage.hpp"
#include "harness/run/runner.hpp"
#include "harness/worker/protocol.hpp"

namespace ipcmark {

/// Has a group of workers carry out one request: tells each its job and hears them until all have
/// reported, one has failed, or a deadline has passed. For the runner alone.
class group_conversation {
public:
    group_conversation(const launch_request& request, worker_group& group,
                       const run_workspace::repetition_workspace& workspace,
                       const clock_parameters& clock, const runner_options& options,
                       interrupt_watch& interrupts, const running_service* service,
                       const memory_limit& memory)
        : request_(request),
          options_(options),
          interrupts_(interrupts),
          service_(service),
          memory_(memory),
          external_(group.kind().program.external()),
          workers_(group.workers()),
          state_(group.state()),
          told_(workers_.size()) {
        result_.layout = request.layout;
        result_.layout.environment_pad_bytes =
            static_cast<std::uint32_t>(group.environment_pad_bytes());
        for (std::size_t position = 0; position < workers_.size(); ++position)
            start(position, workspace, clock);
    }

    /// The workers that are whole wait to be ended.
    repetition_result carry_out() {
        for (std::size_t i = 0; i < workers_.size(); ++i)
            take_early(i);
        while (!all_reported() && !result_.failed) {
            wait_for_something();
            if (interrupts_.pending()) {
                result_.interrupted = true;
                result_.failed = failure{status::failed, "interrupted", "", "interrupted"};
            }
        }
        if (!result_.failed) result_.failed = first_cause();
        result_.sides.clear();
        for (told& worker : told_)
            result_.sides.push_back(std::move(worker.report));
        result_.parties = request_.parties;
        const bool shares = request_.what.how == topology::shared &&
                            request_.work.act.kind != task_kind::check &&
                            result_.count_of(role::consumer) > 1;
        if (!result_.failed && shares) result_.failed = result_.conclude_sharing();
        if (!result_.failed) result_.pool(pattern_of(request_.what.kind).counted_by);
        result_.has_service = service_ != nullptr;
        return std::move(result_);
    }

private:
    static constexpr int look_ms = 25;  // how often time in which nobody runs is looked for
    static constexpr std::int64_t grace_ns = 1'000 * ns_per_ms;  // for the others to notice

    /// What one worker has told of this repetition.
    struct told {
        worker_report report;
        bool reported = false;
        std::optional<std::uint64_t> timing_since_ns;
        std::optional<external_usage> before;  // when its timed phase began
        std::optional<external_usage> after;
    };

    void start(std::size_t position, const run_workspace::repetition_workspace& workspace,
               const clock_parameters& clock) {
        job task;
        task.what = request_.what;
        task.parties = request_.parties;
        task.position = position;
        task.name = workspace.name();
        task.directory = workspace.directory();
        task.tag = request_.tag;
        if (task.self().side == role::consumer) task.tag += request_.consumer_tag_offset;
        task.work = request_.work;
        task.clock = clock;
        if (!external_) task.die_entering = death_of(position);
        task.layout = result_.layout;
        task.channel = request_.channel;
        if (external_) task.channel.shared_memory = false;
        if (service_ != nullptr) {
            task.service = service_->addresses();
            for (const auto& process : service_->processes())
                task.service_pids.push_back(process.handle.pid());
        }
        try {
            send_frame(workers_[position].control.get(), encode(task, request_.protocol_version));
        } catch (const call_failed&) {
            // It died at once; its pidfd tells.
        }
    }

    std::optional<stage> death_of(std::size_t position) const {
        if (position >= request_.die_entering.size()) return std::nullopt;
        return request_.die_entering[position];
    }

    bool all_reported() const {
        return std::all_of(told_.begin(), told_.end(), [](const told& w) { return w.reported; });
    }

    void wait_for_something() {
        if (external_) end_in_timing();
        std::vector<pollfd> watched{{interrupts_.fd(), POLLIN, 0}};
        std::vector<std::size_t> whose{0};
        for (std::size_t i = 0; i < workers_.size(); ++i) {
            if (told_[i].reported) continue;
            watched.push_back({workers_[i].control.get(), POLLIN, 0});
            whose.push_back(i);
        }
        const std::size_t workers_end = watched.size();
        if (service_ != nullptr)
            for (const auto& process : service_->processes())
                watched.push_back({process.handle.pidfd(), POLLIN, 0});
        const int wait_ms = std::min(milliseconds_left(), look_ms);
        const std::uint64_t due_ns =
            shared_clock::raw_ns() + static_cast<std::uint64_t>(wait_ms * ns_per_ms);
        const int ready = ::poll(watched.data(), watched.size(), wait_ms);
        if (ready < 0 && errno != EINTR) throw_errno("poll");
        note_absence(static_cast<std::int64_t>(shared_clock::raw_ns() - due_ns));
        if (ready == 0) return check_deadlines();
        for (std::size_t at = 1; at < workers_end; ++at)
            if (watched[at].revents != 0) hear(whose[at]);
        for (std::size_t at = workers_end; at < watched.size() && !all_reported(); ++at)
            if (watched[at].revents != 0)
                result_.failed = failure{status::failed, "service", "", "the service ended"};
    }

    /// Where this process, which only waited, woke up too late, nobody else may have run either: a
    /// pause is no worker's fault, and deadlines move.
    void note_absence(std::int64_t late_ns) {
        constexpr std::int64_t worth_waiting_ns = 50 * ns_per_ms;
        result_.launcher_late_ns = std::max(result_.launcher_late_ns, late_ns);
        if (late_ns > worth_waiting_ns) absent_ns_ += late_ns;
    }

    /// Stands in for what a worker with shared memory writes itself.
    void note(std::size_t index, const heartbeat& beat) {
        worker_status& status = state_.worker(index);
        status.messages.store(beat.messages, std::memory_order_relaxed);
        status.since_ns.store(shared_clock::raw_ns(), std::memory_order_relaxed);
        status.at.store(beat.at, std::memory_order_release);
    }

    void hear(std::size_t index) {
        worker_report& report = told_[index].report;
        told_[index].reported = true;
        try {
            std::string text;
            if (receive_report(workers_[index].control.get(), text)) {
                if (const auto beat = decode_heartbeat(text)) {
                    told_[index].reported = false;
                    if (external_ || !request_.channel.shared_memory) note(index, *beat);
                    if (external_) watch(index, beat->at);
                    return;
                }
                take_report(index, text);
            } else {
                report.failed = ended_without_report(index);
            }
        } catch (const peer_gone& e) {
            report.failed = external_ ? protocol_failure(index, at(index), e.what())
                                      : failure{status::failed, "peer", "reporting", e.what()};
        } catch (const std::exception& e) {
            report.failed = external_ ? protocol_failure(index, at(index), e.what())
                                      : failure{status::failed, "protocol", "reporting", e.what()};
        }
        if (report.failed) start_grace();
    }

    void take_report(std::size_t index, const std::string& text) {
        worker_report& report = told_[index].report;
        report = decode_report(text);
        if (external_ && death_of(index) == stage::reporting) {
            workers_[index].process.kill();
            report = {};
            report.failed = ended_without_report(index);
            return;
        }
        if (!external_ || tells_usage(text)) return;
        told& worker = told_[index];
        if (!worker.after) worker.after = read_external_usage(workers_[index].process.pid());
        if (worker.before && worker.after)
            report.measured.consumed = consumed_between(*worker.before, *worker.after);
        if (report.measured.counted_messages == 0)
            report.measured.counted_messages = report.measured.messages;
        report.notes["usage_read_by_parent"] = 1;
    }

    /// A worker that cannot read its own usage has it read on entering and on leaving the phase.
    /// One that is to die is killed here: not every language can do that to itself.
    void watch(std::size_t index, stage entered) {
        told& worker = told_[index];
        if (entered == death_of(index) && entered != stage::timing) workers_[index].process.kill();
        if (entered == stage::timing) {
            worker.timing_since_ns = shared_clock::raw_ns();
            worker.before = read_external_usage(workers_[index].process.pid());
        }
        if (entered == stage::reporting)
            worker.after = read_external_usage(workers_[index].process.pid());
    }

    /// A worker says that it enters the timed phase before it meets the others there. One that is
    /// to die in it is killed once all are surely past that: they are to notice by their mechanism.
    void end_in_timing() {
        constexpr std::uint64_t past_the_meeting_ns = 50 * ns_per_ms;
        const std::uint64_t now_ns = shared_clock::raw_ns();
        const bool all_in = std::all_of(told_.begin(), told_.end(), [&](const told& worker) {
            return worker.timing_since_ns &&
                   now_ns - *worker.timing_since_ns >= past_the_meeting_ns;
        });
        for (std::size_t i = 0; all_in && i < told_.size(); ++i)
            if (death_of(i) == stage::timing && !told_[i].reported) workers_[i].process.kill();
    }

    /// What came before there was a job: a report of what ails the worker, or rubbish.
    void take_early(std::size_t index) {
        const worker_process& worker = workers_[index];
        if (worker.early.empty() && worker.fault.empty()) return;
        told_[index].reported = true;
        worker_report& report = told_[index].report;
        try {
            if (worker.fault.empty()) report = decode_report(worker.early);
        } catch (const std::exception& e) {
            report.failed = protocol_failure(index, stage::starting, e.what());
        }
        if (!worker.fault.empty())
            report.failed = protocol_failure(index, stage::starting, worker.fault);
        if (report.failed) start_grace();
    }

    failure protocol_failure(std::size_t index, stage where, const std::string& text) const {
        return {status::failed, "protocol", std::string(to_word(where)),
                fmt::format("the {} does not speak the worker protocol: {}{}", name(index), text,
                            workers_[index].last_words())};
    }

    /// False: the worker ended without one, perhaps (ECONNRESET) with its job unread.
    static bool receive_report(int control, std::string& text) {
        try {
            return receive_frame(control, text);
        } catch (const call_failed& e) {
            if (e.code().value() != ECONNRESET) throw;
            return false;
        }
    }

    failure ended_without_report(std::size_t index) {
        const std::string where(to_word(at(index)));
        worker_process& worker = workers_[index];
        worker.end = worker.process.finish();
        if (!worker.end->exited && worker.end->signal == SIGKILL && was_ended_for_memory())
            return {status::skipped, "limit", where,
                    fmt::format("{} ended the {} while {}; {}",
                                memory_.exists() ? memory_.text() : "the kernel, out of memory,",
                                name(index), where, memory_limit_remedy)};
        return {status::failed, "died", where,
                fmt::format("the {} ended without a report while {}: {}{}", name(index), where,
                            worker.end->text(), worker.last_words())};
    }

    bool was_ended_for_memory() const {
        const auto now = memory_.kills();
        return now && kills_before_ && *now > *kills_before_;
    }

    void start_grace() {
        if (!grace_until_ns_)
            grace_until_ns_ = static_cast<std::int64_t>(shared_clock::raw_ns()) + grace_ns;
    }

    std::int64_t allowance_ns(stage at) const {
        const std::int64_t base =
            ns_per_ms * (request_.stage_deadline_ms > 0 ? request_.stage_deadline_ms
                                                        : options_.stage_deadline_ms);
        if (at == stage::warming_up) return base + 4 * request_.work.warm_up_max_ns;
        if (at == stage::timing) return base + 2 * request_.work.timed_ns;
        return base;
    }

    /// When the worker must have left the stage it is in.
    std::int64_t deadline_ns(std::size_t index) const {
        const worker_status& status = state_.worker(index);
        const stage at = status.at.load(std::memory_order_acquire);
        const auto since = status.since_ns.load(std::memory_order_relaxed);
        return static_cast<std::int64_t>(since == 0 ? begun_ns_ : since) + allowance_ns(at) +
               absent_ns_;
    }

    int milliseconds_left() const {
        std::int64_t next = grace_until_ns_.value_or(std::numeric_limits<std::int64_t>::max());
        for (std::size_t i = 0; i < workers_.size(); ++i)
            if (!told_[i].reported) next = std::min(next, deadline_ns(i));
        const std::int64_t left = next - static_cast<std::int64_t>(shared_clock::raw_ns());
        return static_cast<int>(std::clamp<std::int64_t>(left / ns_per_ms + 1, 0, 3'600'000));
    }

    void check_deadlines() {
        const auto now = static_cast<std::int64_t>(shared_clock::raw_ns());
        if (grace_until_ns_ && now >= *grace_until_ns_) {
            result_.failed = first_cause();
            return;
        }
        // A hang shows in all; the one that got least far is the one to name.
        std::optional<std::size_t> late;
        for (std::size_t i = 0; i < workers_.size(); ++i)
            if (!told_[i].reported && now >= deadline_ns(i) && (!late || at(i) < at(*late)))
                late = i;
        if (late && !has_more_to_say()) result_.failed = describe_stall(*late);
    }

    /// Whether a worker has said something, or ended, since this process looked last.
    bool has_more_to_say() {
        std::vector<pollfd> watched;
        for (std::size_t i = 0; i < workers_.size(); ++i)
            if (!told_[i].reported) watched.push_back({workers_[i].control.get(), POLLIN, 0});
        return ::poll(watched.data(), watched.size(), 0) > 0;
    }

    stage at(std::size_t index) const {
        return state_.worker(index).at.load(std::memory_order_acquire);
    }

    failure describe_stall(std::size_t index) const {
        const std::string where(to_word(at(index)));
        return {status::timed_out, "stall", where,
                fmt::format("the {} was still {} after {:.1f} s ({} messages so far; {}); "
                            "raise --deadline if the machine is that slow{}",
                            name(index), where, static_cast<double>(allowance_ns(at(index))) / 1e9,
                            state_.worker(index).messages.load(std::memory_order_relaxed),
                            where_the_others_are(index), workers_[index].last_words())};
    }

    std::string name(std::size_t index) const { return name_of(index, request_.parties); }

    /// "the consumer is timing"
    std::string where_the_others_are(std::size_t index) const {
        std::string text;
        for (std::size_t other = 0; other < workers_.size(); ++other)
            if (other != index)
                text += fmt::format("{}the {} is {}", text.empty() ? "" : ", ", name(other),
                                    to_word(at(other)));
        return text;
    }

    /// Of several failures one that is not merely "my peer has gone" is the cause, and before all
    /// others that a worker died: what it leaves behind fails those who look for more.
    static int weight_of(const failure& failed) {
        return failed.code == "died" ? 2 : failed.code == "peer" ? 0 : 1;
    }

    std::optional<failure> first_cause() const {
        std::optional<failure> cause;
        for (const told& worker : told_) {
            const auto& failed = worker.report.failed;
            if (failed && (!cause || weight_of(*failed) > weight_of(*cause))) cause = failed;
        }
        return cause;
    }

    const launch_request& request_;
    const runner_options& options_;
    interrupt_watch& interrupts_;
    const running_service* service_;  // nullptr: the mechanism needs none
    const memory_limit& memory_;
    const bool external_;
    std::optional<std::int64_t> kills_before_ = memory_.kills();
    std::vector<worker_process>& workers_;
    shared_state& state_;
    std::vector<told> told_;
    std::uint64_t begun_ns_ = shared_clock::raw_ns();
    std::int64_t absent_ns_ = 0;  // in which this process could not run
    std::optional<std::int64_t> grace_until_ns_;
    repetition_result result_;
};

}  // namespace ipcmark
