#include "harness/analysis/standings.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "harness/analysis/calibrated_limit.hpp"
#include "harness/stats/decision.hpp"

namespace ipcmark {

namespace {

constexpr double sleeps_from_switches = 0.5;  // voluntary ones a message
constexpr double burns_from_share = 0.5;      // of a CPU, while idle

const mechanism_info* mechanism_of(const run_result& result, const cell_result& cell) {
    for (const auto& each : result.header.mechanisms)
        if (each.name == cell.mechanism) return &each;
    return nullptr;
}

std::string parameter_key(const cell_result& cell) {
    const std::string parties = cell.parties ? cell.parties->text + ' ' : std::string();
    if (!cell.parameter) return parties;
    const auto& of = *cell.parameter;
    return parties + of.name + '=' + std::to_string(of.value) + '/' +
           std::to_string(of.working_set_bytes.value_or(0));
}

/// Pooled ones have no repetitions that could prove an order.
std::optional<double> ranked_figure(const cell_result& cell, const metric& by) {
    const metric_summary* figures = cell.ended == status::ok ? cell.find(by.key) : nullptr;
    return figures == nullptr || figures->pooled ? std::nullopt : figures->median;
}

bool is_better(const metric& by, double a, double b) {
    return by.direction == better::higher ? a > b : a < b;
}

/// What tests are made on, by the group's cells.
std::vector<std::vector<double>> logs_of(const run_result& result,
                                         const repetition_figures& figures, const cell_group& group,
                                         const metric& by) {
    std::vector<std::vector<double>> logs;
    for (const std::size_t i : group.cells)
        logs.push_back(
            adverse_logs(figures.of(result.cells[i].name, by.key), by.direction == better::higher));
    return logs;
}

/// The others against the best.
void tell_apart(const run_result& result, const std::vector<std::vector<double>>& logs,
                const cell_group& group, const metric& by, std::size_t best,
                std::vector<standing>& found) {
    std::vector<unpaired_series> family;
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] != standing::level) continue;
        family.push_back({logs[best], logs[i],
                          margin_between(result, result.cells[group.cells[best]],
                                         result.cells[group.cells[i]], by)});
        members.push_back(i);
    }
    const auto seen = decide(family);
    for (std::size_t i = 0; i < members.size(); ++i)
        if (seen[i].verdict == change::regressed) found[members[i]] = standing::behind;
}

}  // namespace

std::vector<cell_group> groups_of(const run_result& result) {
    using key = std::tuple<pattern, placement, touch, std::size_t, std::string>;
    std::map<key, std::size_t> known;
    std::vector<cell_group> groups;
    for (std::size_t i = 0; i < result.cells.size(); ++i) {
        const cell_result& cell = result.cells[i];
        const key of{cell.kind, cell.place, cell.reads, cell.payload_bytes, parameter_key(cell)};
        const auto [at, is_new] = known.try_emplace(of, groups.size());
        if (is_new) groups.push_back({cell.kind, cell.place, cell.reads, cell.payload_bytes, {}});
        groups[at->second].cells.push_back(i);
    }
    return groups;
}

bool is_lossy(const run_result& result, const cell_result& cell) {
    if (pattern_of(cell.kind).at_will) return false;
    if (const metric_summary* lost = cell.find("lost_share");
        lost != nullptr && lost->max.value_or(lost->median.value_or(0)) > 0)
        return true;
    const mechanism_info* mechanism = mechanism_of(result, cell);
    return mechanism != nullptr && mechanism->has("latest_value");
}

waiting waiting_of(const run_result& result, const cell_result& cell) {
    const mechanism_info* mechanism = mechanism_of(result, cell);
    const auto idle = cell.median("idle_cpu_share");
    if (idle ? *idle >= burns_from_share
             : mechanism != nullptr && mechanism->wait == wait_style::spins)
        return waiting::burns_core;
    const auto switches = cell.median("voluntary_switches_per_message");
    if (!switches) return waiting::unknown;
    return *switches >= sleeps_from_switches ? waiting::slept : waiting::spun;
}

double margin_of(const run_result& result, const metric& of) {
    if (!result.noise || !result.noise->smallest_ratio) return of.margin;
    return std::max(of.margin, *result.noise->smallest_ratio - 1);
}

double margin_between(const run_result& result, const cell_result& a, const cell_result& b,
                      const metric& of) {
    const auto limit_a = calibrated_limit(result, a, of.key);
    const auto limit_b = calibrated_limit(result, b, of.key);
    return limit_a && limit_b ? std::max({of.margin, *limit_a, *limit_b}) : margin_of(result, of);
}

std::vector<std::vector<std::size_t>> unproven_behind(const run_result& result,
                                                      const repetition_figures& figures,
                                                      const cell_group& group, const metric& by) {
    std::vector<std::optional<double>> compared;
    for (const std::size_t i : group.cells) {
        const cell_result& cell = result.cells[i];
        const bool competes = cell.ended == status::ok && cell.mechanism != instrument_name &&
                              !cell.saturated.value_or(false) && !is_lossy(result, cell);
        compared.push_back(competes && by.margin > 0 ? cell.median(by.key) : std::nullopt);
    }
    const auto proves = [&](std::size_t i) {
        return ranked_figure(result.cells[group.cells[i]], by).has_value();
    };
    const auto logs = logs_of(result, figures, group, by);
    std::vector<std::vector<std::size_t>> unproven(compared.size());
    for (std::size_t first = 0; first < compared.size(); ++first) {
        if (!compared[first]) continue;
        std::vector<standing> found(compared.size(), standing::none);
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (i == first || !compared[i] || is_better(by, *compared[i], *compared[first]))
                continue;
            if (proves(first) && proves(i))
                found[i] = standing::level;
            else
                unproven[first].push_back(i);
        }
        tell_apart(result, logs, group, by, first, found);
        for (std::size_t i = 0; i < found.size(); ++i)
            if (found[i] == standing::level) unproven[first].push_back(i);
        std::sort(unproven[first].begin(), unproven[first].end());
    }
    return unproven;
}

std::vector<standing> standings_among(const run_result& result, const repetition_figures& figures,
                                      const cell_group& group, const metric& by,
                                      const std::vector<bool>& among) {
    std::vector<standing> found(group.cells.size(), standing::none);
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const cell_result& cell = result.cells[group.cells[i]];
        const auto figure = ranked_figure(cell, by);
        if (!figure || by.margin <= 0 || !among[i]) continue;
        if (cell.mechanism == instrument_name) {
            found[i] = standing::reference;
        } else if (cell.saturated.value_or(false) || is_lossy(result, cell)) {
            found[i] = standing::apart;
        } else {
            found[i] = standing::level;
            if (!best || is_better(by, *figure, *result.cells[group.cells[*best]].median(by.key)))
                best = i;
        }
    }
    if (!best) return found;
    found[*best] = standing::best;
    tell_apart(result, logs_of(result, figures, group, by), group, by, *best, found);
    return found;
}

std::vector<standing> standings(const run_result& result, const repetition_figures& figures,
                                const cell_group& group, const metric& by) {
    return standings_among(result, figures, group, by, std::vector<bool>(group.cells.size(), true));
}

}  // namespace ipcmark
