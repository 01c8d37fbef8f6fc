#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

#include "harness/base/sizes.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr const char* recorded_runs_note =
    "The machine drifts between two runs, which no test can see: this comparison informs, it "
    "decides nothing.";

using verdict_counts = std::map<change, std::size_t>;

std::string counted_text(const verdict_counts& counts) {
    std::string text;
    for (const auto verdict :
         {change::regressed, change::improved, change::inconclusive, change::equivalent})
        if (const auto at = counts.find(verdict); at != counts.end() && at->second > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", at->second, title_of(verdict));
    return text;
}

std::string dated(const named_result& of) {
    constexpr std::size_t shown_digits = 12;
    const git_info& git = of.result.header.build.git;
    std::string when = moment_text(of.result.header.run.started);
    if (!git.revision.empty())
        when += fmt::format("{}revision {}{}", when.empty() ? "" : ", ",
                            git.revision.substr(0, shown_digits), git.dirty ? " with changes" : "");
    return of.name + (when.empty() ? "" : " (" + when + ")");
}

std::string counted_over(const std::vector<comparison_table>& tables) {
    verdict_counts counts;
    for (const auto& table : tables)
        for (const auto& row : table.rows)
            ++counts[row.verdict];
    std::size_t all = 0;
    for (const auto& [verdict, count] : counts)
        all += count;
    return all == 0 ? "they have no cell in common"
                    : plural(all, "figure") + " compared: " + counted_text(counts);
}

std::string reading_of(const comparison& one) {
    return fmt::format(
        "After over before; {} 1x is better. A difference of less than {:.0f} % does "
        "not matter.",
        one.by->direction == better::higher ? "above" : "below", 100 * one.margin);
}

comparison_table table_of(const comparison& one, const run_result& after) {
    comparison_table table{
        one.kind,
        std::string(one.by->key),
        fmt::format("{}, {}", pattern_of(one.kind).title, label_of(*one.by, one.kind, 1)),
        counted_text({{change::regressed, one.count(change::regressed)},
                      {change::improved, one.count(change::improved)},
                      {change::inconclusive, one.count(change::inconclusive)},
                      {change::equivalent, one.count(change::equivalent)}}),
        reading_of(one),
        1 / (1 + one.margin),
        1 + one.margin,
        {}};
    for (const auto& cell : one.cells)
        table.rows.push_back({after.cells[cell.after_cell].name, cell.before, cell.after,
                              cell.ratio, cell.low, cell.high, cell.verdict});
    return table;
}

comparison_table table_of_prediction(const predicted_figure& one) {
    return {
        one.of.kind,
        one.of.metric,
        fmt::format("{}, {}", pattern_of(one.of.kind).title, label_of(*one.by.of, one.of.kind, 1)),
        {},
        fmt::format("Now over the earlier runs; {} 1x is better. A difference of less than "
                    "{:.3g} % does not matter.{}",
                    one.by.of->direction == better::higher ? "above" : "below", 100 * one.by.margin,
                    one.by.role == gate_role::secondary ? " It warns and decides nothing." : ""),
        1 / (1 + one.by.margin),
        1 + one.by.margin,
        {}};
}

/// The rows by verdict, and how many of each there are.
void put_in_order(comparison_table& table) {
    constexpr std::array order{change::regressed, change::improved, change::inconclusive,
                               change::equivalent};
    const auto place = [&order](const compared_row& row) {
        return std::find(order.begin(), order.end(), row.verdict) - order.begin();
    };
    std::stable_sort(table.rows.begin(), table.rows.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
    verdict_counts counts;
    for (const auto& row : table.rows)
        ++counts[row.verdict];
    table.summary = counted_text(counts);
}

std::string environment_sentence(const run_result& before, const run_result& after,
                                 std::size_t differences) {
    if (before.header.environment.fingerprint != after.header.environment.fingerprint)
        return "Different machines or limits: a difference may be the machine's.";
    return differences == 0 ? "Same machine, limits and build."
                            : "Same machine and limits; the builds or plans differ.";
}

}  // namespace

std::vector<comparison_view> comparison_views(const std::vector<named_result>& results) {
    std::vector<comparison_view> views;
    for (std::size_t i = 1; i < results.size(); ++i) {
        const run_result& before = results.front().result;
        const run_result& after = results[i].result;
        comparison_view view;
        view.after = i;
        view.title = fmt::format("{} against {}", results[i].name, results.front().name);
        view.differences = environment_differences(before, after);
        view.environment = environment_sentence(before, after, view.differences.size());
        view.note = recorded_runs_note;
        for (const auto& one : compare_results(before, after))
            view.tables.push_back(table_of(one, after));
        view.summary = fmt::format("{} against {}: {}.", dated(results[i]), dated(results.front()),
                                   counted_over(view.tables));
        views.push_back(std::move(view));
    }
    return views;
}

comparison_view gate_view(const named_result& now, const std::vector<predicted_figure>& judged,
                          std::size_t earlier_runs) {
    comparison_view view;
    view.title = fmt::format("{} against {} of the same machine in the history", now.name,
                             plural(earlier_runs, "earlier run"));
    for (const predicted_figure& each : judged) {
        const auto same = [&](const comparison_table& table) {
            return table.kind == each.of.kind && table.metric == each.of.metric;
        };
        auto at = std::find_if(view.tables.begin(), view.tables.end(), same);
        if (at == view.tables.end()) at = view.tables.insert(at, table_of_prediction(each));
        at->rows.push_back({each.of.cell,
                            each.before,
                            each.now,
                            each.ratio,
                            each.low,
                            each.high,
                            each.seen.verdict,
                            {},
                            each.seen.adjusted_p});
    }
    for (comparison_table& table : view.tables)
        put_in_order(table);
    view.environment = "Judged by how far the earlier runs differ from each other.";
    view.note = "The interval is of one further run; a difference within it is none.";
    view.summary =
        fmt::format("{} against the history: {}.", dated(now), counted_over(view.tables));
    return view;
}

}  // namespace ipcmark
