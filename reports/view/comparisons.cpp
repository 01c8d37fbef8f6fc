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
    const auto when = moment_text(of.result.header.run.started);
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

}  // namespace ipcmark
