#include <array>
#include <iostream>

#include <nlohmann/json.hpp>

#include "harness/result/metrics.hpp"
#include "harness/worker/probes/floors.hpp"

/// Prints the metrics and floors that a result may name, with their units, as JSON: for tests of
/// made-up results.
int main() {
    constexpr std::array better_words{"lower", "higher", "neither"};
    nlohmann::json metrics;
    for (const ipcmark::metric& each : ipcmark::reported_metrics())
        metrics[std::string(each.key)] = {
            {"unit", each.unit},
            {"better", better_words[static_cast<std::size_t>(each.direction)]}};
    nlohmann::json floors;
    for (const ipcmark::floors::probe& each : ipcmark::floors::all_probes())
        floors[std::string(each.name)] = {{"unit", each.unit}};
    std::cout << nlohmann::json{{"metrics", metrics}, {"floors", floors}} << '\n';
}
