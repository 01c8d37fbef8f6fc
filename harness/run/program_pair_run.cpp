#include "harness/run/program_pair_run.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <poll.h>
#include <sys/resource.h>

#include "harness/base/clock.hpp"
#include "harness/base/posix/child.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/base/units.hpp"
#include "harness/worker/counters/perf_counters.hpp"

namespace ipcmark {

namespace {

usage usage_of(const rusage& used) {
    const auto ns = [](const timeval& time) {
        return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1'000;
    };
    usage all;
    all.user_ns = ns(used.ru_utime);
    all.system_ns = ns(used.ru_stime);
    all.voluntary_switches = used.ru_nvcsw;
    all.involuntary_switches = used.ru_nivcsw;
    all.minor_faults = used.ru_minflt;
    all.major_faults = used.ru_majflt;
    return all;
}

/// A child's peak begins with that of the process that it was forked from.
std::int64_t own_peak_bytes() {
    rusage own{};
    ::getrusage(RUSAGE_SELF, &own);
    return std::int64_t{own.ru_maxrss} * 1024;
}

/// One of the two, from its start to its end.
class observed_program {
public:
    observed_program(const char* side, const std::vector<std::string>& command, int cpu,
                     const std::filesystem::path& folder, bool counted)
        : side_(side), complaints_(folder / (std::string(side) + ".stderr")) {
        const unique_fd complaints(
            ::open(complaints_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
        if (!complaints) throw_errno("open " + complaints_.string());
        least_peak_bytes_ = own_peak_bytes();
        const auto attach = [&](pid_t pid) {
            counters_.emplace(counted, std::vector<pid_t>{pid});
            counters_->start();
        };
        started_ns = shared_clock::raw_ns();
        process_.emplace(
            child::spawn_program(command, {{complaints.get(), STDERR_FILENO}}, cpu, attach));
    }

    ~observed_program() { process_->signal_group(SIGKILL); }
    observed_program(const observed_program&) = delete;
    observed_program& operator=(const observed_program&) = delete;

    int pidfd() const { return ended_ns == 0 ? process_->pidfd() : -1; }
    bool has_ended() const { return ended_ns != 0; }

    /// Looks whether it has ended; then it is stamped, and reaped with what it left running.
    void look() {
        if (has_ended() || !process_->peek()) return;
        ended_ns = shared_clock::raw_ns();
        process_->signal_group(SIGKILL);
        process_->finish();
    }

    void terminate() {
        terminated_ = true;
        process_->signal_group(SIGTERM);
    }

    /// Empty: it ended well, or was not seen to end.
    std::string fault() {
        if (!has_ended()) return {};
        const child_end end = process_->finish();
        const bool well =
            (end.exited && end.code == 0) || (terminated_ && (end.exited || end.signal == SIGTERM));
        if (well) return {};
        const std::string said = last_line();
        return fmt::format("the {} ended with {}{}", side_, end.text(),
                           said.empty() ? "" : ": " + said);
    }

    worker_report report() const {
        worker_report told;
        told.started_ns = started_ns;
        told.measured.messages = told.measured.counted_messages = 1;
        told.measured.first_ticks = started_ns;
        told.measured.last_ticks = ended_ns;
        if (const auto used = process_->used()) {
            told.measured.consumed = usage_of(*used);
            const std::int64_t peak = std::int64_t{used->ru_maxrss} * 1024;
            if (peak > least_peak_bytes_) told.peak_resident_bytes = peak;
        }
        if (counters_) told.measured.events = counters_->read();
        return told;
    }

    std::uint64_t started_ns = 0;
    std::uint64_t ended_ns = 0;

private:
    std::string last_line() const {
        std::string text = read_text(complaints_).value_or("");
        while (text.ends_with('\n'))
            text.pop_back();
        return text.substr(text.rfind('\n') + 1);
    }

    const char* side_;
    std::filesystem::path complaints_;
    std::int64_t least_peak_bytes_ = 0;
    std::optional<perf_counters> counters_;
    std::optional<child> process_;
    bool terminated_ = false;
};

/// Waits for whichever ends first, a signal, or the time. False: interrupted.
bool await_end(observed_program& a, observed_program& b, interrupt_watch& interrupts,
               std::uint64_t until_ns) {
    const std::uint64_t now = shared_clock::raw_ns();
    const std::uint64_t left_ms = now < until_ns ? (until_ns - now) / ns_per_ms + 1 : 0;
    std::array<pollfd, 3> awaited{pollfd{a.pidfd(), POLLIN, 0}, pollfd{b.pidfd(), POLLIN, 0},
                                  pollfd{interrupts.fd(), POLLIN, 0}};
    ::poll(awaited.data(), awaited.size(), static_cast<int>(left_ms));
    a.look();
    b.look();
    return !interrupts.pending();
}

failure too_long(const observed_program& producer, std::int64_t deadline_ms) {
    return {status::timed_out, "stall", "",
            fmt::format("the {} was still running after {} s; --deadline gives more",
                        producer.has_ended() ? "consumer" : "producer", deadline_ms / 1'000)};
}

/// Until both have ended, one badly, the time is over or a signal has come: then `result` says so.
/// When the last of those ended that ended by themselves.
std::uint64_t await_both(observed_program& producer, observed_program& consumer,
                         std::int64_t deadline_ms, interrupt_watch& interrupts,
                         repetition_result& result) {
    const std::uint64_t deadline_ns =
        producer.started_ns + static_cast<std::uint64_t>(deadline_ms) * ns_per_ms;
    std::uint64_t until_ns = deadline_ns;
    std::uint64_t last_end_ns = 0;
    bool asked_to_end = false;
    while (!producer.has_ended() || !consumer.has_ended()) {
        result.interrupted = !await_end(producer, consumer, interrupts, until_ns);
        if (result.interrupted) break;
        if (!asked_to_end) last_end_ns = std::max(producer.ended_ns, consumer.ended_ns);
        if (!producer.fault().empty() || !consumer.fault().empty()) break;
        if (shared_clock::raw_ns() >= until_ns) {
            if (!producer.has_ended() || asked_to_end) {
                result.failed = too_long(producer, deadline_ms);
                break;
            }
            asked_to_end = true;
            consumer.terminate();
        }
        if (producer.has_ended())
            until_ns = std::min(deadline_ns, producer.ended_ns + consumer_grace_ns) +
                       (asked_to_end ? consumer_grace_ns : 0);
    }
    for (observed_program* each : {&producer, &consumer})
        if (const std::string why = each->fault(); !why.empty() && !result.failed)
            result.failed = failure{status::failed, "program", "", why};
    return last_end_ns;
}

}  // namespace

repetition_result run_program_pair(const launch_request& request, const program_pair& programs,
                                   const std::filesystem::path& folder, std::int64_t deadline_ms,
                                   interrupt_watch& interrupts) {
    repetition_result result;
    result.parties = request.parties;
    const bool counted = request.work.act.kind == task_kind::count;
    const auto cpu_of = [&](role side) {
        return request.parties[first_of(side, request.parties)].cpu;
    };
    observed_program consumer("consumer", programs.consumer, cpu_of(role::consumer), folder,
                              counted);
    observed_program producer("producer", programs.producer, cpu_of(role::producer), folder,
                              counted);
    const std::uint64_t last_end_ns =
        await_both(producer, consumer, deadline_ms, interrupts, result);
    if (result.failed || result.interrupted) return result;
    for (std::size_t i = 0; i < request.parties.size(); ++i)
        result.sides[i] =
            (request.parties[i].side == role::producer ? producer : consumer).report();
    auto& counting = result.sides[first_of(role::producer, request.parties)].measured;
    counting.last_ticks = last_end_ns;
    counting.figures["producer_life_ns"] =
        static_cast<double>(producer.ended_ns - producer.started_ns);
    counting.figures["consumer_life_ns"] =
        static_cast<double>(consumer.ended_ns - consumer.started_ns);
    return result;
}

}  // namespace ipcmark
