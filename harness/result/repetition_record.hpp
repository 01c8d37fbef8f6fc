#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/contract/failure.hpp"
#include "harness/contract/memory_layout.hpp"
#include "harness/host/noise/noise.hpp"

/// What the journal and the result keep of one repetition.
namespace ipcmark {

enum class purpose : std::uint8_t { verify, timed, counting, idle };

template <>
struct spelling<purpose> {
    static constexpr std::array words{
        std::pair{purpose::verify, "verify"}, std::pair{purpose::timed, "timed"},
        std::pair{purpose::counting, "counting"}, std::pair{purpose::idle, "idle"}};
};

template <class Visitor>
void visit_fields(Visitor& visit, repetition_noise& n) {
    visit("foreign_cpu", n.foreign_cpu);
    visit("interrupt_cpu", n.interrupt_cpu);
    visit("steal", n.steal);
    visit("run_delay", n.run_delay);
    visit("psi_cpu", n.psi_cpu);
    visit("gap_ppm", n.gap_ppm);
    visit("gap_max_us", n.gap_max_us);
    visit("frequency_change", n.frequency_change);
    visit("other_runnable", n.other_runnable);
    visit("involuntary", n.involuntary_per_s);
    visit("involuntary_per_message", n.involuntary_per_message);
    visit("migrations", n.migrations);
    visit("throttled", n.throttled);
    visit("stall_ms", n.stall_ms);
    visit("major_faults", n.major_faults);
    visit("reasons", n.reasons);
    visit("coarse", n.coarse);
}

/// One process of a repetition: a worker, or one of the service between them, of which /proc tells
/// less.
struct peer_record {
    std::string role;                 // producer, consumer, service
    std::optional<std::string> name;  // service: as the kernel calls the process
    std::optional<int> cpu;
    std::optional<std::string> placement_note;
    std::optional<std::string> unavailable;  // why nothing is known of it
    std::optional<int> last_cpu;
    std::optional<std::uint64_t> counted_messages;
    std::optional<std::uint64_t> messages;  // of one among several
    std::optional<double> p50_ns;
    std::optional<double> p99_ns;
    std::optional<std::int64_t> cpu_ns;  // service
    std::optional<std::int64_t> user_ns;
    std::optional<std::int64_t> system_ns;
    std::optional<std::int64_t> voluntary_switches;
    std::optional<std::int64_t> involuntary_switches;
    std::optional<std::int64_t> minor_faults;
    std::optional<std::int64_t> major_faults;
    std::optional<std::int64_t> run_delay_ns;
    std::optional<std::int64_t> migrations;
    std::optional<std::int64_t> peak_rss_bytes;
    std::optional<std::int64_t> threads;  // service
    std::map<std::string, std::int64_t> notes;
};

template <class Visitor>
void visit_fields(Visitor& visit, peer_record& p) {
    visit("role", p.role);
    visit.when_there("name", p.name);
    visit("cpu", p.cpu);
    visit.when_there("placement_note", p.placement_note);
    visit.when_there("unavailable", p.unavailable);
    visit("last_cpu", p.last_cpu);
    visit("counted_messages", p.counted_messages);
    visit.when_there("messages", p.messages);
    visit.when_there("p50_ns", p.p50_ns);
    visit.when_there("p99_ns", p.p99_ns);
    visit.when_there("cpu_ns", p.cpu_ns);
    visit("user_ns", p.user_ns);
    visit("system_ns", p.system_ns);
    visit("voluntary_switches", p.voluntary_switches);
    visit("involuntary_switches", p.involuntary_switches);
    visit("minor_faults", p.minor_faults);
    visit("major_faults", p.major_faults);
    visit("run_delay_ns", p.run_delay_ns);
    visit("migrations", p.migrations);
    visit("peak_rss_bytes", p.peak_rss_bytes);
    visit.when_there("threads", p.threads);
    visit("notes", p.notes);
}

/// Rates over blocks of about 5 ms, to show stalls inside a stream.
struct block_rates {
    std::uint64_t blocks = 0;
    double median_messages_per_second = 0;
    double slowest_messages_per_second = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, block_rates& b) {
    visit("blocks", b.blocks);
    visit("median_messages_per_second", b.median_messages_per_second);
    visit("slowest_messages_per_second", b.slowest_messages_per_second);
}

/// What a repetition's own flags come from: its latencies in the order of time, or of a stream its
/// blocks.
struct within_repetition {
    std::optional<std::uint64_t> samples;
    std::optional<std::uint64_t> stride;  // latencies from one sample to the next
    std::optional<double> n_eff;          // independent samples that they are worth
    std::optional<double> lag_1;          // autocorrelation
    std::optional<double> m_value;        // of modes
    std::optional<double> drift_rho;      // Spearman, over windows
    std::optional<double> drift_p;
    std::optional<std::pair<double, double>> p50_interval_ns;
    std::optional<double> first_quarter_ns;
    std::optional<double> last_quarter_ns;
    std::optional<std::uint64_t> blocks;
    std::optional<double> median_block_to_whole;
};

template <class Visitor>
void visit_fields(Visitor& visit, within_repetition& w) {
    visit.when_there("samples", w.samples);
    visit.when_there("stride", w.stride);
    visit.when_there("n_eff", w.n_eff);
    visit.when_there("lag_1", w.lag_1);
    visit.when_there("m_value", w.m_value);
    visit.when_there("drift_rho", w.drift_rho);
    visit.when_there("drift_p", w.drift_p);
    visit.when_there("p50_interval_ns", w.p50_interval_ns);
    visit.when_there("first_quarter_ns", w.first_quarter_ns);
    visit.when_there("last_quarter_ns", w.last_quarter_ns);
    visit.when_there("blocks", w.blocks);
    visit.when_there("median_block_to_whole", w.median_block_to_whole);
}

struct clock_reading {
    std::string source;
    double stamp_cost_ns = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, clock_reading& c) {
    visit("source", c.source);
    visit("stamp_cost_ns", c.stamp_cost_ns);
}

/// A timed repetition besides its metrics.
struct timed_facts {
    std::string cell;
    std::uint64_t sequence = 0;  // of all repetitions of the run
    std::uint64_t round = 0;
    std::uint64_t attempt = 0;  // above 0: run again in its round, since it was disturbed
    double started_s = 0;       // since the run began
    std::optional<quality> how;
    std::optional<repetition_noise> noise;
    clock_reading clock;
    std::uint64_t messages = 0;
    std::uint64_t lost = 0;
    std::uint64_t out_of_order = 0;
    std::int64_t elapsed_ns = 0;
    std::uint64_t warm_up_messages = 0;
    std::int64_t warm_up_ns = 0;
    double wall_s = 0;
    std::optional<block_rates> blocks;
    std::vector<peer_record> peers;
    std::optional<memory_layout> layout;
    std::map<std::string, std::string> missing;  // metric -> why it is null
    /// By percentile above the median: independent messages that its latencies are worth for it.
    std::optional<std::map<std::string, double>> effective_messages;
    std::optional<within_repetition> within;  // nothing: it has no figures in time order
    std::vector<std::string> flags;
    std::optional<std::string> hop_note;  // of the pattern switch: why a part is missing
};

template <class Visitor>
void visit_fields(Visitor& visit, timed_facts& t) {
    visit("cell", t.cell);
    visit("sequence", t.sequence);
    visit("round", t.round);
    visit("try", t.attempt);
    visit("t_start_s", t.started_s);
    visit("quality", t.how);
    visit("noise", t.noise);
    visit("clock", t.clock);
    visit("messages", t.messages);
    visit("lost", t.lost);
    visit("out_of_order", t.out_of_order);
    visit("elapsed_ns", t.elapsed_ns);
    visit("warm_up_messages", t.warm_up_messages);
    visit("warm_up_ns", t.warm_up_ns);
    visit("wall_s", t.wall_s);
    visit("blocks", t.blocks);
    visit("peers", t.peers);
    visit("layout", t.layout);
    visit("missing", t.missing);
    visit.when_there("effective_messages", t.effective_messages);
    visit("within", t.within);
    visit("flags", t.flags);
    visit.when_there("hop_note", t.hop_note);
}

/// Of one message: what a tool keeps that takes one figure of a timed repetition.
struct message_times {
    double real_ns = 0;  // tracked_time_ns of harness/result/pattern_metrics.hpp
    double cpu_ns = 0;   // CPU time, all processes
};

template <class Visitor>
void visit_fields(Visitor& visit, message_times& t) {
    visit("real_ns", t.real_ns);
    visit("cpu_ns", t.cpu_ns);
}

/// What a verify repetition found: every byte was checked.
struct verify_facts {
    status ended = status::ok;
    std::uint64_t messages = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, verify_facts& v) {
    visit("status", v.ended);
    visit("messages", v.messages);
}

/// Events of counting repetitions, per message; of several the medians.
struct counting_facts {
    std::string source;
    double messages = 0;
    std::map<std::string, std::optional<double>> per_message;  // "syscalls_per_message"
    std::map<std::string, std::string> sources;                // where a figure comes from
    std::map<std::string, std::string> unavailable;            // why one is null
    std::optional<std::uint64_t> repetitions;
};

/// One repetition. `timed`, `verify` and `counting` hold what its purpose brings; none of them for
/// one that failed or only waited.
struct repetition_record {
    std::string cell;
    purpose why = purpose::timed;
    std::optional<failure> failed;
    std::optional<bool> tried_again;  // set: it failed and was run again in its place
    std::map<std::string, std::optional<double>> metrics;  // by key
    std::vector<std::pair<std::size_t, std::uint64_t>> latency_buckets;
    std::optional<timed_facts> timed;
    message_times times;
    std::optional<verify_facts> verify;
    std::optional<counting_facts> counting;

    bool is_disturbed() const { return timed && timed->how == quality::disturbed; }
};

template <class Visitor>
void visit_fields(Visitor& visit, counting_facts& c) {
    visit("source", c.source);
    visit("messages", c.messages);
    visit("per_message", c.per_message);
    visit("sources", c.sources);
    visit("unavailable", c.unavailable);
    visit.when_there("repetitions", c.repetitions);
}

template <class Visitor>
void visit_fields(Visitor& visit, repetition_record& r) {
    visit("cell", r.cell);
    visit("purpose", r.why);
    visit("failed", r.failed);
    visit.when_there("tried_again", r.tried_again);
    visit("metrics", r.metrics);
    visit("latency_buckets", r.latency_buckets);
    visit.when_there("timed", r.timed);
    visit("times", r.times);
    visit.when_there("verify", r.verify);
    visit.when_there("counting", r.counting);
}

}  // namespace ipcmark
