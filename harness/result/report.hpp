#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/contract/failure.hpp"
#include "harness/stats/histogram.hpp"

namespace ipcmark {

/// What this process has consumed so far, or the difference of two such readings.
/// Sources: getrusage(2) RUSAGE_SELF for times, switches and faults; /proc/self/schedstat for run
/// delay; /proc/self/sched for migrations. user_ns and system_ns are tick-sampled by most kernels:
/// trust their sum, and the split only over a second or more.
struct usage {
    std::int64_t user_ns = 0;
    std::int64_t system_ns = 0;
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t minor_faults = 0;
    std::int64_t major_faults = 0;
    std::optional<std::int64_t> run_delay_ns;  // time runnable but not running
    std::optional<std::int64_t> migrations;

    std::int64_t cpu_ns() const noexcept { return user_ns + system_ns; }
    std::int64_t switches() const noexcept { return voluntary_switches + involuntary_switches; }
};

usage operator-(const usage& later, const usage& earlier);

/// What another process (a broker between the two) has consumed with all of its threads, or the
/// difference of two such readings. Sources: /proc/PID/task/TID/schedstat for CPU time (in ns; a
/// running thread's lags by up to a tick), /proc/PID/task/TID/status for switches. What a thread
/// that ended in between had used is missed.
struct process_usage {
    std::int64_t cpu_ns = 0;
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t threads = 0;
    int last_cpu = -1;  // of its main thread

    std::int64_t switches() const noexcept { return voluntary_switches + involuntary_switches; }
};

process_usage operator-(const process_usage& later, const process_usage& earlier);

/// Events of one process over a counting spawn. A missing one is nullopt.
struct perf_counts {
    static constexpr std::size_t event_count = 8;
    static constexpr std::array<std::string_view, event_count> names{
        "context_switches", "cpu_migrations", "page_faults",  "task_clock_ns",
        "syscalls",         "cycles",         "instructions", "llc_misses"};
    std::array<std::optional<std::uint64_t>, event_count> values;
    /// Of each: where it comes from, or why it is missing and what helps.
    std::array<std::string, event_count> notes;
};

struct energy_count {
    std::optional<std::uint64_t> microjoules;
    std::string note;  // what it is of, or why there is none and what helps
};

/// What one worker measured. Ticks are of the shared clock.
struct measurement {
    std::uint64_t warm_up_messages = 0;
    std::int64_t warm_up_ns = 0;
    std::uint64_t messages = 0;          // timed (consumer of a stream: received)
    std::uint64_t counted_messages = 0;  // between the two usage readings
    std::uint64_t lost = 0;
    std::uint64_t out_of_order = 0;
    std::uint64_t first_ticks = 0;  // before the first timed message
    std::uint64_t last_ticks = 0;   // after the last one
    usage consumed;
    perf_counts events;
    energy_count energy;                     // counting spawns, producer: of the whole machine
    std::optional<process_usage> auxiliary;  // producer: of the daemon between the two
    perf_counts auxiliary_events;
    std::uint64_t untimed_exchanges = 0;  // of the block without clock readings
    std::int64_t untimed_ns = 0;
    std::vector<std::uint64_t> block_ticks;  // stream consumer: a stamp every block_messages
    std::uint64_t block_messages = 0;
    std::map<std::string, double> figures;  // what only this pattern tells, by metric key
};

/// What one worker says when it is through.
struct worker_report {
    std::optional<failure> failed;
    measurement measured;
    histogram latencies;
    std::vector<double> latencies_in_order;  // ns; evenly thinned out, see time_sample
    std::uint64_t order_stride = 1;          // latencies from one of them to the next
    std::optional<std::int64_t> peak_resident_bytes;
    int last_cpu = no_cpu;         // where it ran at the end
    std::uint64_t started_ns = 0;  // CLOCK_MONOTONIC_RAW when its main had begun
    std::map<std::string, std::int64_t> notes;
};

}  // namespace ipcmark
