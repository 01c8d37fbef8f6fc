#include "harness/result/counting_metrics.hpp"

#include <array>

#include "harness/result/idle_share.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

using value = std::optional<double>;

constexpr std::string_view suffix = "_per_message";
constexpr std::string_view energy_key = "energy_nj_per_message";

enum event : std::size_t {
    context_switches,
    cpu_migrations,
    page_faults,
    task_clock_ns,
    syscalls,
    cycles,
    instructions,
    llc_misses
};
static_assert(perf_counts::names[syscalls] == "syscalls");
static_assert(perf_counts::names[llc_misses] == "llc_misses");

struct figure {
    value per_message;
    std::string note;  // its source, or why there is none
};

value per_message(const spawn_view& v, double count) {
    const auto messages = static_cast<double>(v.producer().counted_messages);
    return messages > 0 ? value(count / messages) : std::nullopt;
}

/// What getrusage says where perf events are refused.
std::optional<std::int64_t> from_rusage(const spawn_view& v, std::size_t which) {
    const usage& a = v.producer().consumed;
    const usage& b = v.consumer().consumed;
    if (which == context_switches) return a.switches() + b.switches();
    if (which == page_faults)
        return a.minor_faults + a.major_faults + b.minor_faults + b.major_faults;
    return std::nullopt;
}

figure count(const spawn_view& v, std::size_t which) {
    const perf_counts& producer = v.producer().events;
    const perf_counts& consumer = v.consumer().events;
    const perf_counts& daemon = v.producer().auxiliary_events;
    // Without a peer there is one process.
    const bool alone = v.consumer().counted_messages == 0 && !v.one_way();
    const auto& first = producer.values[which];
    const auto& second = consumer.values[which];
    if (!first || (!second && !alone)) {
        const std::string& why = first ? consumer.notes[which] : producer.notes[which];
        if (const auto other = from_rusage(v, which))
            return {per_message(v, static_cast<double>(*other)), "getrusage; " + why};
        return {std::nullopt, why};
    }
    std::uint64_t sum = *first + second.value_or(0);
    std::string source = producer.notes[which];
    if (v.spawn.has_auxiliary) {
        sum += daemon.values[which].value_or(0);
        if (!daemon.values[which]) source += ", without the daemon: " + daemon.notes[which];
    }
    return {per_message(v, static_cast<double>(sum)), source};
}

figure energy(const spawn_view& v) {
    constexpr double nanojoules = 1000;
    const energy_count& drawn = v.producer().energy;
    if (!drawn.microjoules) return {std::nullopt, drawn.note};
    return {per_message(v, nanojoules * static_cast<double>(*drawn.microjoules)), drawn.note};
}

template <std::size_t Event>
value event_value(const spawn_view& v) {
    return count(v, Event).per_message;
}

value energy_value(const spawn_view& v) {
    return energy(v).per_message;
}

value idle_value(const spawn_view& v) {
    const measurement& waiting = v.consumer();
    const std::int64_t waited_ns = v.clock.to_ns(waiting.first_ticks, waiting.last_ticks);
    if (waited_ns <= 0) return std::nullopt;
    return idle_share(waiting.consumed, waited_ns);
}

}  // namespace

const std::vector<metric>& counting_metrics() {
    static const std::vector<metric> table{
        {"syscalls_per_message", "1/message", better::lower, "tracepoint raw_syscalls:sys_enter",
         event_value<syscalls>},
        {energy_key, "nJ/message", better::lower, "powercap, the whole machine", energy_value},
        {"cycles_per_message", "1/message", better::lower, "PMU", event_value<cycles>},
        {"instructions_per_message", "1/message", better::lower, "PMU", event_value<instructions>},
        {"llc_misses_per_message", "1/message", better::lower, "PMU", event_value<llc_misses>},
    };
    return table;
}

const std::vector<metric>& idle_metrics() {
    static const std::vector<metric> table{
        {"idle_cpu_share", "1", better::lower, "getrusage of the consumer while nothing is sent",
         idle_value},
    };
    return table;
}

const std::vector<metric>& metrics_of(spawn_purpose purpose) {
    switch (purpose) {
        case spawn_purpose::counting:
            return counting_metrics();
        case spawn_purpose::idle:
            return idle_metrics();
        default:
            return all_metrics();
    }
}

ordered_json counting_block(const spawn_view& view) {
    ordered_json block{{"source", "spawns of their own, producer and consumer and any daemon"},
                       {"messages", view.producer().counted_messages}};
    ordered_json sources = ordered_json::object();
    ordered_json unavailable = ordered_json::object();
    const auto add = [&](const std::string& key, const figure& found) {
        block[key] = found.per_message ? ordered_json(*found.per_message) : ordered_json(nullptr);
        (found.per_message ? sources : unavailable)[key] = found.note;
    };
    for (std::size_t i = 0; i < perf_counts::event_count; ++i)
        add(std::string(perf_counts::names[i]) + std::string(suffix), count(view, i));
    add(std::string(energy_key), energy(view));
    block["sources"] = std::move(sources);
    block["unavailable"] = std::move(unavailable);
    return block;
}

ordered_json merged_counting_block(const std::vector<ordered_json>& spawns) {
    if (spawns.empty()) return nullptr;
    ordered_json merged = spawns.back();
    merged["spawns"] = spawns.size();
    for (const auto& [key, last] : spawns.back().items()) {
        if (key != "messages" && !key.ends_with(suffix)) continue;
        std::vector<double> figures;
        for (const auto& spawn : spawns)
            if (const auto at = spawn.find(key); at != spawn.end() && at->is_number())
                figures.push_back(at->get<double>());
        if (!figures.empty()) merged[key] = median(std::move(figures));
    }
    return merged;
}

std::string counting_source(const std::vector<ordered_json>& spawns, const metric& of) {
    for (const auto& spawn : spawns) {
        const auto sources = spawn.find("sources");
        if (sources == spawn.end()) continue;
        if (const auto at = sources->find(std::string(of.key)); at != sources->end())
            return at->get<std::string>();
    }
    return std::string(of.source);
}

}  // namespace ipcmark
