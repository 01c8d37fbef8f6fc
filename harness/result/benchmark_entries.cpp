#include "harness/result/benchmark_entries.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "harness/contract/patterns.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

using records = std::vector<const repetition_record*>;
using counters = std::vector<std::pair<std::string, double>>;

constexpr std::array<std::string_view, 17> library_keys{"name",
                                                        "family_index",
                                                        "per_family_instance_index",
                                                        "run_name",
                                                        "run_type",
                                                        "aggregate_name",
                                                        "aggregate_unit",
                                                        "repetitions",
                                                        "repetition_index",
                                                        "threads",
                                                        "iterations",
                                                        "real_time",
                                                        "cpu_time",
                                                        "time_unit",
                                                        "ipc",
                                                        "items_per_second",
                                                        "interval_ns"};

/// From one message to the next, which the plan decides and no mechanism.
std::optional<double> interval_ns(const cell_result& cell, const repetition_record& record) {
    if (pattern_of(cell.kind).loop != pattern_loop::schedule || record.timed->messages == 0)
        return std::nullopt;
    return static_cast<double>(record.timed->elapsed_ns) /
           static_cast<double>(record.timed->messages);
}

/// What the library's own counters would be.
counters added_counters(const cell_result& cell, const repetition_record& record) {
    counters added;
    const auto rate = record.metrics.find("messages_per_second");
    if (rate != record.metrics.end() && rate->second)
        added.emplace_back("items_per_second", *rate->second);
    if (const auto gap = interval_ns(cell, record)) added.emplace_back("interval_ns", *gap);
    return added;
}

/// Those of a repetition that comparisons look at.
counters compared_counters(const cell_result& cell, const repetition_record& record) {
    counters all;
    for (const auto& [key, value] : record.metrics)
        if (const metric* row = find_metric(key); row != nullptr && row->margin > 0 && value)
            all.emplace_back(key, *value);
    for (auto& each : added_counters(cell, record))
        all.push_back(std::move(each));
    return all;
}

tree::members head_of(const std::string& name, const std::string& cell, std::size_t family,
                      const char* run_type, std::size_t repetitions) {
    return {{"name", name},     {"family_index", family}, {"per_family_instance_index", 0},
            {"run_name", cell}, {"run_type", run_type},   {"repetitions", repetitions},
            {"threads", 1}};
}

/// What the library's tools look for, and "ipc" with all of ours.
tree repetition_entry(const cell_result& cell, const repetition_record& record, std::size_t family,
                      std::size_t index, std::size_t of) {
    tree::members entry = head_of(record.cell, record.cell, family, "iteration", of);
    entry.emplace_back("repetition_index", index);
    entry.emplace_back("iterations", 1);
    entry.emplace_back("real_time", record.times.real_ns);
    entry.emplace_back("cpu_time", record.times.cpu_ns);
    entry.emplace_back("time_unit", "ns");
    entry.emplace_back("ipc", to_tree(*record.timed));
    for (const auto& [key, value] : record.metrics)
        entry.emplace_back(key, value);
    for (const auto& [key, value] : added_counters(cell, record))
        entry.emplace_back(key, value);
    return entry;
}

double arithmetic_mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / static_cast<double>(values.size());
}

double sample_deviation(const std::vector<double>& values) {
    const double mean = arithmetic_mean(values);
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double sample_variation(const std::vector<double>& values) {
    const double mean = arithmetic_mean(values);
    return mean == 0 ? 0 : sample_deviation(values) / mean;
}

struct aggregate {
    const char* name;
    const char* unit;
    double (*of)(const std::vector<double>&);
};

/// In the library's order.
constexpr std::array aggregates{
    aggregate{"mean", "time", arithmetic_mean},
    aggregate{"median", "time", [](const std::vector<double>& values) { return median(values); }},
    aggregate{"stddev", "time", sample_deviation}, aggregate{"cv", "percentage", sample_variation}};

/// The counters that every repetition has, one column each.
std::vector<std::pair<std::string, std::vector<double>>> columns_of(const cell_result& cell,
                                                                    const records& counted) {
    std::vector<std::pair<std::string, std::vector<double>>> columns;
    for (const auto& [key, value] : compared_counters(cell, *counted.front()))
        columns.emplace_back(key, std::vector{value});
    for (std::size_t i = 1; i < counted.size(); ++i)
        for (const auto& [key, value] : compared_counters(cell, *counted[i]))
            for (auto& [known, values] : columns)
                if (known == key) values.push_back(value);
    std::erase_if(columns,
                  [&](const auto& column) { return column.second.size() != counted.size(); });
    return columns;
}

/// The library has none of a single repetition.
void add_aggregates(const cell_result& cell, const records& counted, std::size_t family,
                    tree::list& to) {
    if (counted.size() < 2) return;
    std::vector<double> real_ns;
    std::vector<double> cpu_ns;
    for (const repetition_record* each : counted) {
        real_ns.push_back(each->times.real_ns);
        cpu_ns.push_back(each->times.cpu_ns);
    }
    const auto columns = columns_of(cell, counted);
    for (const aggregate& each : aggregates) {
        tree::members entry =
            head_of(cell.name + "_" + each.name, cell.name, family, "aggregate", counted.size());
        entry.emplace_back("aggregate_name", each.name);
        entry.emplace_back("aggregate_unit", each.unit);
        entry.emplace_back("iterations", counted.size());
        entry.emplace_back("real_time", each.of(real_ns));
        entry.emplace_back("cpu_time", each.of(cpu_ns));
        entry.emplace_back("time_unit", "ns");
        for (const auto& [key, values] : columns)
            entry.emplace_back(key, each.of(values));
        to.emplace_back(std::move(entry));
    }
}

tree error_entry(const cell_result& cell, std::size_t family) {
    tree::members entry = head_of(cell.name, cell.name, family, "iteration", 1);
    entry.emplace_back("repetition_index", 0);
    entry.emplace_back("error_occurred", true);
    entry.emplace_back("error_message", cell.why ? cell.why->text : std::string());
    entry.emplace_back("iterations", 0);
    entry.emplace_back("real_time", 0);
    entry.emplace_back("cpu_time", 0);
    entry.emplace_back("time_unit", "ns");
    return entry;
}

records for_trackers(records counted) {
    std::stable_sort(counted.begin(), counted.end(), [](const auto* a, const auto* b) {
        return a->times.real_ns > b->times.real_ns;
    });
    if (counted.size() < 2) return counted;
    const auto median = counted.begin() + static_cast<std::ptrdiff_t>(counted.size() / 2);
    std::rotate(median, median + 1, counted.end());
    return counted;
}

bool has_failed(const cell_result& cell) {
    return cell.ended == status::failed || cell.ended == status::timed_out;
}

void add_cell(const cell_result& cell, const records& all, std::size_t family,
              benchmark_entries& to) {
    const bool failed = has_failed(cell);
    records counted;
    records rest;
    for (const repetition_record* each : all) {
        const bool left_out = failed || each->times.real_ns <= 0 ||
                              (cell.repetitions_excluded > 0 && each->is_disturbed());
        (left_out ? rest : counted).push_back(each);
    }
    counted = for_trackers(std::move(counted));
    if (failed) to.benchmarks.push_back(error_entry(cell, family));
    for (std::size_t i = 0; i < counted.size(); ++i)
        to.benchmarks.push_back(repetition_entry(cell, *counted[i], family, i, counted.size()));
    add_aggregates(cell, counted, family, to.benchmarks);
    for (std::size_t i = 0; i < rest.size(); ++i)
        to.set_aside.push_back(repetition_entry(cell, *rest[i], family, i, rest.size()));
}

}  // namespace

benchmark_entries entries_of(const run_result& result) {
    std::unordered_map<std::string, records> of_cell;
    for (const repetition_record& each : result.repetitions)
        of_cell[each.cell].push_back(&each);
    benchmark_entries entries;
    std::size_t family = 0;
    for (const cell_result& cell : result.cells) {
        const records& own = of_cell[cell.name];
        if (own.empty() && !has_failed(cell)) continue;
        add_cell(cell, own, family++, entries);
    }
    return entries;
}

bool is_repetition(const tree& entry) {
    return entry.find("ipc") != nullptr;
}

repetition_record repetition_from(const tree& entry, const detail::path& where) {
    repetition_record record;
    detail::field_reader reader{entry, where};
    timed_facts facts;
    reader("real_time", record.times.real_ns);
    reader("cpu_time", record.times.cpu_ns);
    reader("ipc", facts);
    record.cell = facts.cell;  // the entry's name may have a suffix of the library's
    record.timed = std::move(facts);
    for (const auto& [key, value] : entry.named()) {
        if (std::find(library_keys.begin(), library_keys.end(), key) != library_keys.end())
            continue;
        if (value.is_null())
            record.metrics.emplace(key, std::nullopt);
        else if (value.is_number())
            record.metrics.emplace(key, value.as_double());
    }
    return record;
}

}  // namespace ipcmark
