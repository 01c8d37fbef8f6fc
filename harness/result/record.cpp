#include <algorithm>
#include <stdexcept>

#include "harness/result/json_values.hpp"
#include "harness/result/metrics.hpp"
#include "harness/result/pattern_metrics.hpp"
#include "harness/result/sitting.hpp"
#include "harness/result/within_spawn.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 3> purpose_words{"verify", "timed", "counting"};

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
    ipc["missing"] = missing_block(what, metrics);
    within_spawn within = judge_spawn(view);
    ipc["within"] = std::move(within.facts);
    ipc["flags"] = std::move(within.flags);
    if (is_saturated(view)) ipc["flags"].push_back("saturated");
    if (auto note = parts_note(view); !note.empty()) ipc["parts_note"] = std::move(note);
}

ordered_json counting_block(const spawn_view& view) {
    const perf_counts& producer = view.producer().events;
    const perf_counts& consumer = view.consumer().events;
    const auto messages = static_cast<double>(view.producer().counted_messages);
    ordered_json block{{"source", "perf_event software counters, kernel side included"}};
    for (std::size_t i = 0; i < perf_counts::event_count; ++i) {
        const std::string key = std::string(perf_counts::names[i]) + "_per_message";
        if (producer.values[i] && consumer.values[i] && messages > 0)
            block[key] = static_cast<double>(*producer.values[i] + *consumer.values[i]) / messages;
        else
            block[key] = nullptr;
    }
    if (!producer.unavailable.empty()) block["unavailable"] = producer.unavailable;
    return block;
}

ordered_json failure_to_json(const failure& failed) {
    return {{"status", to_word(failed.ended)},
            {"code", failed.code},
            {"stage", failed.stage.empty() ? ordered_json(nullptr) : ordered_json(failed.stage)},
            {"text", failed.text}};
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
    if (purpose == spawn_purpose::counting) {
        record.entry = counting_block(view);
        return record;
    }
    for (const metric& m : all_metrics())
        record.metrics[std::string(m.key)] = m.value(view);
    record.latency_buckets = view.latencies().buckets();
    record.entry = std::move(entry);
    fill_timed_entry(record.entry, what, view, record.metrics);
    return record;
}

ordered_json to_json(const spawn_record& record) {
    ordered_json line{
        {"cell", record.cell_name},
        {"purpose", purpose_words[static_cast<std::size_t>(record.purpose)]},
        {"failed", record.failed ? failure_to_json(*record.failed) : ordered_json(nullptr)},
        {"metrics", ordered_json::object()},
        {"entry", record.entry},
        {"latency_buckets", record.latency_buckets}};
    for (const auto& [key, value] : record.metrics)
        line["metrics"][key] = or_null(value);
    return line;
}

spawn_record spawn_record_from_json(const ordered_json& line) {
    spawn_record record;
    line.at("cell").get_to(record.cell_name);
    const auto word = line.at("purpose").get<std::string>();
    const auto at = std::find(purpose_words.begin(), purpose_words.end(), word);
    if (at == purpose_words.end()) throw std::runtime_error("unknown purpose '" + word + "'");
    record.purpose = static_cast<spawn_purpose>(at - purpose_words.begin());
    if (const auto& f = line.at("failed"); !f.is_null())
        record.failed =
            failure{from_word<status>(f.at("status").get<std::string>()).value(), f.at("code"),
                    f.at("stage").is_null() ? "" : f.at("stage").get<std::string>(), f.at("text")};
    for (const auto& [key, value] : line.at("metrics").items())
        record.metrics[key] = value.is_null() ? std::nullopt : std::optional(value.get<double>());
    record.entry = line.at("entry");
    line.at("latency_buckets").get_to(record.latency_buckets);
    return record;
}

}  // namespace ipcmark
