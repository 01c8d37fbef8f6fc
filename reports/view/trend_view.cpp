#include "reports/view/trend_view.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

#include "harness/stats/order.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/history_view.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t most_columns = 200;

/// Which runs share a column: never those on both sides of a break.
struct trend_columns {
    std::vector<std::size_t> of_run;
    std::vector<std::size_t> first_run;  // by column, and one past the last
    std::vector<std::size_t> breaks;     // runs

    explicit trend_columns(const std::vector<past_run>& runs) {
        const std::size_t together = (runs.size() + most_columns - 1) / most_columns;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const bool broken = i > 0 && (runs[i].fingerprint != runs[i - 1].fingerprint ||
                                          runs[i].golden != runs[i - 1].golden);
            if (broken) breaks.push_back(i);
            if (i == 0 || broken || i - first_run.back() >= together) first_run.push_back(i);
            of_run.push_back(first_run.size() - 1);
        }
        first_run.push_back(runs.size());
    }

    std::size_t count() const { return first_run.size() - 1; }
};

class line_maker {
public:
    line_maker(const std::vector<past_run>& runs, const trend_columns& columns,
               const std::vector<kept_change>& changes)
        : runs_(runs), columns_(columns), changes_(changes) {
        for (std::size_t i = 0; i < runs.size(); ++i)
            places_[runs[i].id] = i;
    }

    std::optional<trend_line> line(past_series series) const {
        const gated_metric by = judged_metric(series, {});
        if (by.of == nullptr || by.role != gate_role::primary) return std::nullopt;
        const std::vector<double> values = trend_values(series, runs_, by);
        if (values.empty()) return std::nullopt;
        const double sign = by.of->direction == better::higher ? -1 : 1;
        trend_line line;
        line.cell = series.cell;
        line.metric = series.metric;
        line.title = fmt::format("{}, {}", series.cell, label_of(*by.of, series.kind, 1));
        line.higher_is_better = sign < 0;
        const auto parts = parts_of(series);
        const double first_level = level(values, parts.front());
        const auto ratio = [&](std::size_t i, double value) {
            const bool held = runs_[series.runs[i]].golden != 0;
            return four_digits(std::exp(sign * (value - (held ? 0 : first_level))));
        };
        line.base = runs_[series.runs.front()].golden != 0
                        ? "the golden build measured beside it"
                        : fmt::format("the median of {}, {}",
                                      plural(parts.front().end - parts.front().first, "first run"),
                                      figure_text(std::exp(sign * first_level) - by.least_change,
                                                  by.of->unit));
        fill(line, series, values, ratio);
        for (const span& each : parts)
            line.levels.push_back({columns_.of_run[series.runs[each.first]],
                                   columns_.of_run[series.runs[each.end - 1]],
                                   ratio(each.first, level(values, each))});
        return line;
    }

private:
    struct span {
        std::size_t first;
        std::size_t end;
    };

    static double level(const std::vector<double>& values, span of) {
        return median({values.begin() + static_cast<std::ptrdiff_t>(of.first),
                       values.begin() + static_cast<std::ptrdiff_t>(of.end)});
    }

    /// Between breaks and changes; of the latter those that somebody ignores are none.
    std::vector<span> parts_of(const past_series& series) const {
        std::vector<std::size_t> cuts = columns_.breaks;
        for (const kept_change& each : changes_)
            if (each.series == series.id && each.state != change_state::ignored)
                if (const auto at = places_.find(each.first_bad); at != places_.end())
                    cuts.push_back(at->second);
        std::sort(cuts.begin(), cuts.end());
        std::vector<span> parts{{0, 0}};
        auto cut = cuts.begin();
        for (std::size_t i = 0; i < series.runs.size(); ++i) {
            bool passed = false;
            for (; cut != cuts.end() && *cut <= series.runs[i]; ++cut)
                passed = true;
            if (passed && i > parts.back().first) parts.push_back({i, i});
            parts.back().end = i + 1;
        }
        return parts;
    }

    template <class Ratio>
    void fill(trend_line& line, const past_series& series, const std::vector<double>& values,
              Ratio ratio) const {
        line.ratios.resize(columns_.count());
        line.figures.resize(columns_.count());
        for (std::size_t i = 0; i < values.size();) {
            const std::size_t column = columns_.of_run[series.runs[i]];
            const std::size_t first = i;
            while (i < values.size() && columns_.of_run[series.runs[i]] == column)
                ++i;
            line.ratios[column] = ratio(first, level(values, {first, i}));
            line.figures[column] = four_digits(level(series.figures, {first, i}));
        }
        for (const kept_change& each : changes_) {
            if (each.series != series.id) continue;
            const auto bad = places_.find(each.first_bad);
            const auto good = places_.find(each.last_good);
            if (bad == places_.end() || good == places_.end()) continue;
            line.changes.push_back(
                {columns_.of_run[bad->second],
                 fmt::format("#{} {}: {:.3g}x, {}, since {}; before it {}{}", each.id,
                             to_word(each.state), each.ratio, each.worse ? "worse" : "better",
                             past_run_text(runs_[bad->second]), past_run_text(runs_[good->second]),
                             each.note.empty() ? "" : ". " + each.note),
                 std::string(to_word(each.state)), each.worse});
        }
    }

    const std::vector<past_run>& runs_;
    const trend_columns& columns_;
    const std::vector<kept_change>& changes_;
    std::map<std::int64_t, std::size_t> places_;
};

std::string column_text(const std::vector<past_run>& runs, std::size_t first, std::size_t end) {
    if (end - first == 1) return past_run_text(runs[first]);
    return fmt::format("{}, the first {}", plural(end - first, "run"), past_run_text(runs[first]));
}

}  // namespace

trend_view trend_view_of(const std::vector<past_run>& runs,
                         const std::vector<fingerprint_facts>& fingerprints,
                         const std::vector<kept_change>& changes, std::vector<past_series> series) {
    trend_view view;
    if (runs.empty()) return view;
    const trend_columns columns(runs);
    for (std::size_t i = 0; i < columns.count(); ++i)
        view.columns.push_back(column_text(runs, columns.first_run[i], columns.first_run[i + 1]));
    const history_view told =
        view_of_history(runs, fingerprints, changes, [](const std::string&) { return true; });
    for (std::size_t i = 0; i < columns.breaks.size(); ++i)
        view.breaks.push_back({columns.of_run[columns.breaks[i]], told.breaks[i].text, {}, false});
    const line_maker maker(runs, columns, changes);
    for (past_series& each : series)
        if (auto line = maker.line(std::move(each))) view.lines.push_back(std::move(*line));
    std::stable_partition(view.lines.begin(), view.lines.end(), [](const trend_line& line) {
        return std::any_of(line.changes.begin(), line.changes.end(), [](const trend_mark& mark) {
            return mark.worse && (mark.state == "detected" || mark.state == "confirmed");
        });
    });
    view.summary = told.summary + " " + told.answer;
    return view;
}

}  // namespace ipcmark
