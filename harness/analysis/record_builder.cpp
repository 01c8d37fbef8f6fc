#include "harness/analysis/record_builder.hpp"

#include <algorithm>

#include "harness/analysis/within_repetition.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/result/counting_metrics.hpp"
#include "harness/result/metrics.hpp"
#include "harness/result/pattern_metrics.hpp"

namespace ipcmark {

namespace {

using metric_values = std::map<std::string, std::optional<double>>;

peer_record peer_of(const party& who, const worker_report& report) {
    const measurement& m = report.measured;
    const usage& used = m.consumed;
    peer_record peer;
    peer.role = to_word(who.side);
    if (who.cpu != no_cpu) peer.cpu = who.cpu;
    peer.last_cpu = report.last_cpu;
    peer.counted_messages = m.counted_messages;
    peer.user_ns = used.user_ns;
    peer.system_ns = used.system_ns;
    peer.voluntary_switches = used.voluntary_switches;
    peer.involuntary_switches = used.involuntary_switches;
    peer.minor_faults = used.minor_faults;
    peer.major_faults = used.major_faults;
    peer.run_delay_ns = used.run_delay_ns;
    peer.migrations = used.migrations;
    peer.peak_rss_bytes = report.peak_resident_bytes;
    peer.notes = report.notes;
    return peer;
}

/// What tells one of several from the others.
void tell_own_figures(const worker_report& report, peer_record& peer) {
    peer.messages = report.measured.messages;
    peer.p50_ns = report.latencies.supported_quantile_ns(0.5);
    peer.p99_ns = report.latencies.supported_quantile_ns(0.99);
}

peer_record peer_of(const service_usage& process, const repetition_view& view) {
    peer_record peer;
    peer.role = "service";
    if (!process.name.empty()) peer.name = process.name;
    const auto& used = process.consumed;
    if (!used) {
        peer.unavailable = "/proc did not tell";
        return peer;
    }
    peer.placement_note = "not pinned: it runs where the scheduler puts it";
    peer.last_cpu = used->last_cpu;
    peer.counted_messages = view.producer().counted_messages;
    peer.cpu_ns = used->cpu_ns;
    peer.voluntary_switches = used->voluntary_switches;
    peer.involuntary_switches = used->involuntary_switches;
    peer.threads = used->threads;
    return peer;
}

/// Why a metric that this pattern should have is null.
std::map<std::string, std::string> missing_of(const repetition_view& view,
                                              const metric_values& metrics) {
    std::map<std::string, std::string> missing;
    const char* why = pattern_of(view.what.kind).at_will &&
                              view.messages() < static_cast<double>(least_state_values)
                          ? "fewer_than_100_values"
                      : view.what.kind == pattern::round_trip ? "insufficient_samples"
                      : view.scheduled() ? "insufficient_samples_or_clock_uncertainty"
                                         : nullptr;
    if (why != nullptr)
        for (const auto& [q, key] : percentiles)
            if (!metrics.at(std::string(key)))
                missing[std::string(key)] =
                    view.latencies().supported_quantile_ns(q) &&
                            !is_told_by(effective_messages(view.counted_by(), q), q)
                        ? "dependent_samples"
                        : why;
    if (view.one_way() && view.what.reads == touch::desc)
        missing["bytes_per_second"] = "untouched_payload";
    if (is_mostly_lost(view))
        for (const char* key : {"messages_per_second", "bytes_per_second"})
            missing[key] = "fewer_than_100_received";
    for (const char* key :
         {"run_delay_ns_per_message", "migrations", "peak_rss_bytes", "memory_bytes"})
        if (!metrics.at(key)) missing[key] = "not_told_by_the_kernel";
    for (const char* key : {"user_ns_per_message", "system_ns_per_message"})
        if (!metrics.at(key) && view.elapsed_ns() < least_split_ns)
            missing[key] = "phase_too_short_for_ticks";
    return missing;
}

std::optional<std::map<std::string, double>> effective_messages_of(const repetition_view& view) {
    if (!pattern_of(view.what.kind).has_messages() || view.latencies().count() == 0)
        return std::nullopt;
    std::map<std::string, double> worth;
    for (const auto& [q, key] : percentiles)
        if (q > 0.5) worth[std::string(key)] = effective_messages(view.counted_by(), q);
    return worth;
}

std::optional<block_rates> rates_of_blocks(const measurement& consumer, const shared_clock& clock) {
    constexpr std::uint64_t least_blocks = 4;
    histogram spans;
    for (std::size_t i = 1; i < consumer.block_ticks.size(); ++i)
        spans.record(clock.to_ns(consumer.block_ticks[i - 1], consumer.block_ticks[i]));
    if (spans.count() < least_blocks) return std::nullopt;
    const auto rate = [&](double span_ns) {
        return static_cast<double>(consumer.block_messages) / span_ns * 1e9;
    };
    return block_rates{spans.count(), rate(spans.quantile_ns(0.5)),
                       rate(static_cast<double>(spans.greatest_ns()))};
}

message_times times_of(const repetition_view& view) {
    double cpu_ns = 0;
    for (const worker_report& each : view.repetition.sides)
        cpu_ns += static_cast<double>(each.measured.consumed.cpu_ns());
    return {tracked_time_ns(view), cpu_ns / std::max(view.counted_messages(), 1.0)};
}

timed_facts facts_of(const repetition_view& view, const metric_values& metrics,
                     const timed_context& context) {
    timed_facts facts;
    facts.cell = view.what.name();
    facts.sequence = context.sequence;
    facts.round = context.round;
    facts.attempt = context.attempt;
    facts.started_s = view.repetition.started_s;
    facts.how = context.noise.verdict;
    facts.noise = context.noise;
    facts.clock = context.clock;
    facts.messages = static_cast<std::uint64_t>(view.messages());
    facts.lost = static_cast<std::uint64_t>(view.lost());
    view.repetition.for_each_of(
        pattern_of(view.what.kind).counted_by,
        [&facts](const worker_report& each) { facts.out_of_order += each.measured.out_of_order; });
    facts.elapsed_ns = static_cast<std::int64_t>(view.elapsed_ns());
    facts.warm_up_messages = view.producer().warm_up_messages;
    facts.warm_up_ns = view.producer().warm_up_ns;
    facts.wall_s = view.repetition.wall_s;
    if (view.one_way()) facts.blocks = rates_of_blocks(view.consumer(), view.clock);
    for (std::size_t i = 0; i < view.repetition.parties.size(); ++i)
        facts.peers.push_back(peer_of(view.repetition.parties[i], view.repetition.sides.at(i)));
    if (!view.what.among.is_pair())
        for (std::size_t i = 0; i < facts.peers.size(); ++i)
            tell_own_figures(view.repetition.sides.at(i), facts.peers[i]);
    for (const service_usage& process : view.producer().services)
        facts.peers.push_back(peer_of(process, view));
    if (view.repetition.layout != memory_layout{}) facts.layout = view.repetition.layout;
    facts.missing = missing_of(view, metrics);
    facts.effective_messages = effective_messages_of(view);
    repetition_flags within = flags_of_repetition(view);
    facts.within = within.facts;
    facts.flags = std::move(within.flags);
    if (is_saturated(view)) facts.flags.emplace_back("saturated");
    if (std::string note = hop_note(view); !note.empty()) facts.hop_note = std::move(note);
    return facts;
}

}  // namespace

repetition_record make_record(const cell& what, purpose why, const repetition_result& outcome,
                              const shared_clock& clock, const timed_context& context) {
    repetition_record record;
    record.cell = what.name();
    record.why = why;
    record.failed = outcome.failed;
    if (outcome.failed) return record;
    const repetition_view view{what, outcome, clock};
    if (why == purpose::verify) {
        record.verify = verify_facts{status::ok, static_cast<std::uint64_t>(view.messages())};
        return record;
    }
    for (const metric& m : metrics_of(why))
        record.metrics[std::string(m.key)] = m.value(view);
    if (why == purpose::counting) record.counting = count_events(view);
    if (why != purpose::timed) return record;
    record.latency_buckets = view.latencies().buckets();
    record.timed = facts_of(view, record.metrics, context);
    record.times = times_of(view);
    return record;
}

}  // namespace ipcmark
