#include "harness/worker/protocol.hpp"

#include <span>

#include <nlohmann/json.hpp>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"

namespace ipcmark {

using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(pacing, rate_hz, poisson, gap_ns, burst, may_spin, seed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(effort, warm_up_messages, warm_up_min_ns, warm_up_max_ns,
                                   timed_ns, max_messages, count_events, idle, untimed_block,
                                   inside, pace)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(spawn_layout, environment_pad_bytes, stack_pad_bytes,
                                   region_offset_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(process_usage, cpu_ns, voluntary_switches, involuntary_switches,
                                   threads, last_cpu)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(clock_parameters, use_tsc, ns_per_tick_q32, stamp_cost_ns,
                                   cross_cpu_offset_low_ns, cross_cpu_offset_high_ns,
                                   cross_cpu_checked, reason)

namespace {

template <class Enum>
Enum word_at(const json& object, const char* key) {
    return from_word<Enum>(object.at(key).get<std::string>()).value();
}

template <class T>
json or_null(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
}

template <class T>
std::optional<T> optional_at(const json& object, const char* key) {
    const json& value = object.at(key);
    return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

json usage_to_json(const usage& u) {
    return {u.user_ns,      u.system_ns,    u.voluntary_switches,    u.involuntary_switches,
            u.minor_faults, u.major_faults, or_null(u.run_delay_ns), or_null(u.migrations)};
}

std::optional<std::int64_t> optional_number(const json& value) {
    return value.is_null() ? std::nullopt : std::optional(value.get<std::int64_t>());
}

usage usage_from_json(const json& j) {
    return {j.at(0),
            j.at(1),
            j.at(2),
            j.at(3),
            j.at(4),
            j.at(5),
            optional_number(j.at(6)),
            optional_number(j.at(7))};
}

json events_to_json(const perf_counts& counts) {
    json values = json::array();
    for (const auto& value : counts.values)
        values.push_back(or_null(value));
    return {{"values", std::move(values)}, {"notes", counts.notes}};
}

perf_counts events_from_json(const json& j) {
    perf_counts counts;
    for (std::size_t i = 0; i < counts.values.size(); ++i)
        if (const json& value = j.at("values").at(i); !value.is_null())
            counts.values[i] = value.get<std::uint64_t>();
    j.at("notes").get_to(counts.notes);
    return counts;
}

json measurement_to_json(const measurement& m) {
    return {{"warm_up_messages", m.warm_up_messages},
            {"warm_up_ns", m.warm_up_ns},
            {"messages", m.messages},
            {"counted_messages", m.counted_messages},
            {"lost", m.lost},
            {"out_of_order", m.out_of_order},
            {"first_ticks", m.first_ticks},
            {"last_ticks", m.last_ticks},
            {"usage", usage_to_json(m.consumed)},
            {"events", events_to_json(m.events)},
            {"energy_uj", or_null(m.energy.microjoules)},
            {"energy_note", m.energy.note},
            {"auxiliary", or_null(m.auxiliary)},
            {"auxiliary_events", events_to_json(m.auxiliary_events)},
            {"untimed_exchanges", m.untimed_exchanges},
            {"untimed_ns", m.untimed_ns},
            {"block_ticks", m.block_ticks},
            {"block_messages", m.block_messages},
            {"figures", m.figures}};
}

measurement measurement_from_json(const json& j) {
    measurement m;
    j.at("warm_up_messages").get_to(m.warm_up_messages);
    j.at("warm_up_ns").get_to(m.warm_up_ns);
    j.at("messages").get_to(m.messages);
    j.at("counted_messages").get_to(m.counted_messages);
    j.at("lost").get_to(m.lost);
    j.at("out_of_order").get_to(m.out_of_order);
    j.at("first_ticks").get_to(m.first_ticks);
    j.at("last_ticks").get_to(m.last_ticks);
    m.consumed = usage_from_json(j.at("usage"));
    m.events = events_from_json(j.at("events"));
    m.energy = {optional_at<std::uint64_t>(j, "energy_uj"), j.at("energy_note")};
    m.auxiliary = optional_at<process_usage>(j, "auxiliary");
    m.auxiliary_events = events_from_json(j.at("auxiliary_events"));
    j.at("untimed_exchanges").get_to(m.untimed_exchanges);
    j.at("untimed_ns").get_to(m.untimed_ns);
    j.at("block_ticks").get_to(m.block_ticks);
    j.at("block_messages").get_to(m.block_messages);
    j.at("figures").get_to(m.figures);
    return m;
}

json failure_to_json(const std::optional<failure>& failed) {
    if (!failed) return nullptr;
    return {{"status", to_word(failed->ended)},
            {"code", failed->code},
            {"stage", failed->stage},
            {"text", failed->text}};
}

std::optional<failure> failure_from_json(const json& j) {
    if (j.is_null()) return std::nullopt;
    return failure{word_at<status>(j, "status"), j.at("code"), j.at("stage"), j.at("text")};
}

}  // namespace

std::string encode(const job& task) {
    const cell& what = task.what;
    json j{{"transport", what.transport},
           {"pattern", to_word(what.kind)},
           {"payload_bytes", what.payload_bytes},
           {"placement", to_word(what.place)},
           {"touch", to_word(what.reads)},
           {"depth", what.depth},
           {"parameter", what.varied.value},
           {"working_set_bytes", what.varied.working_set_bytes},
           {"side", to_word(task.side)},
           {"cpu", task.cpu},
           {"name", task.name},
           {"directory", task.directory},
           {"tag", task.tag},
           {"effort", task.work},
           {"clock", task.clock},
           {"law", task.law},
           {"floor", task.floor},
           {"layout", task.layout},
           {"auxiliary_pid", task.auxiliary_pid},
           {"die_entering", nullptr}};
    if (task.die_entering) j["die_entering"] = static_cast<std::uint32_t>(*task.die_entering);
    return j.dump();
}

job decode_job(const std::string& text) {
    const json j = json::parse(text);
    job task;
    task.what = {j.at("transport"),          word_at<pattern>(j, "pattern"),
                 j.at("payload_bytes"),      word_at<placement>(j, "placement"),
                 word_at<touch>(j, "touch"), j.at("depth")};
    j.at("parameter").get_to(task.what.varied.value);
    j.at("working_set_bytes").get_to(task.what.varied.working_set_bytes);
    task.side = word_at<role>(j, "side");
    j.at("cpu").get_to(task.cpu);
    j.at("name").get_to(task.name);
    j.at("directory").get_to(task.directory);
    j.at("tag").get_to(task.tag);
    j.at("effort").get_to(task.work);
    j.at("clock").get_to(task.clock);
    j.at("law").get_to(task.law);
    j.at("floor").get_to(task.floor);
    j.at("layout").get_to(task.layout);
    j.at("auxiliary_pid").get_to(task.auxiliary_pid);
    if (const auto entering = optional_at<std::uint32_t>(j, "die_entering"))
        task.die_entering = static_cast<stage>(*entering);
    return task;
}

std::string encode(const worker_report& report) {
    return json{{"failed", failure_to_json(report.failed)},
                {"measured", measurement_to_json(report.measured)},
                {"latencies", report.latencies.buckets()},
                {"least_ns", report.latencies.least_ns()},
                {"greatest_ns", report.latencies.greatest_ns()},
                {"latencies_in_order", report.latencies_in_order},
                {"order_stride", report.order_stride},
                {"peak_resident_bytes", or_null(report.peak_resident_bytes)},
                {"last_cpu", report.last_cpu},
                {"started_ns", report.started_ns},
                {"notes", report.notes}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

worker_report decode_report(const std::string& text) {
    const json j = json::parse(text);
    worker_report report;
    report.failed = failure_from_json(j.at("failed"));
    report.measured = measurement_from_json(j.at("measured"));
    for (const auto& bucket : j.at("latencies"))
        report.latencies.add_bucket(bucket.at(0).get<std::size_t>(),
                                    bucket.at(1).get<std::uint64_t>());
    if (report.latencies.count() > 0)
        report.latencies.set_extremes(j.at("least_ns").get<std::uint64_t>(),
                                      j.at("greatest_ns").get<std::uint64_t>());
    j.at("latencies_in_order").get_to(report.latencies_in_order);
    j.at("order_stride").get_to(report.order_stride);
    report.peak_resident_bytes = optional_at<std::int64_t>(j, "peak_resident_bytes");
    j.at("last_cpu").get_to(report.last_cpu);
    j.at("started_ns").get_to(report.started_ns);
    j.at("notes").get_to(report.notes);
    return report;
}

void send_frame(int fd, const std::string& text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    write_exact(fd, std::as_bytes(std::span(&length, 1)));
    write_exact(fd, std::as_bytes(std::span(text)));
}

bool receive_frame(int fd, std::string& text) {
    constexpr std::uint32_t frame_limit_bytes = 64u << 20;
    std::uint32_t length = 0;
    if (!read_exact(fd, std::as_writable_bytes(std::span(&length, 1)))) return false;
    if (length > frame_limit_bytes) throw peer_gone("a worker sent a frame beyond 64 MiB");
    text.resize(length);
    if (length > 0 && !read_exact(fd, std::as_writable_bytes(std::span(text))))
        throw peer_gone("a worker ended inside its report");
    return true;
}

}  // namespace ipcmark
