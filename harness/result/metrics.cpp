#include "harness/result/metrics.hpp"

#include <algorithm>

#include "harness/base/clock_offset.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/result/pattern_metrics.hpp"
#include "harness/stats/autocorrelation.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view rusage_source = "getrusage";
constexpr std::string_view schedstat_source = "/proc/self/schedstat";

/// Sums a quantity over all parties and divides by the messages between the two readings.
template <class Quantity>
optional_figure per_message(const repetition_view& v, Quantity quantity) {
    const double counted = v.counted_messages();
    const optional_figure sum = sum_of_parties(
        v, [&](const worker_report& each) { return quantity(each.measured.consumed); });
    return sum && counted > 0 ? optional_figure(*sum / counted) : std::nullopt;
}

template <std::int64_t usage::*Field>
optional_figure field_per_message(const repetition_view& v) {
    return per_message(v, [](const usage& u) { return u.*Field; });
}

/// The kernel splits a process's CPU time into user and system by what the timer's ticks met: of a
/// short phase there are too few.
template <auto Field>
optional_figure split_per_message(const repetition_view& v) {
    return v.elapsed_ns() < least_split_ns ? std::nullopt : field_per_message<Field>(v);
}

/// Of all processes of the service between the two; none where one of them cannot be told.
template <class Quantity>
optional_figure service_per_message(const repetition_view& v, Quantity quantity) {
    const double counted = v.counted_messages();
    const auto& processes = v.producer().services;
    if (processes.empty() || counted <= 0) return std::nullopt;
    double sum = 0;
    for (const service_usage& each : processes) {
        if (!each.consumed) return std::nullopt;
        sum += static_cast<double>(quantity(*each.consumed));
    }
    return sum / counted;
}

/// The service's part belongs to the mechanism's cost; none without it where it cannot be told.
template <class Quantity>
optional_figure with_service(const repetition_view& v, optional_figure of_both, Quantity quantity) {
    if (!v.repetition.has_service || !of_both) return of_both;
    const optional_figure of_service = service_per_message(v, quantity);
    if (!of_service) return std::nullopt;
    return *of_both + *of_service;
}

template <std::int64_t usage::*Field, std::int64_t process_usage::*Service>
optional_figure field_of_all(const repetition_view& v) {
    return with_service(v, field_per_message<Field>(v),
                        [](const process_usage& u) { return u.*Service; });
}

template <std::optional<std::int64_t> usage::*Field>
optional_figure sum_of(const repetition_view& v) {
    return sum_of_parties(v,
                          [](const worker_report& each) { return each.measured.consumed.*Field; });
}

template <role Side>
optional_figure side_cpu_per_message(const repetition_view& v) {
    const double counted = v.counted_messages();
    if (counted <= 0) return std::nullopt;
    double sum = 0;
    v.repetition.for_each_of(Side, [&](const worker_report& each) {
        sum += static_cast<double>(each.measured.consumed.cpu_ns());
    });
    return sum / counted;
}

/// A one-way time hangs on the offset between two CPUs' clocks.
optional_figure one_way_allowed(const repetition_view& v, optional_figure ns) {
    if (!ns || !v.scheduled() || v.what.place == placement::same_cpu) return ns;
    return one_way_is_meaningful(*ns, v.clock.uncertainty_ns()) ? ns : std::nullopt;
}

template <std::size_t Index>
optional_figure quantile(const repetition_view& v) {
    if (pattern_of(v.what.kind).decomposed) return std::nullopt;  // its parts have own keys
    constexpr double q = percentiles[Index].q;
    if (!is_told_by(effective_messages(v.counted_by(), q), q)) return std::nullopt;
    return one_way_allowed(v, v.latencies().supported_quantile_ns(q));
}

optional_figure least(const repetition_view& v) {
    if (!pattern_of(v.what.kind).has_messages() || v.latencies().count() == 0) return std::nullopt;
    return one_way_allowed(v, static_cast<double>(v.latencies().least_ns()));
}

optional_figure greatest(const repetition_view& v) {
    if (!pattern_of(v.what.kind).has_messages() || v.latencies().count() == 0) return std::nullopt;
    return one_way_allowed(v, static_cast<double>(v.latencies().greatest_ns()));
}

optional_figure batch_mean(const repetition_view& v) {
    if (!pattern_of(v.what.kind).plain_exchange() || v.messages() <= 0) return std::nullopt;
    return v.elapsed_ns() * static_cast<double>(v.counting_parties()) / v.messages();
}

optional_figure message_rate(const repetition_view& v) {
    if (!v.one_way() || v.elapsed_ns() <= 0 || is_mostly_lost(v)) return std::nullopt;
    return v.messages() / v.elapsed_ns() * 1e9;
}

/// Bytes that were handed over but not touched are no bandwidth.
optional_figure wake_up_rate(const repetition_view& v) {
    if (!v.one_way() || v.what.payload_bytes > 0 || v.elapsed_ns() <= 0) return std::nullopt;
    double switches = 0;
    v.repetition.for_each_of(role::consumer, [&](const worker_report& each) {
        switches += static_cast<double>(each.measured.consumed.voluntary_switches);
    });
    return switches * 1e9 / v.elapsed_ns();
}

optional_figure byte_rate(const repetition_view& v) {
    if (v.what.reads == touch::desc || v.what.payload_bytes == 0) return std::nullopt;
    const optional_figure rate = message_rate(v);
    if (!rate) return std::nullopt;
    return *rate * static_cast<double>(v.what.payload_bytes);
}

optional_figure lost_share(const repetition_view& v) {
    const pattern_info& row = pattern_of(v.what.kind);
    if (!row.has_messages() || row.at_will) return std::nullopt;
    const double lost = v.lost();
    const double all = v.messages() + (row.both_ways() ? 0 : lost);
    return all > 0 ? optional_figure(lost / all) : std::nullopt;
}

optional_figure cpu(const repetition_view& v) {
    return with_service(v, per_message(v, [](const usage& u) { return u.cpu_ns(); }),
                        [](const process_usage& u) { return u.cpu_ns; });
}

std::optional<double> note_of(const worker_report& report, const char* key) {
    const auto at = report.measured.figures.find(key);
    return at == report.measured.figures.end() ? std::nullopt : std::optional(at->second);
}

/// At a rate that the schedule sets: a closed loop would only say how fast it goes round. What the
/// producer spins until a message is due is the instrument's; at most what it used at all, since it
/// may have been preempted meanwhile.
optional_figure core_share(const repetition_view& v) {
    const optional_figure each = cpu(v);
    if (!v.scheduled() || !each || v.elapsed_ns() <= 0) return std::nullopt;
    double pacing_ns = 0;
    v.repetition.for_each_of(role::producer, [&](const worker_report& producer) {
        pacing_ns += std::min(note_of(producer, "pacing_ns").value_or(0),
                              static_cast<double>(producer.measured.consumed.cpu_ns()));
    });
    return (*each * v.counted_messages() - pacing_ns) / v.elapsed_ns();
}

optional_figure service_cpu(const repetition_view& v) {
    return service_per_message(v, [](const process_usage& u) { return u.cpu_ns; });
}

optional_figure switches(const repetition_view& v) {
    return with_service(v, per_message(v, [](const usage& u) { return u.switches(); }),
                        [](const process_usage& u) { return u.switches(); });
}

optional_figure block_mean(const repetition_view& v) {
    const auto exchanges = static_cast<double>(v.producer().untimed_exchanges);
    if (exchanges <= 0) return std::nullopt;
    return static_cast<double>(v.producer().untimed_ns) / exchanges;
}

optional_figure run_delay(const repetition_view& v) {
    const optional_figure sum = sum_of<&usage::run_delay_ns>(v);
    const double counted = v.counted_messages();
    if (!sum || counted <= 0) return std::nullopt;
    return *sum / counted;
}

optional_figure peak_memory(const repetition_view& v) {
    return sum_of_parties(v, [](const worker_report& each) { return each.peak_resident_bytes; });
}

/// Beyond what a worker holds without a channel, and its logs. Shared memory is in every process
/// that maps it: of those parts the largest counts.
optional_figure mechanism_memory(const repetition_view& v) {
    double shared = 0;
    double most_shared = 0;
    const optional_figure all = sum_of_parties(v, [&](const worker_report& each) {
        const auto own = note_of(each, "own_resident_bytes");
        if (!own || !each.peak_resident_bytes) return optional_figure();
        const double log = note_of(each, "log_bytes").value_or(0);
        const bool made_log = &each.measured == &v.producer();
        const double mapped =
            std::max(note_of(each, "shared_bytes").value_or(0) - (made_log ? log : 0), 0.0);
        shared += mapped;
        most_shared = std::max(most_shared, mapped);
        return optional_figure(static_cast<double>(*each.peak_resident_bytes) - *own - log);
    });
    return all ? optional_figure(std::max(*all - (shared - most_shared), 0.0)) : std::nullopt;
}

}  // namespace

std::optional<double> repetition_view::figure(const std::string& key) const {
    for (const auto* side : {&consumer(), &producer()})
        if (const auto at = side->figures.find(key); at != side->figures.end()) return at->second;
    return std::nullopt;
}

double effective_messages(const worker_report& report, double q) {
    return effective_count(report.latencies_in_order, static_cast<double>(report.latencies.count()),
                           q);
}

bool is_told_by(double effective_messages, double q) {
    constexpr double least_beyond = 10;
    return q <= 0.5 || effective_messages * (1 - q) >= least_beyond;
}

bool is_mostly_lost(const repetition_view& v) {
    constexpr double least_received = 100;
    return v.one_way() && v.messages() < least_received && v.lost() > 0;
}

double repetition_view::lost() const {
    double sum = 0;
    repetition.for_each_of(pattern_of(what.kind).counted_by, [&](const worker_report& each) {
        sum += static_cast<double>(each.measured.lost);
    });
    return sum;
}

double repetition_view::counted_messages() const {
    double sum = 0;
    repetition.for_each_of(role::producer, [&](const worker_report& each) {
        sum += static_cast<double>(each.measured.counted_messages);
    });
    return sum;
}

double repetition_view::messages() const {
    double sum = 0;
    repetition.for_each_of(pattern_of(what.kind).counted_by, [&](const worker_report& each) {
        sum += static_cast<double>(each.measured.messages);
    });
    return sum;
}

double repetition_view::elapsed_ns() const {
    std::uint64_t first_ticks = producer().first_ticks;
    std::uint64_t last_ticks = 0;
    repetition.for_each_of(role::producer, [&](const worker_report& each) {
        first_ticks = std::min(first_ticks, each.measured.first_ticks);
    });
    repetition.for_each_of(pattern_of(what.kind).counted_by, [&](const worker_report& each) {
        last_ticks = std::max(last_ticks, each.measured.last_ticks);
    });
    return static_cast<double>(clock.to_ns(first_ticks, last_ticks));
}

const std::vector<metric>& all_metrics() {
    static const std::vector<metric> table = [] {
        std::vector<metric> all = common_metrics();
        const auto add = [&all](const std::vector<metric>& more) {
            all.insert(all.end(), more.begin(), more.end());
        };
        add(unpinned_metrics());
        add(party_metrics());
        add(scheduled_metrics());
        add(setup_metrics());
        add(switch_metrics());
        add(program_metrics());
        return all;
    }();
    return table;
}

const std::vector<metric>& common_metrics() {
    static const std::vector<metric> table{
        {percentiles[0].key, "p50", "half of the times were no longer", "ns", better::lower, stamps,
         quantile<0>, 0.05, true},
        {percentiles[1].key, "p90", "nine in ten times were no longer", "ns", better::lower, stamps,
         quantile<1>, 0.10, true},
        {percentiles[2].key, "p99", "99 in 100 times were no longer", "ns", better::lower, stamps,
         quantile<2>, 0.15, true},
        {percentiles[3].key, "p99.9", "999 in 1,000 times were no longer", "ns", better::lower,
         stamps, quantile<3>},
        {percentiles[4].key, "p99.99", "9,999 in 10,000 times were no longer", "ns", better::lower,
         stamps, quantile<4>},
        {"min_ns", "min of a repetition", "the fastest message of a repetition", "ns",
         better::lower, stamps, least},
        {"max_ns", "max of a repetition", "the slowest message of a repetition", "ns",
         better::lower, stamps, greatest},
        {"mean_ns", "mean", "the time of the whole phase over its messages", "ns", better::lower,
         "shared clock, whole batch", batch_mean},
        {"block_mean_ns", "mean without clock readings",
         "the same without reading the clock at each message", "ns", better::lower,
         "shared clock, a block without stamps", block_mean},
        {"messages_per_second", "messages", "messages that arrived in a second", "1/s",
         better::higher, "shared clock, consumer's view", message_rate, 0.05, true},
        {"bytes_per_second", "bytes", "payload that arrived in a second", "B/s", better::higher,
         "shared clock, consumer's view", byte_rate, 0.05, true},
        {"deliveries_per_second", "deliveries",
         "times in a second that the consumer took what had been posted, one or many at once",
         "1/s", better::neither, "counted by the consumer",
         [](const repetition_view& v) { return v.figure("deliveries_per_second"); }, 0, true},
        {"wake_ups_per_second", "wake-ups",
         "times in a second that the consumer had gone to sleep and was woken; of notifications, "
         "many of which one wake-up may answer",
         "1/s", better::neither, rusage_source, wake_up_rate, 0, true},
        {"lost_share", "lost", "share of the messages sent that never arrived", "share",
         better::lower, "sequence numbers", lost_share, 0, true},
        {"switches_per_message", "switches/msg", "context switches of all processes per message",
         "1/message", better::lower, rusage_source, switches, 0, true},
        {"voluntary_switches_per_message", "voluntary switches/msg",
         "a process slept and was woken", "1/message", better::neither, rusage_source,
         field_of_all<&usage::voluntary_switches, &process_usage::voluntary_switches>},
        {"involuntary_switches_per_message", "involuntary switches/msg", "a process was preempted",
         "1/message", better::neither, rusage_source,
         field_of_all<&usage::involuntary_switches, &process_usage::involuntary_switches>},
        {"cpu_ns_per_message", "CPU/msg", "CPU time of all processes per message", "ns/message",
         better::lower, rusage_source, cpu, 0.05, true},
        {"core_share", "CPU of a core",
         "CPU time of all processes at this rate, of what one core has to give; without the time "
         "that the sender spins until a message is due",
         "share", better::lower, rusage_source, core_share, 0, true},
        {"producer_cpu_ns_per_message", "of it the producer's",
         "CPU time of the producer per message", "ns/message", better::lower, rusage_source,
         side_cpu_per_message<role::producer>},
        {"consumer_cpu_ns_per_message", "of it the consumer's",
         "CPU time of the consumer per message", "ns/message", better::lower, rusage_source,
         side_cpu_per_message<role::consumer>},
        {"service_cpu_ns_per_message", "of it the service's",
         "CPU time per message of the service between them, all of its processes", "ns/message",
         better::lower, "/proc/PID/task/*/schedstat of the service", service_cpu},
        {"user_ns_per_message", "user CPU/msg", "CPU time outside of the kernel per message",
         "ns/message", better::lower, rusage_source, split_per_message<&usage::user_ns>},
        {"system_ns_per_message", "kernel CPU/msg", "CPU time in the kernel per message",
         "ns/message", better::lower, rusage_source, split_per_message<&usage::system_ns>},
        {"run_delay_ns_per_message", "ready but not running/msg",
         "time in which a process could run and another did, per message", "ns/message",
         better::lower, schedstat_source, run_delay},
        {"minor_faults_per_message", "minor faults/msg",
         "page faults without reading a disk, per message", "1/message", better::lower,
         rusage_source, field_per_message<&usage::minor_faults>},
        {"major_faults_per_message", "major faults/msg",
         "page faults that read a disk, per message", "1/message", better::lower, rusage_source,
         field_per_message<&usage::major_faults>},
        {"migrations", "CPU migrations", "how often the kernel moved a process to another CPU", "1",
         better::lower, "/proc/self/sched", sum_of<&usage::migrations>},
        {"peak_rss_bytes", "peak memory", "most memory of both processes", "B", better::lower,
         "VmHWM, both processes", peak_memory},
        {"memory_bytes", "memory of the mechanism",
         "most memory that the mechanism takes in all processes: shared memory counts once, what a "
         "worker holds without a channel not at all; queues of the kernel are not in it",
         "B", better::lower, "VmHWM, VmRSS and RssShmem of all processes", mechanism_memory},
    };
    return table;
}

}  // namespace ipcmark
