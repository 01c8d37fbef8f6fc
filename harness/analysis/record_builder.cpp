#include "harness/analysis/record_builder.hpp"

#include "harness/analysis/within_repetition.hpp"
#include "harness/result/counting_metrics.hpp"
#include "harness/result/json_values.hpp"
#include "harness/result/metrics.hpp"
#include "harness/result/pattern_metrics.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

ordered_json peer_block(role side, const worker_report& report, int cpu) {
    const measurement& m = report.measured;
    const usage& used = m.consumed;
    return {{"role", to_word(side)},
            {"cpu", cpu == no_cpu ? ordered_json(nullptr) : ordered_json(cpu)},
            {"last_cpu", report.last_cpu},
            {"counted_messages", m.counted_messages},
            {"user_ns", used.user_ns},
            {"system_ns", used.system_ns},
            {"voluntary_switches", used.voluntary_switches},
            {"involuntary_switches", used.involuntary_switches},
            {"minor_faults", used.minor_faults},
            {"major_faults", used.major_faults},
            {"run_delay_ns", or_null(used.run_delay_ns)},
            {"migrations", or_null(used.migrations)},
            {"peak_rss_bytes", or_null(report.peak_resident_bytes)},
            {"notes", report.notes}};
}

ordered_json auxiliary_block(const spawn_view& view) {
    const auto& used = view.producer().auxiliary;
    if (!used) return {{"role", "auxiliary"}, {"unavailable", "/proc did not tell"}};
    return {{"role", "auxiliary"},
            {"cpu", nullptr},
            {"placement_note", "not pinned: it runs where the scheduler puts it"},
            {"last_cpu", used->last_cpu},
            {"counted_messages", view.producer().counted_messages},
            {"cpu_ns", used->cpu_ns},
            {"voluntary_switches", used->voluntary_switches},
            {"involuntary_switches", used->involuntary_switches},
            {"threads", used->threads}};
}

ordered_json layout_block(const spawn_layout& layout) {
    if (layout == spawn_layout{}) return nullptr;
    return {{"environment_pad_bytes", layout.environment_pad_bytes},
            {"stack_pad_bytes", layout.stack_pad_bytes},
            {"region_offset_bytes", layout.region_offset_bytes}};
}

/// Why a metric that this pattern should have is null.
ordered_json missing_block(const cell& what,
                           const std::map<std::string, std::optional<double>>& metrics) {
    ordered_json missing = ordered_json::object();
    if (what.kind == pattern::round_trip)
        for (const auto& [q, key] : percentiles)
            if (!metrics.at(std::string(key))) missing[std::string(key)] = "insufficient_samples";
    if (what.kind == pattern::paced || what.kind == pattern::wake || what.kind == pattern::burst)
        for (const auto& [q, key] : percentiles)
            if (!metrics.at(std::string(key)))
                missing[std::string(key)] = "insufficient_samples_or_clock_uncertainty";
    if (what.kind == pattern::one_way && what.reads == touch::desc)
        missing["bytes_per_second"] = "untouched_payload";
    for (const char* key : {"run_delay_ns_per_message", "migrations", "peak_rss_bytes"})
        if (!metrics.at(key)) missing[key] = "not_told_by_the_kernel";
    return missing;
}

/// Rates over blocks of about 5 ms, to show stalls inside a stream.
ordered_json block_rates(const measurement& consumer, const shared_clock& clock) {
    histogram spans;
    for (std::size_t i = 1; i < consumer.block_ticks.size(); ++i)
        spans.record(clock.to_ns(consumer.block_ticks[i - 1], consumer.block_ticks[i]));
    if (spans.count() < 4) return nullptr;
    const auto rate = [&](double span_ns) {
        return static_cast<double>(consumer.block_messages) / span_ns * 1e9;
    };
    return {{"blocks", spans.count()},
            {"median_messages_per_second", rate(spans.quantile_ns(0.5))},
            {"slowest_messages_per_second", rate(static_cast<double>(spans.greatest_ns()))}};
}

void fill_timed_entry(ordered_json& entry, const cell& what, const spawn_view& view,
                      const std::map<std::string, std::optional<double>>& metrics) {
    for (const auto& [key, value] : metrics)
        entry[key] = or_null(value);
    // The names that Google Benchmark's tools look for.
    if (const auto& rate = metrics.at("messages_per_second")) entry["items_per_second"] = *rate;
    ordered_json& ipc = entry["ipc"];
    ipc["messages"] = static_cast<std::uint64_t>(view.messages());
    const measurement& reader =
        view.one_way() || view.scheduled() ? view.consumer() : view.producer();
    ipc["lost"] = reader.lost;
    ipc["out_of_order"] = reader.out_of_order;
    ipc["elapsed_ns"] = static_cast<std::int64_t>(view.elapsed_ns());
    ipc["warm_up_messages"] = view.producer().warm_up_messages;
    ipc["warm_up_ns"] = view.producer().warm_up_ns;
    ipc["wall_s"] = view.spawn.wall_s;
    if (view.one_way()) ipc["blocks"] = block_rates(view.consumer(), view.clock);
    ipc["peers"] = {peer_block(role::producer, view.spawn.producer(), view.spawn.cpus[0]),
                    peer_block(role::consumer, view.spawn.consumer(), view.spawn.cpus[1])};
    if (view.spawn.has_auxiliary) ipc["peers"].push_back(auxiliary_block(view));
    ipc["layout"] = layout_block(view.spawn.layout);
    ipc["missing"] = missing_block(what, metrics);
    within_spawn within = judge_spawn(view);
    ipc["within"] = std::move(within.facts);
    ipc["flags"] = std::move(within.flags);
    if (is_saturated(view)) ipc["flags"].push_back("saturated");
    if (auto note = parts_note(view); !note.empty()) ipc["parts_note"] = std::move(note);
}

}  // namespace

spawn_record make_record(const cell& what, spawn_purpose purpose, const spawn_result& spawn,
                         const shared_clock& clock, ordered_json entry) {
    spawn_record record;
    record.cell_name = what.name();
    record.purpose = purpose;
    record.failed = spawn.failed;
    if (spawn.failed) return record;
    const spawn_view view{what, spawn, clock};
    if (purpose == spawn_purpose::verify) {
        record.entry = {{"status", "ok"},
                        {"messages", static_cast<std::uint64_t>(view.messages())}};
        return record;
    }
    for (const metric& m : metrics_of(purpose))
        record.metrics[std::string(m.key)] = m.value(view);
    if (purpose == spawn_purpose::counting) {
        record.entry = counting_block(view);
        return record;
    }
    if (purpose == spawn_purpose::idle) return record;
    record.latency_buckets = view.latencies().buckets();
    record.entry = std::move(entry);
    fill_timed_entry(record.entry, what, view, record.metrics);
    return record;
}

}  // namespace ipcmark
