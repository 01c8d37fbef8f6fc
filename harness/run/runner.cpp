#include "harness/run/runner.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "harness/base/posix/child.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/units.hpp"
#include "harness/worker/protocol.hpp"
#include "harness/worker/shared_state_region.hpp"
#include "harness/worker/worker.hpp"

namespace ipcmark {

namespace {

constexpr int look_ms = 25;  // how often time in which nobody runs is looked for
constexpr std::int64_t grace_ns = 1'000 * ns_per_ms;  // for the others to notice and report

struct socket_pair {
    unique_fd ours;
    unique_fd theirs;
    static socket_pair make(int type) {
        int ends[2];
        if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0)
            throw_errno("socketpair", "raise RLIMIT_NOFILE (ulimit -n) if descriptors ran out");
        return {unique_fd(ends[0]), unique_fd(ends[1])};
    }
};

/// A line between any two parties; row i is what worker i inherits, with none to itself.
class line_mesh {
public:
    explicit line_mesh(std::size_t parties) : lines_(parties) {
        for (auto& row : lines_)
            row.resize(parties);
        for (std::size_t i = 0; i < parties; ++i)
            for (std::size_t j = i + 1; j < parties; ++j) {
                socket_pair line = socket_pair::make(SOCK_SEQPACKET);
                lines_[i][j] = std::move(line.ours);
                lines_[j][i] = std::move(line.theirs);
            }
    }

    /// In the order of the parties, from worker_first_peer_fd on.
    void add_to(std::vector<std::pair<int, int>>& inherited, std::size_t position) const {
        int next = worker_first_peer_fd;
        for (const unique_fd& line : lines_[position])
            if (line) inherited.emplace_back(line.get(), next++);
    }

private:
    std::vector<std::vector<unique_fd>> lines_;
};

/// One worker as its parent sees it.
struct worker_handle {
    worker_handle(child born, unique_fd line)
        : process(std::move(born)), control(std::move(line)) {}
    child process;
    unique_fd control;
    worker_report report;
    bool reported = false;
    std::optional<child_end> end;

    bool over() const { return end.has_value(); }
};

/// The workers of a repetition from repetition to the last reaped child.
class worker_group {
public:
    worker_group(const launch_request& request, const run_workspace::repetition_workspace& area,
                 const clock_parameters& clock, const runner_options& options,
                 interrupt_watch& interrupts, const running_service* service)
        : request_(request),
          options_(options),
          interrupts_(interrupts),
          service_(service),
          shared_(request.parties.size()) {
        const line_mesh lines(request.parties.size());
        workers_.reserve(request.parties.size());
        for (std::size_t position = 0; position < request.parties.size(); ++position)
            start(position, lines, area, clock);
    }

    repetition_result finish() {
        while (!all_over() && !result_.failed) {
            wait_for_something();
            if (interrupts_.pending()) {
                result_.interrupted = true;
                result_.failed = failure{status::failed, "interrupted", "", "interrupted"};
            }
        }
        for (auto& worker : workers_)
            worker.end = worker.process.finish();
        if (!result_.failed) result_.failed = first_cause();
        result_.sides.clear();
        for (auto& worker : workers_)
            result_.sides.push_back(std::move(worker.report));
        result_.parties = request_.parties;
        result_.layout = request_.layout;
        result_.has_service = service_ != nullptr;
        return std::move(result_);
    }

private:
    void start(std::size_t position, const line_mesh& lines,
               const run_workspace::repetition_workspace& area, const clock_parameters& clock) {
        socket_pair control = socket_pair::make(SOCK_STREAM);
        job task;
        task.what = request_.what;
        task.parties = request_.parties;
        task.position = position;
        task.name = area.name();
        task.directory = area.directory();
        task.tag = request_.tag;
        task.work = request_.work;
        task.clock = clock;
        if (position < request_.die_entering.size())
            task.die_entering = request_.die_entering[position];
        task.layout = request_.layout;
        task.channel = request_.channel;
        if (service_ != nullptr) {
            task.service = service_->addresses();
            for (const auto& process : service_->processes())
                task.service_pids.push_back(process.handle.pid());
        }
        std::vector<std::pair<int, int>> inherited{{control.theirs.get(), worker_control_fd}};
        if (request_.channel.shared_memory) inherited.emplace_back(shared_.fd(), worker_state_fd);
        lines.add_to(inherited, position);
        child born = child::spawn_self(worker_arguments(task.self().cpu, options_.plugins),
                                       inherited, environment_pad());
        workers_.emplace_back(std::move(born), std::move(control.ours));
        try {
            send_frame(workers_.back().control.get(), encode(task));
        } catch (const call_failed&) {
            // It died at once; its pidfd tells.
        }
    }

    std::vector<std::string> environment_pad() const {
        const std::size_t bytes = request_.layout.environment_pad_bytes;
        if (bytes == 0) return {};
        return {"IPCMARK_LAYOUT_PAD=" + std::string(bytes, 'x')};
    }

    bool all_over() const {
        return std::all_of(workers_.begin(), workers_.end(),
                           [](const auto& w) { return w.over(); });
    }

    void wait_for_something() {
        std::vector<pollfd> watched{{interrupts_.fd(), POLLIN, 0}};
        std::vector<std::pair<std::size_t, bool>> meaning{{0, false}};
        for (std::size_t i = 0; i < workers_.size(); ++i) {
            if (workers_[i].over()) continue;
            // The report first: a worker's end is looked at only when nothing is left to read.
            watched.push_back(
                {workers_[i].reported ? workers_[i].process.pidfd() : workers_[i].control.get(),
                 POLLIN, 0});
            meaning.emplace_back(i, workers_[i].reported);
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
        if (ready == 0)
            result_.launcher_late_ns =
                std::max(result_.launcher_late_ns,
                         static_cast<std::int64_t>(shared_clock::raw_ns() - due_ns));
        if (ready == 0) return check_deadlines();
        for (std::size_t at = 1; at < workers_end; ++at)
            if (watched[at].revents != 0) advance(workers_[meaning[at].first], meaning[at].second);
        for (std::size_t at = workers_end; at < watched.size() && !all_over(); ++at)
            if (watched[at].revents != 0)
                result_.failed = failure{status::failed, "service", "", "the service ended"};
    }

    /// Stands in for what a worker with shared memory writes itself.
    void note(std::size_t index, const heartbeat& beat) {
        worker_status& status = shared_->worker(index);
        status.messages.store(beat.messages, std::memory_order_relaxed);
        status.since_ns.store(shared_clock::raw_ns(), std::memory_order_relaxed);
        status.at.store(beat.at, std::memory_order_release);
    }

    std::size_t index_of(const worker_handle& worker) const {
        return static_cast<std::size_t>(&worker - workers_.data());
    }

    void advance(worker_handle& worker, bool reported) {
        if (!reported) {
            worker.reported = true;
            try {
                std::string text;
                if (receive_report(worker.control.get(), text)) {
                    if (!request_.channel.shared_memory)
                        if (const auto beat = decode_heartbeat(text)) {
                            worker.reported = false;
                            return note(index_of(worker), *beat);
                        }
                    worker.report = decode_report(text);
                    if (!worker.report.failed) return;
                } else {
                    worker.report.failed = ended_without_report(worker);
                }
            } catch (const peer_gone& e) {
                worker.report.failed = failure{status::failed, "peer", "reporting", e.what()};
            } catch (const std::exception& e) {
                worker.report.failed = failure{status::failed, "protocol", "reporting", e.what()};
            }
            start_grace();
            return;
        }
        worker.end = worker.process.try_reap();
        if (worker.end && !(worker.end->exited && worker.end->code == 0)) start_grace();
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

    failure ended_without_report(worker_handle& worker) {
        const std::size_t index = index_of(worker);
        const std::string at(to_word(shared_->worker(index).at.load(std::memory_order_acquire)));
        worker.end = worker.process.finish();
        return {status::failed, "died", at,
                fmt::format("the {} ended without a report while {}: {}", name(index), at,
                            worker.end->text())};
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
        const worker_status& status = shared_->worker(index);
        const stage at = status.at.load(std::memory_order_acquire);
        const auto since = status.since_ns.load(std::memory_order_relaxed);
        return static_cast<std::int64_t>(since == 0 ? born_ns_ : since) + allowance_ns(at);
    }

    int milliseconds_left() const {
        std::int64_t next = grace_until_ns_.value_or(std::numeric_limits<std::int64_t>::max());
        for (std::size_t i = 0; i < workers_.size(); ++i)
            if (!workers_[i].over()) next = std::min(next, deadline_ns(i));
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
            if (!workers_[i].over() && now >= deadline_ns(i) && (!late || at(i) < at(*late)))
                late = i;
        if (late) result_.failed = describe_stall(*late);
    }

    stage at(std::size_t index) const {
        return shared_->worker(index).at.load(std::memory_order_acquire);
    }

    failure describe_stall(std::size_t index) const {
        const std::string where(to_word(at(index)));
        return {status::timed_out, "stall", where,
                fmt::format("the {} was still {} after {:.1f} s ({} messages so far; {}); "
                            "raise --deadline if the machine is that slow",
                            name(index), where, static_cast<double>(allowance_ns(at(index))) / 1e9,
                            shared_->worker(index).messages.load(std::memory_order_relaxed),
                            where_the_others_are(index))};
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

    /// Of several failures the one that is not merely "my peer has gone" is the cause.
    std::optional<failure> first_cause() const {
        std::optional<failure> cause;
        for (const auto& worker : workers_) {
            const auto& failed = worker.report.failed;
            if (failed && (!cause || cause->code == "peer")) cause = failed;
        }
        for (std::size_t i = 0; !cause && i < workers_.size(); ++i) {
            const auto& end = workers_[i].end;
            if (end && !(end->exited && end->code == 0))
                cause =
                    failure{status::failed, "died", std::string(to_word(at(i))),
                            fmt::format("the {} ended after its report: {}", name(i), end->text())};
        }
        return cause;
    }

    const launch_request& request_;
    const runner_options& options_;
    interrupt_watch& interrupts_;
    const running_service* service_;  // nullptr: the mechanism needs none
    shared_state_region shared_;
    std::uint64_t born_ns_ = shared_clock::raw_ns();
    std::vector<worker_handle> workers_;
    std::optional<std::int64_t> grace_until_ns_;
    repetition_result result_;
};

}  // namespace

runner::runner(run_workspace& area, interrupt_watch& interrupts, const clock_parameters& clock,
               runner_options options)
    : area_(area),
      interrupts_(interrupts),
      clock_(clock),
      options_(std::move(options)),
      born_ns_(shared_clock::raw_ns()) {}

repetition_result runner::run(const launch_request& request) {
    lease needed;
    if (options_.leased != nullptr) needed = options_.leased->lease_for(request.what);
    const std::uint64_t start_ns = shared_clock::raw_ns();
    repetition_result result;
    if (needed.refused) {
        result.interrupted = needed.refused->code == "interrupted";
        result.failed = std::move(needed.refused);
    } else {
        const run_workspace::repetition_workspace area = area_.next_repetition();
        result = worker_group(request, area, clock_, options_, interrupts_, needed.service.get())
                     .finish();
    }
    if (result.failed && !result.interrupted && needed.service != nullptr)
        if (auto cause = options_.leased->cause(request.what)) result.failed = std::move(cause);
    const std::uint64_t end_ns = shared_clock::raw_ns();
    result.wall_s = static_cast<double>(end_ns - start_ns) / 1e9;
    result.spawned_ns = start_ns;
    result.started_s = static_cast<double>(start_ns - born_ns_) / 1e9;
    return result;
}

repetition_result runner::run_until_served(const launch_request& request) {
    repetition_result result = run(request);
    while (result.failed && !ends_its_cell(*result.failed))
        result = run(request);
    return result;
}

}  // namespace ipcmark
