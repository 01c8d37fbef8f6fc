#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/fields.hpp"
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

template <class Visitor>
void visit_fields(Visitor& visit, usage& u) {
    visit("user_ns", u.user_ns);
    visit("system_ns", u.system_ns);
    visit("voluntary_switches", u.voluntary_switches);
    visit("involuntary_switches", u.involuntary_switches);
    visit("minor_faults", u.minor_faults);
    visit("major_faults", u.major_faults);
    visit("run_delay_ns", u.run_delay_ns);
    visit("migrations", u.migrations);
}

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

template <class Visitor>
void visit_fields(Visitor& visit, process_usage& u) {
    visit("cpu_ns", u.cpu_ns);
    visit("voluntary_switches", u.voluntary_switches);
    visit("involuntary_switches", u.involuntary_switches);
    visit("threads", u.threads);
    visit("last_cpu", u.last_cpu);
}

/// One process of the service between the two, with what it forked.
struct service_usage {
    int pid = 0;
    std::string name;                       // as the kernel calls it
    std::optional<process_usage> consumed;  // nullopt: /proc did not tell
};

template <class Visitor>
void visit_fields(Visitor& visit, service_usage& s) {
    visit("pid", s.pid);
    visit("name", s.name);
    visit("consumed", s.consumed);
}

/// Events of one process over a counting repetition. A missing one is nullopt.
struct perf_counts {
    static constexpr std::size_t event_count = 8;
    static constexpr std::array<std::string_view, event_count> names{
        "context_switches", "cpu_migrations", "page_faults",  "task_clock_ns",
        "syscalls",         "cycles",         "instructions", "llc_misses"};
    std::array<std::optional<std::uint64_t>, event_count> values;
    /// Of each: where it comes from, or why it is missing and what helps.
    std::array<std::string, event_count> notes;
};

namespace detail {

/// One of perf_counts, as it is written.
struct event_reference {
    std::optional<std::uint64_t>& value;
    std::string& note;
};

template <class Visitor>
void visit_fields(Visitor& visit, event_reference& e) {
    visit("value", e.value);
    visit("note", e.note);
}

}  // namespace detail

template <class Visitor>
void visit_fields(Visitor& visit, perf_counts& c) {
    for (std::size_t i = 0; i < perf_counts::event_count; ++i) {
        detail::event_reference event{c.values[i], c.notes[i]};
        visit(perf_counts::names[i].data(), event);
    }
}

struct energy_count {
    std::optional<std::uint64_t> microjoules;
    std::string note;  // what it is of, or why there is none and what helps
};

template <class Visitor>
void visit_fields(Visitor& visit, energy_count& e) {
    visit("microjoules", e.microjoules);
    visit("note", e.note);
}

/// What a consumer received of one of several producers.
struct source_count {
    std::size_t party = 0;  // its position
    std::uint64_t messages = 0;
    std::uint64_t lost = 0;
    std::uint64_t out_of_order = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, source_count& s) {
    visit("party", s.party);
    visit("messages", s.messages);
    visit("lost", s.lost);
    visit("out_of_order", s.out_of_order);
}

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
    energy_count energy;                  // counting repetitions, producer: of the whole machine
    std::vector<service_usage> services;  // producer: the service's processes
    perf_counts service_events;
    std::uint64_t untimed_exchanges = 0;  // of the block without clock readings
    std::int64_t untimed_ns = 0;
    std::vector<std::uint64_t> block_ticks;  // stream consumer: a stamp every block_messages
    std::uint64_t block_messages = 0;
    std::map<std::string, double> figures;  // what only this pattern tells, by metric key
    std::vector<source_count> sources;      // consumer of several
    std::uint64_t first_sequence = 0;       // producer of a stream: of its first timed message
    /// Of several consumers that share a stream without loss: of the numbers received, modulo 2^64.
    std::optional<std::uint64_t> sequence_sum;
};

template <class Visitor>
void visit_fields(Visitor& visit, measurement& m) {
    visit("warm_up_messages", m.warm_up_messages);
    visit("warm_up_ns", m.warm_up_ns);
    visit("messages", m.messages);
    visit("counted_messages", m.counted_messages);
    visit("lost", m.lost);
    visit("out_of_order", m.out_of_order);
    visit("first_ticks", m.first_ticks);
    visit("last_ticks", m.last_ticks);
    visit("usage", m.consumed);
    visit("events", m.events);
    visit("energy", m.energy);
    visit("services", m.services);
    visit("service_events", m.service_events);
    visit("untimed_exchanges", m.untimed_exchanges);
    visit("untimed_ns", m.untimed_ns);
    visit("block_ticks", m.block_ticks);
    visit("block_messages", m.block_messages);
    visit("figures", m.figures);
    visit("sources", m.sources);
    visit("first_sequence", m.first_sequence);
    visit("sequence_sum", m.sequence_sum);
}

namespace detail {

/// A histogram as it is written: what it holds besides empty buckets.
struct stored_histogram {
    std::uint64_t least_ns = 0;
    std::uint64_t greatest_ns = 0;
    std::vector<std::pair<std::size_t, std::uint64_t>> buckets;  // number, values in it
};

template <class Visitor>
void visit_fields(Visitor& visit, stored_histogram& h) {
    visit("least_ns", h.least_ns);
    visit("greatest_ns", h.greatest_ns);
    visit("buckets", h.buckets);
}

template <>
struct held_by<histogram> {
    static tree write(const histogram& value) {
        return written(stored_histogram{value.least_ns(), value.greatest_ns(), value.buckets()});
    }
    static void read_into(const tree& from, histogram& to, const path& where) {
        stored_histogram stored;
        read(from, stored, where);
        to = histogram();
        for (const auto& [index, count] : stored.buckets)
            to.add_bucket(index, count);
        if (to.count() > 0) to.set_extremes(stored.least_ns, stored.greatest_ns);
    }
};

}  // namespace detail

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

template <class Visitor>
void visit_fields(Visitor& visit, worker_report& r) {
    visit("failed", r.failed);
    visit("measured", r.measured);
    visit("latencies", r.latencies);
    visit("latencies_in_order", r.latencies_in_order);
    visit("order_stride", r.order_stride);
    visit("peak_resident_bytes", r.peak_resident_bytes);
    visit("last_cpu", r.last_cpu);
    visit("started_ns", r.started_ns);
    visit("notes", r.notes);
}

}  // namespace ipcmark
