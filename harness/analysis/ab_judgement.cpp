#include "harness/analysis/ab_judgement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "harness/stats/hodges_lehmann.hpp"
#include "harness/stats/order.hpp"
#include "harness/stats/rank_sum.hpp"

namespace ipcmark {

namespace {

constexpr double usual_margin = 0.05;
constexpr double overall_level = 0.01;
constexpr std::string_view main_of_pattern{};

struct ab_metric_row {
    std::string_view metric;  // main_of_pattern: the pattern's
    gate_role role = gate_role::primary;
    double margins = 1;  // times the metric's own
    double least_change = 0;
};

/// A change of the margin's size is found every other time, so that one of a metric's own 5 % is
/// found needs a smaller one.
constexpr double below_the_change = 0.8;

constexpr ab_metric_row ab_metric_rows[] = {
    {main_of_pattern, gate_role::primary, below_the_change, 0},
    {"cpu_ns_per_message", gate_role::primary, below_the_change, 0},
    {"switches_per_message", gate_role::primary, below_the_change, 0.02},
    {"p90_ns", gate_role::secondary, 2, 0},
    {"p99_ns", gate_role::secondary, 2, 0},
};

double margin_for(const ab_metric_row& row, const metric& of, const ab_rule& rule) {
    if (const auto named = rule.margins.find(std::string(of.key)); named != rule.margins.end())
        return named->second;
    if (rule.margin) return *rule.margin * (row.role == gate_role::primary ? 1 : row.margins);
    return (of.margin > 0 ? of.margin : usual_margin) * row.margins;
}

std::optional<double> figure_of(const std::map<std::string, std::optional<double>>& metrics,
                                std::string_view key) {
    const auto at = metrics.find(std::string(key));
    return at == metrics.end() ? std::nullopt : at->second;
}

/// One metric of a pair up to a number of rounds.
struct figure_series {
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> log_ratios;
    std::vector<bool> a_first;

    void add(const gated_metric& by, double of_a, double of_b, bool first) {
        const double from = of_a + by.least_change;
        const double to = of_b + by.least_change;
        if (from <= 0 || to <= 0) return;
        a.push_back(of_a);
        b.push_back(of_b);
        log_ratios.push_back((by.of->direction == better::higher ? -1 : 1) * std::log(to / from));
        a_first.push_back(first);
    }
};

figure_series series_of(const measured_pair& pair, const gated_metric& by, std::uint64_t rounds) {
    figure_series series;
    for (const pair_round& each : pair.rounds) {
        if (each.round >= rounds) break;
        const auto a = figure_of(each.a, by.of->key);
        const auto b = figure_of(each.b, by.of->key);
        if (a && b) series.add(by, *a, *b, each.a_first);
    }
    return series;
}

/// The log ratios by the order of the two.
struct by_order {
    std::vector<double> b_second;
    std::vector<double> b_first;

    explicit by_order(const figure_series& series) {
        for (std::size_t i = 0; i < series.log_ratios.size(); ++i)
            (series.a_first[i] ? b_second : b_first).push_back(series.log_ratios[i]);
    }
    bool has(std::size_t least) const {
        return b_second.size() >= least && b_first.size() >= least;
    }
};

/// Takes out what running second adds, where it is proven that it adds something.
bool remove_slot(figure_series& series) {
    const by_order orders(series);
    if (!orders.has(4) || rank_sum_test(orders.b_first, orders.b_second).p >= overall_level)
        return false;
    const double half = estimate_shift_between(orders.b_first, orders.b_second).estimate / 2;
    for (std::size_t i = 0; i < series.log_ratios.size(); ++i)
        series.log_ratios[i] -= series.a_first[i] ? half : -half;
    return true;
}

struct judged_series {
    ab_figure figure;
    figure_series series;
};

void conclude(ab_figure& figure, const change_estimate& seen) {
    const bool higher = figure.by.of->direction == better::higher;
    figure.seen = seen;
    figure.ratio = higher ? 1 / seen.ratio : seen.ratio;
    if (!seen.low || !seen.high) return;
    figure.low = higher ? 1 / *seen.high : *seen.low;
    figure.high = higher ? 1 / *seen.low : *seen.high;
}

std::vector<judged_series> family_at(const std::vector<measured_pair>& pairs, const ab_rule& rule,
                                     gate_role role, const ab_look& look) {
    std::vector<judged_series> family;
    std::vector<paired_series> decided;
    for (std::size_t pair = 0; pair < pairs.size(); ++pair)
        for (const gated_metric& by : gated_metrics(pairs[pair].kind, rule)) {
            if (by.role != role) continue;
            judged_series one;
            one.figure.pair = pair;
            one.figure.by = by;
            one.series = series_of(pairs[pair], by, look.pairs);
            if (one.series.log_ratios.empty()) continue;
            one.figure.a = median(one.series.a);
            one.figure.b = median(one.series.b);
            one.figure.slot_removed = remove_slot(one.series);
            decided.push_back({one.series.log_ratios, by.margin});
            family.push_back(std::move(one));
        }
    const auto seen = decide(decided, {look.level});
    for (std::size_t i = 0; i < family.size(); ++i)
        conclude(family[i].figure, seen[i]);
    return family;
}

std::size_t look_of(const measured_pair& pair, const ab_rule& rule) {
    std::size_t at = 0;
    while (at + 1 < rule.looks.size() && rule.looks[at].pairs < pair.asked)
        ++at;
    return at;
}

std::optional<slot_effect> slot_effect_of(const std::vector<measured_pair>& pairs,
                                          const ab_rule& rule) {
    std::vector<double> second_over_first;
    for (const measured_pair& pair : pairs) {
        const auto by = gated_metrics(pair.kind, rule);
        if (by.empty()) continue;
        const figure_series series = series_of(pair, by.front(), pair.asked);
        const by_order orders(series);
        if (!orders.has(2)) continue;
        const double centre =
            (estimate_shift(orders.b_second).estimate + estimate_shift(orders.b_first).estimate) /
            2;
        for (std::size_t i = 0; i < series.log_ratios.size(); ++i)
            second_over_first.push_back((series.a_first[i] ? 1 : -1) *
                                        (series.log_ratios[i] - centre));
    }
    constexpr std::size_t least = 6;
    constexpr std::size_t most = 1'000;  // a million averages are enough
    if (second_over_first.size() < least) return std::nullopt;
    second_over_first.resize(std::min(second_over_first.size(), most));
    const shift_estimate seen = estimate_shift(second_over_first);
    slot_effect effect{std::exp(seen.estimate), {}, {}};
    if (seen.low) effect.low = std::exp(*seen.low);
    if (seen.high) effect.high = std::exp(*seen.high);
    return effect;
}

double drift_of(const control_series& control) {
    std::vector<double> all;
    for (std::size_t i = 0; i < std::min(control.first.size(), control.second.size()); ++i)
        all.push_back((control.first[i] + control.second[i]) / 2);
    const std::size_t third = all.size() / 3;
    if (third == 0) return 1;
    const auto part = [&all](std::size_t from, std::size_t count) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
        return median({begin, begin + static_cast<std::ptrdiff_t>(count)});
    };
    const double before = part(0, third);
    return before > 0 ? part(all.size() - third, third) / before : 1;
}

std::vector<control_figure> control_figures(const std::vector<control_series>& controls) {
    std::vector<control_figure> figures;
    std::vector<paired_series> family;
    for (const control_series& each : controls) {
        const metric* by = find_metric(each.metric);
        if (by == nullptr) continue;
        figure_series series;
        const gated_metric gated{by, gate_role::primary, usual_margin, 0};
        for (std::size_t i = 0; i < std::min(each.first.size(), each.second.size()); ++i)
            series.add(gated, each.first[i], each.second[i], true);
        if (series.log_ratios.empty()) continue;
        family.push_back({series.log_ratios, usual_margin});
        figures.push_back({each.cell, by, {}, drift_of(each)});
    }
    const auto seen = decide(family, {overall_level});
    for (std::size_t i = 0; i < figures.size(); ++i)
        figures[i].seen = seen[i];
    return figures;
}

bool has_main_figure(const ab_judgement& judged, std::size_t pair, pattern kind) {
    const metric* main = find_metric(pattern_of(kind).main_metric);
    return std::any_of(judged.figures.begin(), judged.figures.end(), [&](const ab_figure& each) {
        return each.pair == pair && each.by.of == main;
    });
}

/// The last try of each round, by the name of the cell.
using kept_rounds = std::map<std::string, std::map<std::uint64_t, const repetition_record*>>;

kept_rounds rounds_of(const run_result& result) {
    kept_rounds kept;
    for (const repetition_record& each : result.repetitions) {
        if (!each.timed) continue;
        const repetition_record*& at = kept[each.cell][each.timed->round];
        if (at == nullptr || at->timed->attempt < each.timed->attempt) at = &each;
    }
    return kept;
}

}  // namespace

std::vector<gated_metric> gated_metrics(pattern kind, const ab_rule& rule) {
    std::vector<gated_metric> found;
    for (const ab_metric_row& row : ab_metric_rows) {
        const std::string_view key =
            row.metric == main_of_pattern ? pattern_of(kind).main_metric : row.metric;
        const metric* of = find_metric(key);
        const bool repeated = std::any_of(found.begin(), found.end(),
                                          [of](const gated_metric& each) { return each.of == of; });
        if (of != nullptr && !repeated)
            found.push_back({of, row.role, margin_for(row, *of, rule), row.least_change});
    }
    return found;
}

std::vector<std::string> gated_keys() {
    std::set<std::string> keys;
    for (const pattern_info& row : pattern_table)
        for (const gated_metric& each : gated_metrics(row.id, {}))
            keys.emplace(each.of->key);
    return {keys.begin(), keys.end()};
}

std::vector<ab_look> looks_for(std::uint64_t most_pairs) {
    constexpr std::uint64_t first_look = 10;
    constexpr std::array spent_over_three{0.003, 0.004, 0.007};
    std::vector<ab_look> looks;
    for (std::uint64_t pairs = first_look; pairs < most_pairs; pairs *= 2)
        looks.push_back({pairs, 0});
    looks.push_back({most_pairs, 0});
    for (ab_look& each : looks)
        each.level = overall_level / static_cast<double>(looks.size());
    if (looks.size() == spent_over_three.size())
        for (std::size_t i = 0; i < spent_over_three.size(); ++i)
            looks[i].level = spent_over_three[i];
    return looks;
}

ab_judgement judge(const std::vector<measured_pair>& pairs,
                   const std::vector<control_series>& controls, const ab_rule& rule) {
    ab_judgement result;
    for (const gate_role role : {gate_role::primary, gate_role::secondary})
        for (std::size_t look = 0; look < rule.looks.size(); ++look) {
            const auto reached = [&](const measured_pair& each) {
                return look_of(each, rule) == look;
            };
            if (std::none_of(pairs.begin(), pairs.end(), reached)) continue;
            for (judged_series& each : family_at(pairs, rule, role, rule.looks[look]))
                if (reached(pairs[each.figure.pair])) result.figures.push_back(each.figure);
        }
    std::stable_sort(result.figures.begin(), result.figures.end(),
                     [](const ab_figure& x, const ab_figure& y) {
                         return std::pair(x.by.role, x.pair) < std::pair(y.by.role, y.pair);
                     });
    for (std::size_t pair = 0; pair < pairs.size(); ++pair)
        if (!has_main_figure(result, pair, pairs[pair].kind)) result.without_main.push_back(pair);
    result.slot = slot_effect_of(pairs, rule);
    result.controls = control_figures(controls);
    result.machine_moved =
        std::any_of(result.controls.begin(), result.controls.end(),
                    [](const control_figure& each) { return is_change(each.seen.verdict); });
    if (!result.figures.empty()) result.expected_false_alarms = overall_level;
    return result;
}

std::size_t ab_judgement::count(gate_role role, change verdict) const {
    return static_cast<std::size_t>(
        std::count_if(figures.begin(), figures.end(), [&](const ab_figure& each) {
            return each.by.role == role && each.seen.verdict == verdict;
        }));
}

bool ab_judgement::is_conclusive() const {
    return without_main.empty() && count(gate_role::primary, change::inconclusive) == 0;
}

bool ab_judgement::is_settled(std::size_t pair) const {
    return std::none_of(figures.begin(), figures.end(), [pair](const ab_figure& each) {
        return each.pair == pair && each.by.role == gate_role::primary &&
               each.seen.verdict == change::inconclusive;
    });
}

std::vector<measured_pair> measured_pairs_of(const ab_result& of) {
    const kept_rounds a = rounds_of(of.results[0]);
    const kept_rounds b = rounds_of(of.results[1]);
    std::vector<measured_pair> pairs;
    for (const ab_pair& names : of.pairs) {
        measured_pair& pair = pairs.emplace_back();
        pair.names = names;
        pair.kind =
            from_word<pattern>(names.a.substr(0, names.a.find('/'))).value_or(pattern::round_trip);
        const auto of_a = a.find(names.a);
        const auto of_b = b.find(names.b);
        if (of_a == a.end() || of_b == b.end()) continue;
        for (const auto& [round, left] : of_a->second) {
            const auto right = of_b->second.find(round);
            if (right == of_b->second.end()) continue;
            pair.rounds.push_back({round, left->metrics, right->second->metrics,
                                   left->timed->sequence < right->second->timed->sequence});
            pair.asked = round + 1;
        }
    }
    return pairs;
}

ab_judgement judge(const ab_result& of) {
    ab_judgement result = judge(measured_pairs_of(of), of.controls, of.rule);
    if (of.confirmation.empty()) return result;
    const ab_result& again = of.confirmation.front();
    const ab_judgement confirmed = judge(again);
    const auto recurs = [&](const ab_figure& figure) {
        return !confirmed.machine_moved &&
               std::any_of(confirmed.figures.begin(), confirmed.figures.end(),
                           [&](const ab_figure& each) {
                               return each.by.of == figure.by.of &&
                                      each.seen.verdict == change::regressed &&
                                      again.pairs[each.pair].a == of.pairs[figure.pair].a &&
                                      again.pairs[each.pair].b == of.pairs[figure.pair].b;
                           });
    };
    for (ab_figure& each : result.figures)
        if (each.by.role == gate_role::primary && each.seen.verdict == change::regressed &&
            !recurs(each)) {
            each.seen.verdict = change::inconclusive;
            each.unconfirmed = true;
        }
    return result;
}

}  // namespace ipcmark
