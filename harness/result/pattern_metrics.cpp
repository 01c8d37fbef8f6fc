#include "harness/result/pattern_metrics.hpp"

#include <algorithm>
#include <array>

#include "harness/base/clock_offset.hpp"

namespace ipcmark {

namespace {

constexpr double sleeps_from_switches = 1.5;  // a round trip: below, most exchanges never slept

/// A figure of the worker's own, by its key.
template <std::size_t Size>
struct key_text {
    consteval key_text(const char (&text)[Size]) { std::copy_n(text, Size, data); }
    char data[Size]{};
};

template <key_text Key>
optional_figure worker_figure(const repetition_view& v) {
    return v.figure(Key.data);
}

optional_figure side_figure(const repetition_view& v, role side, const char* key) {
    const auto& figures = v.repetition.first_of(side).measured.figures;
    const auto at = figures.find(key);
    return at == figures.end() ? std::nullopt : optional_figure(at->second);
}

optional_figure span_ns(const repetition_view& v, optional_figure from_ticks,
                        optional_figure to_ticks) {
    if (!from_ticks || !to_ticks || *to_ticks == 0) return std::nullopt;
    return static_cast<double>(v.clock.to_ns(static_cast<std::uint64_t>(*from_ticks),
                                             static_cast<std::uint64_t>(*to_ticks)));
}

/// The earliest (or latest) of all parties' stamps of one name; none where one has none.
template <class Choose>
optional_figure of_all(const repetition_view& v, const char* key, Choose choose) {
    optional_figure chosen;
    for (const worker_report& each : v.repetition.sides) {
        const auto at = each.measured.figures.find(key);
        if (at == each.measured.figures.end()) return std::nullopt;
        chosen = choose(chosen.value_or(at->second), at->second);
    }
    return chosen;
}

double earlier(double a, double b) {
    return std::min(a, b);
}
double later(double a, double b) {
    return std::max(a, b);
}

optional_figure construct(const repetition_view& v) {
    return span_ns(v, of_all(v, "begun_ticks", earlier), of_all(v, "constructed_ticks", later));
}

optional_figure first_message(const repetition_view& v) {
    return span_ns(v, side_figure(v, role::producer, "exchanged_ticks"),
                   side_figure(v, role::consumer, "exchanged_ticks"));
}

optional_figure teardown(const repetition_view& v) {
    const optional_figure longest = of_all(v, "teardown_ticks", later);
    return longest ? span_ns(v, 1, 1 + *longest) : std::nullopt;
}

optional_figure spawning(const repetition_view& v) {
    if (pattern_of(v.what.kind).loop != pattern_loop::lifecycle) return std::nullopt;
    std::uint64_t last = 0;
    for (const worker_report& each : v.repetition.sides)
        last = std::max(last, each.started_ns);
    if (v.repetition.spawned_ns == 0 || last < v.repetition.spawned_ns) return std::nullopt;
    return static_cast<double>(last - v.repetition.spawned_ns);
}

optional_figure median_of(const std::vector<repetition_result>& exchange) {
    if (exchange.empty()) return std::nullopt;
    return exchange.front().producer().latencies.supported_quantile_ns(0.5);
}

constexpr std::string_view kernel_counts = "CLOCK_MONOTONIC_RAW of the parent";

optional_figure whole_run(const repetition_view& v) {
    if (pattern_of(v.what.kind).loop != pattern_loop::life) return std::nullopt;
    return v.elapsed_ns();
}

optional_figure inside(const repetition_view& v) {
    return median_of(v.repetition.inside);
}

optional_figure on_one_cpu(const repetition_view& v) {
    return median_of(v.repetition.one_cpu);
}

optional_figure on_two_cpus(const repetition_view& v) {
    if (!pattern_of(v.what.kind).decomposed) return std::nullopt;
    return v.repetition.producer().latencies.supported_quantile_ns(0.5);
}

/// Context switches of all parties in one round trip.
optional_figure switches_of(const repetition_result& exchange) {
    const auto counted = static_cast<double>(exchange.producer().measured.counted_messages);
    if (counted <= 0) return std::nullopt;
    double switches = 0;
    for (const worker_report& each : exchange.sides)
        switches += static_cast<double>(each.measured.consumed.switches());
    return switches / counted;
}

optional_figure syscall_copy(const repetition_view& v) {
    const optional_figure whole = inside(v);
    return whole ? optional_figure(*whole / 2) : std::nullopt;
}

optional_figure context_switch(const repetition_view& v) {
    if (pattern_of(v.what.kind).loop == pattern_loop::ring) return v.figure("context_switch_ns");
    const optional_figure here = on_one_cpu(v);
    const optional_figure alone = inside(v);
    if (!here || !alone) return std::nullopt;
    const optional_figure switches = switches_of(v.repetition.one_cpu.front());
    if (!switches || *switches < sleeps_from_switches) return std::nullopt;
    return (*here - *alone) / *switches;
}

/// Half of what one exchange takes longer than another, of one message.
optional_figure half_difference(optional_figure longer, optional_figure shorter) {
    if (!longer || !shorter) return std::nullopt;
    return (*longer - *shorter) / 2;
}

bool sleeps_on_two_cpus(const repetition_view& v) {
    if (!pattern_of(v.what.kind).decomposed) return false;
    const optional_figure switches = switches_of(v.repetition);
    return switches && *switches >= sleeps_from_switches;
}

optional_figure by_polling(const repetition_view& v) {
    return median_of(v.repetition.polling);
}

optional_figure cross_core_transfer(const repetition_view& v) {
    return half_difference(by_polling(v), inside(v));
}

optional_figure wake_up(const repetition_view& v) {
    if (!sleeps_on_two_cpus(v)) return std::nullopt;
    return half_difference(on_two_cpus(v), by_polling(v));
}

optional_figure sleep_and_transfer(const repetition_view& v) {
    if (!sleeps_on_two_cpus(v) || by_polling(v)) return std::nullopt;
    return half_difference(on_two_cpus(v), inside(v));
}

/// By one stamp on each side, where the receiver slept and both clocks are near enough.
optional_figure post_to_running(const repetition_view& v) {
    if (v.repetition.waking.empty()) return std::nullopt;
    const repetition_result& woken = v.repetition.waking.front();
    const auto counted = static_cast<double>(woken.producer().measured.counted_messages);
    const auto slept = static_cast<double>(woken.consumer().measured.consumed.voluntary_switches);
    if (counted <= 0 || slept / counted < sleeps_from_switches / 2) return std::nullopt;
    const optional_figure ns = repetition_view{v.what, woken, v.clock}.figure("send_p50_ns");
    if (!ns || !one_way_is_meaningful(*ns, v.clock.uncertainty_ns())) return std::nullopt;
    return ns;
}

optional_figure hop(const repetition_view& v) {
    if (pattern_of(v.what.kind).loop == pattern_loop::ring) return v.figure("hop_ns");
    return half_difference(on_two_cpus(v), 0);
}

}  // namespace

const std::vector<metric>& unpinned_metrics() {
    static const std::vector<metric> table{
        {"same_cpu_share", "on one CPU",
         "share of the round trips in which the scheduler had both processes on one CPU", "share",
         better::neither, "sched_getcpu", worker_figure<"same_cpu_share">, 0, true},
        {"same_cpu_p50_ns", "p50 on one CPU", "median of the round trips on one CPU", "ns",
         better::lower, stamps, worker_figure<"same_cpu_p50_ns">, 0, true},
        {"apart_p50_ns", "p50 across CPUs", "median of the round trips between two CPUs", "ns",
         better::lower, stamps, worker_figure<"apart_p50_ns">, 0, true},
    };
    return table;
}

const std::vector<metric>& scheduled_metrics() {
    static const std::vector<metric> table{
        {"send_p50_ns", "p50 from the send",
         "median from the send, not from when the message was due", "ns", better::lower, stamps,
         worker_figure<"send_p50_ns">},
        {"send_p99_ns", "p99 from the send",
         "99th percentile from the send, not from when the message was due", "ns", better::lower,
         stamps, worker_figure<"send_p99_ns">},
        {"sched_lag_p99_ns", "sender late, p99", "how late the sender itself was, 99th percentile",
         "ns", better::lower, stamps, worker_figure<"sched_lag_p99_ns">, 0, true},
        {"offered_per_second", "offered", "messages that were due in a second", "1/s",
         better::neither, "the schedule", worker_figure<"offered_per_second">, 0, true},
        {"achieved_per_second", "rate kept", "messages that were sent in a second", "1/s",
         better::higher, stamps, worker_figure<"achieved_per_second">, 0, true},
        {"missed_share", "slots missed", "share of the due messages that were not sent in time",
         "share", better::lower, "stamps of the sends", worker_figure<"missed_share">, 0, true},
        {"reads_per_second", "reads",
         "reads in a second of a value that is there at will, the same one again included", "1/s",
         better::higher, "shared clock, consumer's view", worker_figure<"reads_per_second">, 0.05,
         true},
        {"seen_share", "values seen", "share of the values written that were read at least once",
         "share", better::neither, "sequence numbers", worker_figure<"seen_share">, 0, true},
        {"retried_share", "reads in vain", "share of the reads that met a write and gave nothing",
         "share", better::lower, "counted by the reader", worker_figure<"retried_share">, 0, true},
        {"write_p50_ns", "p50 of a write",
         "what a write took the writer, the median, a clock reading included", "ns", better::lower,
         stamps, worker_figure<"write_p50_ns">, 0.05, true},
        {"write_p99_ns", "p99 of a write",
         "what a write took the writer, 99th percentile, a clock reading included", "ns",
         better::lower, stamps, worker_figure<"write_p99_ns">, 0.15, true},
        {"drain_ns", "drained in", "from the first send of a burst to its last arrival", "ns",
         better::lower, stamps, worker_figure<"drain_ns">, 0.05, true},
    };
    return table;
}

const std::vector<metric>& setup_metrics() {
    static const std::vector<metric> table{
        {"construct_ns", "construct", "from nothing until both ends are ready", "ns", better::lower,
         stamps, construct, 0.05, true},
        {"first_message_ns", "first message", "the first message after that", "ns", better::lower,
         stamps, first_message, 0, true},
        {"teardown_ns", "tear down", "until both ends are closed", "ns", better::lower, stamps,
         teardown, 0, true},
        {"spawn_ns", "start both processes", "until both processes run", "ns", better::neither,
         "CLOCK_MONOTONIC_RAW of parent and workers", spawning},
    };
    return table;
}

const std::vector<metric>& switch_metrics() {
    static const std::vector<metric> table{
        {"two_cpus_ns", "2 CPUs/trip",
         "round trip of two processes on two CPUs: a wake-up each way", "ns", better::lower, stamps,
         on_two_cpus, 0.05, true},
        {"hop_ns", "hop", "from one process to the next: of two, half of two_cpus_ns", "ns",
         better::lower, stamps, hop, 0, true},
        {"syscall_copy_ns", "calls/hop", "what system calls and copies take, of a hop", "ns",
         better::lower, "half of one_process_ns", syscall_copy, 0, true},
        {"cross_core_transfer_ns", "transfer/hop",
         "what bringing data and locks to the other CPU adds, of a hop", "ns", better::lower,
         "half of a difference of medians", cross_core_transfer, 0, true},
        {"wake_up_ns", "wake-up/hop", "what sleeping and being woken adds, of a hop", "ns",
         better::lower, "half of a difference of medians", wake_up, 0, true},
        {"sleep_and_transfer_ns", "sleep+transfer/hop",
         "what transfer, sleeping and being woken add, of a hop; no sibling polls to tell them "
         "apart",
         "ns", better::lower, "half of a difference of medians", sleep_and_transfer, 0, true},
        {"post_to_running_ns", "post to running",
         "a hop by its own stamps: from the post until the woken process has it, after 0.1 ms of "
         "idle time",
         "ns", better::lower, stamps, post_to_running, 0, true},
        {"one_process_ns", "1 process/trip",
         "round trip with both ends in one process: no switch, no wake-up", "ns", better::lower,
         stamps, inside, 0, true},
        {"one_cpu_ns", "1 CPU/trip", "round trip of two processes on one CPU: a switch each way",
         "ns", better::lower, stamps, on_one_cpu, 0, true},
        {"polling_ns", "polling/trip",
         "round trip on two CPUs by the mechanism's sibling that polls: nobody sleeps", "ns",
         better::lower, stamps, by_polling, 0, true},
        {"context_switch_ns", "context switch",
         "what one context switch on one CPU adds: no part of a hop between two", "ns",
         better::lower, "difference of medians over counted switches", context_switch, 0, true},
        {"overhead_ns", "overhead", "a hop without the switch", "ns", better::lower, stamps,
         worker_figure<"overhead_ns">},
    };
    return table;
}

const std::vector<metric>& program_metrics() {
    static const std::vector<metric> table{
        {"run_ns", "whole run",
         "from the producer's start to the end of whichever program ends by itself last", "ns",
         better::lower, kernel_counts, whole_run, 0.05, true},
        {"producer_life_ns", "producer", "from its start to its end", "ns", better::neither,
         kernel_counts, worker_figure<"producer_life_ns">, 0, true},
        {"consumer_life_ns", "consumer", "from its start to its end, or until it was told to end",
         "ns", better::neither, kernel_counts, worker_figure<"consumer_life_ns">, 0, true},
    };
    return table;
}

double tracked_time_ns(const repetition_view& view) {
    switch (pattern_of(view.what.kind).loop) {
        case pattern_loop::schedule:
            if (const optional_figure drained = view.figure("drain_ns")) return *drained;
            return view.latencies().mean_ns();
        case pattern_loop::lifecycle:
            return construct(view).value_or(0) + first_message(view).value_or(0);
        case pattern_loop::exchange:
        case pattern_loop::stream:
        case pattern_loop::ring:
        case pattern_loop::life:
            break;
    }
    return view.elapsed_ns() / std::max(view.messages(), 1.0);
}

std::string hop_note(const repetition_view& view) {
    if (!pattern_of(view.what.kind).decomposed) return {};
    std::string note = view.repetition.hop_note;
    const auto add = [&note](std::string_view sentence) {
        note += (note.empty() ? "" : " ") + std::string(sentence);
    };
    const optional_figure apart = switches_of(view.repetition);
    if (apart && *apart < sleeps_from_switches)
        add("On two CPUs it does not sleep between messages: there is no wake-up to price.");
    if (!view.repetition.one_cpu.empty()) {
        const optional_figure here = switches_of(view.repetition.one_cpu.front());
        if (here && *here < sleeps_from_switches)
            add("On one CPU most round trips went without a context switch.");
    }
    return note;
}

bool is_saturated(const repetition_view& view) {
    constexpr double kept_at_least = 0.99;
    constexpr double growth_at_most = 2;
    constexpr double lag_at_most = 0.1;
    constexpr double queued_at_most = 32;
    const optional_figure offered = view.figure("offered_per_second");
    const optional_figure achieved = view.figure("achieved_per_second");
    if (!offered || !achieved) return false;
    if (*achieved < kept_at_least * *offered) return true;
    const double queued = view.latencies().quantile_ns(0.5) * *offered / 1e9;
    return queued > queued_at_most && view.figure("response_growth").value_or(1) > growth_at_most &&
           view.figure("lag_of_response").value_or(0) > lag_at_most;
}

}  // namespace ipcmark
