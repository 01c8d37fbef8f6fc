#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/contract/parameter.hpp"
#include "harness/result/metrics.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark::test {

/// A result with the figures that a test gives: messages of 64 B at a rate, not pinned.
class made_paced_result {
public:
    using figures = std::map<std::string, std::vector<double>>;

    /// A cell with the figures of its repetitions by metric.
    cell_result& add(const std::string& mechanism, double rate_hz, const figures& of) {
        cell_result& cell = result.cells.emplace_back();
        cell.kind = pattern::paced;
        cell.name = "paced/" + mechanism + "/64/free/rate=" + std::to_string(rate_hz);
        cell.mechanism = mechanism;
        cell.payload_bytes = 64;
        cell.parameter.emplace();
        cell.parameter->name = rate_parameter.name;
        cell.parameter->value = rate_hz;
        for (const auto& [key, values] : of) {
            cell.repetitions_ok = values.size();
            const metric& known = *find_metric(key);
            const char* word = known.direction == better::higher ? "higher" : "lower";
            if (auto summary = summary_of(values, "repetitions", known.unit, word, "made"))
                cell.summary.emplace_back(key, *summary);
            add_repetitions(cell.name, key, values);
        }
        return cell;
    }

    run_result result;

private:
    void add_repetitions(const std::string& cell, const std::string& key,
                         const std::vector<double>& values) {
        for (std::size_t round = 0; round < values.size(); ++round) {
            repetition_record& record = result.repetitions.emplace_back();
            record.cell = cell;
            record.metrics[key] = values[round];
            record.timed.emplace();
            record.timed->cell = cell;
            record.timed->round = round;
        }
    }
};

inline mechanism_info made_mechanism(const std::string& name, tree facts = tree::object(),
                                     unsigned copies_per_message = 2) {
    mechanism_info info;
    info.name = name;
    info.summary = "the mechanism " + name;
    info.reference = name + "(7)";
    info.payload_max_bytes = 1 << 20;
    info.copies_per_message = copies_per_message;
    info.facts = std::move(facts);
    return info;
}

/// Six figures around a middle, 1 % apart from each other at most.
inline std::vector<double> around(double middle) {
    return {0.995 * middle, 0.998 * middle, middle, middle, 1.002 * middle, 1.005 * middle};
}

/// The usual figures of one that sleeps.
inline made_paced_result::figures sleeping(double p99_ns, double rate_hz = 1'000) {
    return {{"p99_ns", around(p99_ns)},
            {"achieved_per_second", around(rate_hz)},
            {"idle_cpu_share", {0.001}},
            {"core_share", around(0.05)}};
}

inline made_paced_result::figures spinning(double p99_ns, double rate_hz = 1'000) {
    auto figures = sleeping(p99_ns, rate_hz);
    figures["idle_cpu_share"] = {1};
    figures["core_share"] = around(1);
    return figures;
}

}  // namespace ipcmark::test
