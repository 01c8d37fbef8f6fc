#include "harness/result/counting_metrics.hpp"

#include <algorithm>
#include <array>

#include "harness/result/idle_share.hpp"
#include "harness/result/pattern_metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

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
    optional_figure per_message;
    std::string note;  // its source, or why there is none
};

optional_figure per_message(const repetition_view& v, double count) {
    const double messages = v.counted_messages();
    return messages > 0 ? optional_figure(count / messages) : std::nullopt;
}

/// What getrusage says where perf events are refused.
std::optional<std::int64_t> from_rusage(const repetition_view& v, std::size_t which) {
    if (which != context_switches && which != page_faults) return std::nullopt;
    std::int64_t sum = 0;
    for (const worker_report& each : v.repetition.sides) {
        const usage& used = each.measured.consumed;
        sum += which == context_switches ? used.switches() : used.minor_faults + used.major_faults;
    }
    return sum;
}

figure count(const repetition_view& v, std::size_t which) {
    std::uint64_t sum = 0;
    for (const worker_report& each : v.repetition.sides) {
        const measurement& m = each.measured;
        // Without a peer there is one process, and the other has nothing to count.
        const bool idle = m.counted_messages == 0 && !v.one_way() && &m != &v.producer();
        if (const auto& counted = m.events.values[which]) {
            sum += *counted;
        } else if (!idle) {
            const std::string& why = m.events.notes[which];
            if (const auto other = from_rusage(v, which))
                return {per_message(v, static_cast<double>(*other)), "getrusage; " + why};
            return {std::nullopt, why};
        }
    }
    const perf_counts& service = v.producer().service_events;
    std::string source = v.producer().events.notes[which];
    if (v.repetition.has_service) {
        sum += service.values[which].value_or(0);
        if (!service.values[which]) source += ", without the service: " + service.notes[which];
    }
    return {per_message(v, static_cast<double>(sum)), source};
}

figure energy(const repetition_view& v) {
    constexpr double nanojoules = 1000;
    const energy_count& drawn = v.producer().energy;
    if (!drawn.microjoules) return {std::nullopt, drawn.note};
    return {per_message(v, nanojoules * static_cast<double>(*drawn.microjoules)), drawn.note};
}

template <std::size_t Event>
optional_figure event_value(const repetition_view& v) {
    return count(v, Event).per_message;
}

optional_figure energy_value(const repetition_view& v) {
    return energy(v).per_message;
}

optional_figure idle_value(const repetition_view& v) {
    const measurement& waiting = v.consumer();
    const std::int64_t waited_ns = v.clock.to_ns(waiting.first_ticks, waiting.last_ticks);
    if (waited_ns <= 0) return std::nullopt;
    return idle_share(waiting.consumed, waited_ns);
}

}  // namespace

const std::vector<metric>& counting_metrics() {
    static const std::vector<metric> table{
        {"syscalls_per_message", "system calls/msg", "system calls of both processes per message",
         "1/message", better::lower, "tracepoint raw_syscalls:sys_enter", event_value<syscalls>},
        {energy_key, "energy/msg", "energy that the whole machine used, over its messages",
         "nJ/message", better::lower, "powercap, the whole machine", energy_value},
        {"cycles_per_message", "cycles/msg", "CPU cycles of both processes per message",
         "1/message", better::lower, "PMU", event_value<cycles>},
        {"instructions_per_message", "instructions/msg",
         "instructions of both processes per message", "1/message", better::lower, "PMU",
         event_value<instructions>},
        {"llc_misses_per_message", "last-level cache misses/msg",
         "accesses that the last cache could not serve, per message", "1/message", better::lower,
         "PMU", event_value<llc_misses>},
    };
    return table;
}

const std::vector<metric>& idle_metrics() {
    static const std::vector<metric> table{
        {"idle_cpu_share", "idle CPU",
         "share of a CPU that a waiting consumer burns while nothing arrives", "share",
         better::lower, "getrusage of the consumer while nothing is sent", idle_value, 0, true},
    };
    return table;
}

const std::vector<metric>& metrics_of(purpose why) {
    switch (why) {
        case purpose::counting:
            return counting_metrics();
        case purpose::idle:
            return idle_metrics();
        default:
            return all_metrics();
    }
}

const std::vector<metric>& cell_metrics() {
    static const std::vector<metric> table{
        {"ratio_to_floor", "x floor", "how much more than the machine's own limit it takes", "1",
         better::lower, "over the floor's median", nullptr, 0, true},
        {"touch_share", "of it touching",
         "share of a round trip that goes into filling and checking the payload", "share",
         better::neither, "twice the pass of null over the round trip", nullptr, 0, true},
    };
    return table;
}

const std::vector<metric>& reported_metrics() {
    static const std::vector<metric> table = [] {
        std::vector<metric> all;
        for (const auto* each :
             {&all_metrics(), &idle_metrics(), &counting_metrics(), &cell_metrics()})
            all.insert(all.end(), each->begin(), each->end());
        // What explains another figure stands behind all others.
        std::stable_partition(all.begin(), all.end(), [](const metric& row) {
            return std::none_of(unpinned_metrics().begin(), unpinned_metrics().end(),
                                [&row](const metric& each) { return each.key == row.key; });
        });
        return all;
    }();
    return table;
}

const metric* find_metric(std::string_view key) {
    for (const metric& each : reported_metrics())
        if (each.key == key) return &each;
    return nullptr;
}

counting_facts count_events(const repetition_view& view) {
    counting_facts counted;
    counted.source = "repetitions of their own, producer and consumer and any daemon";
    counted.messages = view.counted_messages();
    const auto add = [&](const std::string& key, const figure& found) {
        counted.per_message[key] = found.per_message;
        (found.per_message ? counted.sources : counted.unavailable)[key] = found.note;
    };
    for (std::size_t i = 0; i < perf_counts::event_count; ++i)
        add(std::string(perf_counts::names[i]) + std::string(suffix), count(view, i));
    add(std::string(energy_key), energy(view));
    return counted;
}

std::optional<counting_facts> merged_counts(const std::vector<counting_facts>& repetitions) {
    if (repetitions.empty()) return std::nullopt;
    counting_facts merged = repetitions.back();
    merged.repetitions = repetitions.size();
    const auto middle = [&repetitions](const auto& figure_of) {
        std::vector<double> figures;
        for (const auto& repetition : repetitions)
            if (const auto figure = figure_of(repetition)) figures.push_back(*figure);
        return figures.empty() ? std::nullopt : std::optional(median(std::move(figures)));
    };
    merged.messages = middle([](const counting_facts& c) {
                          return std::optional(c.messages);
                      }).value_or(merged.messages);
    for (auto& [key, value] : merged.per_message)
        if (const auto figure = middle([&key = key](const counting_facts& c) {
                const auto at = c.per_message.find(key);
                return at == c.per_message.end() ? std::nullopt : at->second;
            }))
            value = figure;
    return merged;
}

std::string counting_source(const std::vector<counting_facts>& repetitions, const metric& of) {
    for (const auto& repetition : repetitions)
        if (const auto at = repetition.sources.find(std::string(of.key));
            at != repetition.sources.end())
            return at->second;
    return std::string(of.source);
}

}  // namespace ipcmark
