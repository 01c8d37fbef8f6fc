#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "harness/result/metrics.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark::test {

/// A result with the figures that a test gives: round trips of 64 B.
class made_result {
public:
    explicit made_result(std::string metric = "p50_ns") : metric_(std::move(metric)) {}

    /// A cell with one repetition a figure.
    void add(const std::string& mechanism, const std::vector<double>& figures) {
        cell_result cell;
        cell.name = "round_trip/" + mechanism + "/64/l3";
        cell.mechanism = mechanism;
        cell.place = placement::l3;
        cell.payload_bytes = 64;
        cell.repetitions_ok = figures.size();
        const auto& of = *find_metric(metric_);
        const char* word = of.direction == better::higher ? "higher" : "lower";
        if (auto summary = summary_of(figures, "repetitions", of.unit, word, "made"))
            cell.summary.emplace_back(metric_, *summary);
        for (std::size_t round = 0; round < figures.size(); ++round) {
            repetition_record record;
            record.cell = cell.name;
            record.metrics[metric_] = figures[round];
            record.timed.emplace();
            record.timed->cell = cell.name;
            record.timed->round = round;
            result.repetitions.push_back(std::move(record));
        }
        result.cells.push_back(std::move(cell));
    }

    cell_result& cell(const std::string& mechanism) {
        for (auto& each : result.cells)
            if (each.mechanism == mechanism) return each;
        throw std::out_of_range(mechanism);
    }

    void set(const std::string& mechanism, const std::string& metric, double median,
             std::optional<double> max = std::nullopt) {
        metric_summary figures;
        figures.n = 6;
        figures.median = median;
        figures.max = max.value_or(median);
        figures.unit = find_metric(metric)->unit;
        cell(mechanism).summary.emplace_back(metric, figures);
    }

    void mechanism(const std::string& name, tree facts, wait_style wait = wait_style::blocks) {
        mechanism_info info;
        info.name = name;
        info.facts = std::move(facts);
        info.wait = wait;
        result.header.mechanisms.push_back(std::move(info));
    }

    run_result result;

private:
    std::string metric_;
};

}  // namespace ipcmark::test
