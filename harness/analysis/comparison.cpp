#include "harness/analysis/comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "harness/analysis/repetition_figures.hpp"
#include "harness/analysis/standings.hpp"
#include "harness/base/json_text.hpp"

namespace ipcmark {

namespace {

constexpr std::array verdict_order{change::regressed, change::improved, change::inconclusive,
                                   change::equivalent};

using cell_pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// The cells that both have, as positions.
cell_pairs same_cells(const run_result& before, const run_result& after, pattern kind) {
    std::unordered_map<std::string, std::size_t> old;
    const auto name_of = [](const cell_result& cell) {
        return cell.name + '/' + std::string(to_word(cell.reads));
    };
    for (std::size_t i = 0; i < before.cells.size(); ++i)
        old[name_of(before.cells[i])] = i;
    cell_pairs pairs;
    for (std::size_t i = 0; i < after.cells.size(); ++i) {
        const cell_result& cell = after.cells[i];
        if (cell.kind != kind || cell.mechanism == instrument_name) continue;
        const auto at = old.find(name_of(cell));
        if (at == old.end()) continue;
        if (!is_lossy(before, before.cells[at->second]) && !is_lossy(after, cell))
            pairs.emplace_back(at->second, i);
    }
    return pairs;
}

std::ptrdiff_t place_of(change verdict) {
    return std::find(verdict_order.begin(), verdict_order.end(), verdict) - verdict_order.begin();
}

void put_in_order(std::vector<compared_cell>& cells) {
    std::stable_sort(cells.begin(), cells.end(), [](const auto& x, const auto& y) {
        const auto p = place_of(x.verdict);
        const auto q = place_of(y.verdict);
        return p != q ? p < q : std::abs(std::log(x.ratio)) > std::abs(std::log(y.ratio));
    });
}

/// Of costs, as tests have it, and of the figures themselves, as people read it.
void take_interval(compared_cell& cell, const change_estimate& seen, bool higher_is_better) {
    cell.verdict = seen.verdict;
    if (!seen.low || !seen.high) return;
    cell.low = higher_is_better ? 1 / *seen.high : *seen.low;
    cell.high = higher_is_better ? 1 / *seen.low : *seen.high;
}

/// Pooled figures have no repetitions that could prove a difference.
std::optional<double> over_repetitions(const cell_result& cell, std::string_view metric) {
    const metric_summary* figures = cell.find(metric);
    return figures == nullptr || figures->pooled ? std::nullopt : figures->median;
}

class compared_results {
public:
    compared_results(const run_result& before, const run_result& after)
        : before_(before), after_(after), old_figures_(before), new_figures_(after) {}

    comparison by(pattern kind, const metric& of, const cell_pairs& pairs) const {
        const bool higher = of.direction == better::higher;
        comparison all{kind, &of, std::max(margin_of(before_, of), margin_of(after_, of)), {}};
        std::vector<unpaired_series> family;
        for (const auto& [old, now] : pairs) {
            const cell_result& a = before_.cells[old];
            const cell_result& b = after_.cells[now];
            const auto x = over_repetitions(a, of.key);
            const auto y = over_repetitions(b, of.key);
            if (a.ended != status::ok || b.ended != status::ok || !x || !y || *x <= 0 || *y <= 0)
                continue;
            all.cells.push_back({old, now, *x, *y, *y / *x, {}, {}, change::inconclusive});
            family.push_back({adverse_logs(old_figures_.of(a.name, of.key), higher),
                              adverse_logs(new_figures_.of(b.name, of.key), higher), all.margin});
        }
        const auto seen = decide(family);
        for (std::size_t i = 0; i < seen.size(); ++i)
            take_interval(all.cells[i], seen[i], higher);
        put_in_order(all.cells);
        return all;
    }

private:
    const run_result& before_;
    const run_result& after_;
    repetition_figures old_figures_;
    repetition_figures new_figures_;
};

std::string text_of(const tree* value) {
    if (value == nullptr || value->is_null()) return "not recorded";
    return value->is_text() ? value->as_text() : json_text(*value);
}

void add_differences(std::vector<difference>& to, const tree& before, const tree& after) {
    if (!after.is_object()) return;
    for (const auto& [key, value] : after.named()) {
        const tree* old = before.find(key);
        if (old == nullptr || !(*old == value)) to.push_back({key, text_of(old), text_of(&value)});
    }
}

tree build_tree(const build_facts& build) {
    return {{"version", build.version},
            {"compiler", build.compiler},
            {"flags", build.flags},
            {"revision", build.git.revision}};
}

}  // namespace

std::size_t comparison::count(change verdict) const {
    return static_cast<std::size_t>(
        std::count_if(cells.begin(), cells.end(),
                      [&](const compared_cell& cell) { return cell.verdict == verdict; }));
}

std::vector<comparison> compare_results(const run_result& before, const run_result& after) {
    const compared_results both(before, after);
    std::vector<comparison> all;
    for (const pattern_info& kind : pattern_table) {
        const auto pairs = same_cells(before, after, kind.id);
        if (pairs.empty()) continue;
        for (const metric& of : reported_metrics()) {
            if (!of.listed || of.margin <= 0) continue;
            if (auto one = both.by(kind.id, of, pairs); !one.cells.empty())
                all.push_back(std::move(one));
        }
    }
    return all;
}

std::vector<difference> fact_differences(const tree& before, const tree& after) {
    std::vector<difference> found;
    add_differences(found, before, after);
    return found;
}

std::vector<difference> environment_differences(const run_result& before, const run_result& after) {
    std::vector<difference> found;
    const auto& old = before.header;
    const auto& now = after.header;
    add_differences(found, old.environment.identity, now.environment.identity);
    add_differences(found, old.environment.ipc_limits, now.environment.ipc_limits);
    add_differences(found, build_tree(old.build), build_tree(now.build));
    add_differences(found, {{"profile", old.plan.profile}, {"rounds", old.plan.rounds}},
                    {{"profile", now.plan.profile}, {"rounds", now.plan.rounds}});
    return found;
}

}  // namespace ipcmark
