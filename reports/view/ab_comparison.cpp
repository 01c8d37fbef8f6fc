#include "reports/view/ab_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "reports/ab_report.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/view_model.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr change verdicts_in_order[] = {change::regressed, change::improved, change::inconclusive,
                                        change::equivalent};

pattern kind_of(const ab_result& compared, const ab_figure& figure) {
    const std::string& name = compared.pairs[figure.pair].b;
    return from_word<pattern>(name.substr(0, name.find('/'))).value_or(pattern::round_trip);
}

std::size_t payload_of(const ab_result& compared, const ab_figure& figure) {
    for (const cell_result& each : compared.results[1].cells)
        if (each.name == compared.pairs[figure.pair].b) return each.payload_bytes;
    return 1;
}

std::string label_of_figure(const ab_result& compared, const ab_figure& figure) {
    return label_of(*figure.by.of, kind_of(compared, figure), payload_of(compared, figure));
}

std::string cells_of(const ab_pair& names) {
    return names.a == names.b ? names.a : names.b + " (A: " + names.a + ")";
}

std::string interval_text(const std::optional<double>& low, const std::optional<double>& high) {
    return low && high ? fmt::format(" [{:.2f} .. {:.2f}]", *low, *high) : std::string();
}

std::string counts_text(const ab_judgement& judged, gate_role role) {
    std::string text;
    for (const change verdict : verdicts_in_order)
        if (const std::size_t count = judged.count(role, verdict); count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, title_of(verdict));
    return text;
}

std::size_t count_of(const ab_judgement& judged, gate_role role) {
    std::size_t all = 0;
    for (const change verdict : verdicts_in_order)
        all += judged.count(role, verdict);
    return all;
}

std::string variant_text(const variant_info& of) {
    std::string text = of.label;
    if (of.revision) text += " (revision " + of.revision->substr(0, 12) + ")";
    for (const auto& each : of.environment)
        text += ", " + each;
    return text;
}

const control_figure* moved_control(const ab_judgement& judged) {
    for (const control_figure& each : judged.controls)
        if (each.seen.verdict == change::regressed || each.seen.verdict == change::improved)
            return &each;
    return nullptr;
}

std::string slot_text(const slot_effect& slot) {
    return fmt::format("The second of a pair measured {:.3f}x{} the first, in an order by chance.",
                       slot.ratio, interval_text(slot.low, slot.high));
}

std::string controls_text(const ab_judgement& judged) {
    std::string text;
    double drift = 1;
    for (const control_figure& each : judged.controls) {
        text += fmt::format("{}{} {:.3f}x{}",
                            text.empty() ? "Controls, which no variant reaches: " : ", ", each.cell,
                            each.seen.ratio, interval_text(each.seen.low, each.seen.high));
        if (std::abs(std::log(each.drift)) > std::abs(std::log(drift))) drift = each.drift;
    }
    if (text.empty()) return text;
    text += " of themselves.";
    constexpr double notable = 1.05;
    if (drift > notable || drift < 1 / notable)
        text += fmt::format(" The machine drifted by {:+.0f} % meanwhile, which pairs cancel.",
                            100 * (drift - 1));
    return text;
}

/// Equal pattern, metric and label stand in one table.
struct table_key {
    pattern kind;
    std::string_view metric;
    friend bool operator==(const table_key&, const table_key&) = default;
};

compared_row row_of(const ab_result& compared, const ab_figure& figure) {
    return {compared.pairs[figure.pair].b,
            figure.a,
            figure.b,
            figure.ratio,
            figure.low,
            figure.high,
            figure.seen.verdict,
            figure.seen.pairs,
            figure.seen.adjusted_p};
}

comparison_table empty_table(const ab_result& compared, const ab_figure& figure) {
    const gated_metric& by = figure.by;
    const pattern kind = kind_of(compared, figure);
    return {kind,
            std::string(by.of->key),
            fmt::format("{}, {}", pattern_of(kind).title, label_of_figure(compared, figure)),
            {},
            fmt::format("B over A; {} 1x is better. A difference of less than {:.3g} % does not "
                        "matter.{}",
                        by.of->direction == better::higher ? "above" : "below", 100 * by.margin,
                        by.role == gate_role::secondary ? " It warns and decides nothing." : ""),
            1 / (1 + by.margin),
            1 + by.margin,
            {}};
}

std::string summary_of(const std::vector<compared_row>& rows) {
    std::string text;
    for (const change verdict : verdicts_in_order) {
        const auto count = std::count_if(rows.begin(), rows.end(), [verdict](const auto& row) {
            return row.verdict == verdict;
        });
        if (count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, title_of(verdict));
    }
    return text;
}

void put_in_order(std::vector<compared_row>& rows) {
    const auto place = [](change verdict) {
        return std::find(std::begin(verdicts_in_order), std::end(verdicts_in_order), verdict) -
               std::begin(verdicts_in_order);
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const auto& x, const auto& y) {
        const auto p = place(x.verdict);
        const auto q = place(y.verdict);
        return p != q ? p < q : std::abs(std::log(x.ratio)) > std::abs(std::log(y.ratio));
    });
}

std::vector<comparison_table> tables_of(const ab_result& compared, const ab_judgement& judged) {
    std::vector<comparison_table> tables;
    for (const ab_figure& figure : judged.figures) {
        const table_key key{kind_of(compared, figure), figure.by.of->key};
        auto at = std::find_if(tables.begin(), tables.end(), [&key](const auto& each) {
            return key == table_key{each.kind, each.metric};
        });
        if (at == tables.end()) at = tables.insert(tables.end(), empty_table(compared, figure));
        at->rows.push_back(row_of(compared, figure));
    }
    for (comparison_table& each : tables) {
        put_in_order(each.rows);
        each.summary = summary_of(each.rows);
    }
    // What changed is seen first.
    std::stable_partition(tables.begin(), tables.end(), [](const comparison_table& each) {
        return each.rows.front().verdict == change::improved;
    });
    std::stable_partition(tables.begin(), tables.end(), [](const comparison_table& each) {
        return each.rows.front().verdict == change::regressed;
    });
    return tables;
}

}  // namespace

std::string side_name(const ab_result& compared, std::size_t side) {
    return fmt::format("{} ({})", side == 0 ? "A" : "B", variant_text(compared.variants[side]));
}

std::string figure_sentence(const ab_result& compared, const ab_figure& figure) {
    const std::string_view unit = figure.by.of->unit;
    return fmt::format("{} of {}: A {}, B {}, {:.2f}x{}", label_of_figure(compared, figure),
                       cells_of(compared.pairs[figure.pair]), figure_text(figure.a, unit),
                       figure_text(figure.b, unit), figure.ratio,
                       interval_text(figure.low, figure.high));
}

std::string verdict_sentence(const ab_result& compared, const ab_judgement& judged) {
    const std::size_t all = count_of(judged, gate_role::primary);
    if (const control_figure* moved = moved_control(judged))
        return fmt::format(
            "Nothing is decided: the machine moved. {}, which is the same on both "
            "sides, measured {:.2f}x{} of itself; run again when nothing else works "
            "here.",
            moved->cell, moved->seen.ratio, interval_text(moved->seen.low, moved->seen.high));
    if (all == 0) return "Nothing is decided: no pair of repetitions was measured.";
    const std::size_t regressed = judged.count(gate_role::primary, change::regressed);
    const std::size_t improved = judged.count(gate_role::primary, change::improved);
    const std::size_t undecided = judged.count(gate_role::primary, change::inconclusive);
    std::string head = regressed > 0 && improved > 0 ? "B is worse than A in some, better in others"
                       : regressed > 0               ? "B is worse than A"
                       : improved > 0                ? "B is better than A"
                       : undecided > 0               ? "No difference between B and A is proven"
                                                     : "B is as good as A";
    if (compared.same) head = "Both sides are the same, which tests this machine: " + head;
    return fmt::format("{}: of {} {}. Equal sides would show {:.2g} false alarms at most.", head,
                       plural(all, "figure"), counts_text(judged, gate_role::primary),
                       judged.expected_false_alarms);
}

/// Of the figures that decide: a tail may have fewer.
std::string pairs_text(const ab_judgement& judged) {
    std::size_t least = ~std::size_t{0};
    std::size_t most = 0;
    for (const ab_figure& each : judged.figures) {
        if (each.by.role != gate_role::primary) continue;
        least = std::min(least, each.seen.pairs);
        most = std::max(most, each.seen.pairs);
    }
    if (most == 0) return {};
    return least == most ? plural(most, "pair") + " a cell."
                         : fmt::format("{} to {} pairs a cell.", least, most);
}

std::string unjudged_text(const ab_result& compared, const ab_judgement& judged) {
    if (judged.without_main.empty()) return {};
    std::string names;
    for (const std::size_t pair : judged.without_main)
        names += (names.empty() ? "" : ", ") + compared.pairs[pair].b;
    return fmt::format(
        "Without a latency or rate on both sides, so judged by the rest if at all: {}.", names);
}

std::string grounds_sentence(const ab_result& compared, const ab_judgement& judged) {
    std::vector<std::string> grounds;
    for (auto text : {pairs_text(judged), unjudged_text(compared, judged)})
        if (!text.empty()) grounds.push_back(std::move(text));
    if (judged.slot) grounds.push_back(slot_text(*judged.slot));
    if (auto controls = controls_text(judged); !controls.empty())
        grounds.push_back(std::move(controls));
    const auto unconfirmed = std::count_if(judged.figures.begin(), judged.figures.end(),
                                           [](const ab_figure& each) { return each.unconfirmed; });
    if (unconfirmed > 0)
        grounds.push_back(fmt::format("{} worse at first and not when compared once more.",
                                      plural(static_cast<std::size_t>(unconfirmed), "figure")));
    else if (!compared.confirmation.empty())
        grounds.emplace_back("What is worse was so again when compared once more.");
    if (!compared.complete && compared.incomplete_reason)
        grounds.push_back("Incomplete: " + *compared.incomplete_reason + ".");
    return joined(grounds);
}

comparison_view ab_comparison_view(const ab_result& compared, const ab_judgement& judged) {
    comparison_view view;
    view.title = side_name(compared, 1) + " against " + side_name(compared, 0);
    view.differences = environment_differences(compared.results[0], compared.results[1]);
    view.environment = "Pair by pair on one machine:";
    view.note = grounds_sentence(compared, judged);
    view.tables = tables_of(compared, judged);
    auto lines = ab_answer(compared, judged);
    view.summary = lines.back();
    lines.pop_back();
    view.lines = std::move(lines);
    if (view.lines.empty()) view.lines.push_back(view.title + ".");
    return view;
}

view_model view_of(const ab_result& compared, const ab_judgement& judged) {
    view_model model = view_of({{side_name(compared, 0), compared.results[0]},
                                {side_name(compared, 1), compared.results[1]}});
    model.comparisons = {ab_comparison_view(compared, judged)};
    return model;
}

}  // namespace ipcmark
