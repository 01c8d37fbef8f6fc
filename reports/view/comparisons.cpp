#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr const char* recorded_runs_note =
    "The machine drifts between two runs, which no test can see: this comparison informs, it "
    "decides nothing.";

std::string summary_of(const comparison& one) {
    std::string text;
    for (const auto verdict :
         {change::regressed, change::improved, change::inconclusive, change::equivalent})
        if (const auto count = one.count(verdict); count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, title_of(verdict));
    return text;
}

comparison_table table_of(const comparison& one, const run_result& after) {
    comparison_table table{
        one.kind,
        std::string(one.by->key),
        fmt::format("{}, {}", pattern_of(one.kind).title, label_of(*one.by, one.kind, 1)),
        summary_of(one),
        one.margin,
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
        views.push_back(std::move(view));
    }
    return views;
}

}  // namespace ipcmark
