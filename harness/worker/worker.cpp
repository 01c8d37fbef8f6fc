#include "harness/worker/worker.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/base/clock_offset.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/worker/probes/clock_offset_probe.hpp"
#include "harness/worker/probes/floors.hpp"
#include "harness/worker/protocol.hpp"
#include "harness/worker/shared_state_region.hpp"
#include "harness/worker/switch_ring.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view cpu_flag = "--cpu=";
constexpr std::string_view parent_flag = "--parent=";
constexpr std::string_view exit_flag = "--exit";  // the floor probe fork_exec

int number_after(const std::vector<std::string>& arguments, std::string_view flag, int otherwise) {
    for (const auto& argument : arguments) {
        if (!argument.starts_with(flag)) continue;
        int value = otherwise;
        std::from_chars(argument.data() + flag.size(), argument.data() + argument.size(), value);
        return value;
    }
    return otherwise;
}

void die_with_parent(int parent_pid) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent_pid) ::raise(SIGKILL);  // it went before the line above took hold
}

/// Where memory runs out the kernel ends a worker, of whose cell that is told, and not the process
/// that has what was measured.
void be_ended_first() {
    const unique_fd score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (score) [[maybe_unused]]
        const ssize_t written = ::write(score.get(), "1000", 4);
}

failure describe_current_exception(std::string_view at_stage) {
    const std::string where(at_stage);
    try {
        throw;
    } catch (const limit_exceeded& e) {
        return {status::skipped, "limit", where, e.what()};
    } catch (const channel_lacks& e) {
        return {status::skipped, "channel", where, e.what()};
    } catch (const integrity_error& e) {
        return {status::failed, "integrity", where, e.what()};
    } catch (const protocol_mismatch& e) {
        return {status::failed, "protocol", where, e.what()};
    } catch (const peer_gone& e) {
        return {status::failed, "peer", where, e.what()};
    } catch (const call_failed& e) {
        const bool peer = e.code().value() == EPIPE || e.code().value() == ECONNRESET;
        return {status::failed, peer ? "peer" : "error", where, e.what()};
    } catch (const std::exception& e) {
        return {status::failed, "error", where, e.what()};
    } catch (...) {
        return {status::failed, "error", where, "an exception of unknown type"};
    }
}

/// Moves what `act` puts on the stack.
template <class Act>
[[gnu::noinline]] void with_stack_pad(std::size_t bytes, Act act) {
    auto* pad = static_cast<volatile char*>(__builtin_alloca(bytes + 1));
    *pad = 0;  // so that it is not optimised away
    act();
}

void measure(const registration& mechanism, setup& cell, session& state, const job& task) {
    if (pattern_of(cell.kind).loop != pattern_loop::ring) return mechanism.run(cell, state);
    state.enter(stage::timing);
    if (cell.producer())
        measure_switch_ring(state, static_cast<unsigned>(task.what.varied.value),
                            task.what.varied.working_set_bytes);
    cell.peer.meet();
}

sequence_rule rule_for(const traits& facts) {
    if (facts.may_drop) return sequence_rule::may_lose;
    return facts.ordered ? sequence_rule::strict : sequence_rule::may_reorder;
}

class worker {
public:
    worker(const registry& mechanisms, scenario_function run_check_scenario)
        : mechanisms_(mechanisms),
          run_check_scenario_(run_check_scenario),
          control_(worker_control_fd) {
        ::fcntl(worker_control_fd, F_SETFD, FD_CLOEXEC);
    }

    void run() {
        send_heartbeat(control_.get(), {stage::starting, 0});
        std::string text;
        if (!receive_frame(control_.get(), text)) return;
        carry_out(decode_job(text));
        // The parent lets this process go when its end disturbs nobody.
        while (receive_frame(control_.get(), text)) {
        }
    }

private:
    void carry_out(const job& task) {
        share_state(task);
        worker_report report;
        report.started_ns = started_ns_;
        measure_for(task, report);
        worker_status& status = state().worker(task.position);
        status.at.store(stage::reporting, std::memory_order_release);
        die_if_asked(task, stage::reporting);
        send_frame(control_.get(), encode(report));
        status.at.store(stage::done, std::memory_order_release);
    }

    /// The parent's memory, or some of this worker's own that nobody else sees.
    void share_state(const job& task) {
        if (task.channel.shared_memory) {
            ::fcntl(worker_state_fd, F_SETFD, FD_CLOEXEC);
            shared_.emplace(unique_fd(worker_state_fd));
        } else {
            shared_.emplace(task.parties.size());
        }
    }

    shared_state& state() { return **shared_; }

    /// One socket to each other party, none to itself.
    static std::vector<unique_fd> inherited_lines(const job& task) {
        std::vector<unique_fd> lines(task.parties.size());
        int next = worker_first_peer_fd;
        for (std::size_t other = 0; other < lines.size(); ++other) {
            if (other == task.position) continue;
            ::fcntl(next, F_SETFD, FD_CLOEXEC);
            lines[other].reset(next++);
        }
        return lines;
    }

    void measure_for(const job& task, worker_report& report) {
        rendezvous peer(inherited_lines(task), task.position, task.channel);
        setup cell{{.side = task.self().side,
                    .kind = task.what.kind,
                    .name = task.name,
                    .directory = task.directory,
                    .payload_bytes = task.what.payload_bytes,
                    .depth = task.what.depth,
                    .parties = static_cast<unsigned>(task.parties.size()),
                    .party = static_cast<unsigned>(task.position),
                    .group = membership_of(task.position, task.parties, task.what.how),
                    .region_offset_bytes = task.layout.region_offset_bytes,
                    .service = task.service},
                   peer};
        const std::uint64_t tag = task.tag + source_offset(source_of(task));
        payload_plan forward{task.what.reads, task.what.payload_bytes, tag};
        payload_plan backward{task.what.reads, task.what.payload_bytes, ~tag};
        try {
            if (task.work.act.kind == task_kind::probe) return probe(task, cell, report);
            const registration* mechanism = mechanisms_.find(task.what.transport);
            if (mechanism == nullptr || mechanism->run == nullptr)
                throw std::logic_error("this worker has no transport " + task.what.transport);
            if (mechanism->info.loops_back) backward.tag = forward.tag;
            // A lossy mechanism may lose the mark.
            const bool marks_end = task.what.payload_bytes >= sizeof(std::uint64_t) &&
                                   !mechanism->info.facts.may_drop &&
                                   task.work.act.kind != task_kind::check;
            forward.marks_end = marks_end;
            require_channel(task, marks_end);
            // Locked if the limit allows: a page fault in the timed phase is counted either way.
            // Once touched, that is: a session touches what is its own, the warm-up the rest, and
            // to fault in a whole program and its libraries takes 2 ms of either CPU.
            ::mlockall(MCL_CURRENT | MCL_ONFAULT);
            session state(this->state(), task.parties, task.position, task.clock, task.work,
                          cell.producer() ? forward : backward,
                          cell.producer() ? backward : forward, rule_for(mechanism->info.facts));
            state.die_entering = task.die_entering;
            if (!task.channel.shared_memory) state.heartbeat_fd = control_.get();
            if (!task.service_pids.empty() && cell.producer())
                state.watch_service(task.service_pids);
            state.note_own_memory();
            with_stack_pad(task.layout.stack_pad_bytes,
                           [&] { act(task, *mechanism, cell, state, report); });
            report.measured = std::move(state.result);
            report.latencies = std::move(state.latencies);
            report.latencies_in_order = state.latencies_in_order.values();
            report.order_stride = state.latencies_in_order.stride();
        } catch (...) {
            report.failed = describe_current_exception(
                to_word(state().worker(task.position).at.load(std::memory_order_relaxed)));
        }
        report.peak_resident_bytes = peak_resident_bytes();
        report.last_cpu = current_cpu();
        report.notes = std::move(cell.notes);
    }

    /// Whose messages it exchanges; of a consumer that has several, the first's.
    static std::size_t source_of(const job& task) {
        const bool has_one = task.self().side == role::producer || task.what.how == topology::pairs;
        return has_one ? task.self().index : 0;
    }

    /// What a phase's end, or the receipt of a message, is told by when the messages cannot.
    static void require_channel(const job& task, bool marks_end) {
        if (task.channel.shared_memory || task.work.act.kind == task_kind::inside) return;
        const pattern_info& kind = pattern_of(task.what.kind);
        if (kind.loop == pattern_loop::schedule)
            throw channel_lacks(std::string(kind.word) +
                                " needs memory that both processes see, which this channel lacks");
        if (!marks_end && kind.has_messages())
            throw channel_lacks(
                "messages of fewer than 8 bytes, or that may be lost, end their phases through "
                "shared memory, which this channel lacks");
    }

    void probe(const job& task, setup& cell, worker_report& report) {
        const std::string& name = task.work.act.name;
        const floors::probe* wanted = floors::find_probe(name);
        const bool clock_offset = name == clock_offset_probe;
        if (wanted == nullptr && !clock_offset)
            throw std::logic_error("no floor is called " + name);
        worker_status& status = state().worker(task.position);
        status.since_ns.store(shared_clock::raw_ns(), std::memory_order_relaxed);
        status.at.store(stage::timing, std::memory_order_release);
        if (clock_offset)
            probe_clock_offset(cell, shared_clock(task.clock));
        else
            floors::run_probe(*wanted, cell, task.work.timed_ns);
        report.notes = cell.notes;
    }

    void act(const job& task, const registration& mechanism, setup& cell, session& state,
             worker_report& report) {
        (task.work.act.kind == task_kind::check ? run_check_scenario_ : measure)(mechanism, cell,
                                                                                 state, task);
        if (task.self().cpu != no_cpu && current_cpu() != task.self().cpu)
            report.failed =
                failure{status::failed, "placement", "reporting",
                        "the worker was pinned to CPU " + std::to_string(task.self().cpu) +
                            " but ended on CPU " + std::to_string(current_cpu())};
    }

    static void die_if_asked(const job& task, stage entering) {
        if (task.die_entering == entering) ::raise(SIGKILL);
    }

    const std::uint64_t started_ns_ = shared_clock::raw_ns();
    const registry& mechanisms_;
    scenario_function run_check_scenario_;
    unique_fd control_;
    std::optional<shared_state_region> shared_;
};

/// Tells the parent why this worker never got to its job; false when even that fails, and then the
/// parent sees a worker that ended without a report and says so.
bool report_stillbirth() noexcept {
    try {
        worker_report report;
        report.failed = describe_current_exception(to_word(stage::starting));
        send_frame(worker_control_fd, encode(report));
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

std::vector<std::string> worker_arguments(int cpu, const std::vector<std::string>& plugins) {
    std::vector<std::string> arguments{"ipcmark", "worker",
                                       std::string(cpu_flag) + std::to_string(cpu),
                                       std::string(parent_flag) + std::to_string(::getpid())};
    for (const auto& plugin : plugins)
        arguments.push_back("--plugin=" + plugin);
    return arguments;
}

int worker_main(const std::vector<std::string>& arguments, const registry& mechanisms,
                scenario_function run_check_scenario) {
    try {
        if (std::find(arguments.begin(), arguments.end(), exit_flag) != arguments.end()) return 0;
        die_with_parent(number_after(arguments, parent_flag, -1));
        be_ended_first();
        ::signal(SIGPIPE, SIG_IGN);
        if (const int cpu = number_after(arguments, cpu_flag, no_cpu); cpu != no_cpu) pin_to(cpu);
        worker(mechanisms, run_check_scenario).run();
        return 0;
    } catch (...) {
        return report_stillbirth() ? 0 : 70;
    }
}

}  // namespace ipcmark
