#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "harness/analysis/best_ratios.hpp"
#include "harness/result/metrics.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

/// So that runs of the same kind are told by the same payloads.
constexpr std::size_t told_latency_bytes = 64;
constexpr std::size_t told_stream_bytes = std::size_t{64} << 10;

std::vector<std::optional<double>> ratios_of(const run_result& result, const cell_group& group,
                                             const metric& by) {
    auto ratios = ratios_to_best(result, group, by);
    for (auto& each : ratios)
        if (each) each = four_digits(*each);
    return ratios;
}

std::vector<standing_column> columns_of(const run_result& result, const repetition_figures& figures,
                                        const cell_group& group) {
    std::vector<standing_column> columns;
    for (const metric& each : reported_metrics()) {
        const bool has_figures =
            each.listed && std::any_of(group.cells.begin(), group.cells.end(), [&](std::size_t i) {
                return result.cells[i].median(each.key).has_value();
            });
        if (has_figures)
            columns.push_back(
                {std::string(each.key), label_of(each, group.kind, group.payload_bytes),
                 standings(result, figures, group, each), ratios_of(result, group, each)});
    }
    return columns;
}

/// Bytes where a stream carries some, else what the pattern table says.
std::string main_metric_of(const run_result& result, const cell_group& group) {
    const pattern_info& kind = pattern_of(group.kind);
    const bool has_bytes = kind.loop == pattern_loop::stream && group.payload_bytes > 0 &&
                           std::any_of(group.cells.begin(), group.cells.end(), [&](std::size_t i) {
                               return result.cells[i].median("bytes_per_second").has_value();
                           });
    return std::string(has_bytes ? "bytes_per_second" : kind.main_metric);
}

/// Ranked ones by the main metric, then those that stand apart, those without a figure, and the
/// instrument.
cell_group in_order(const run_result& result, cell_group group) {
    const metric& main = *find_metric(pattern_of(group.kind).main_metric);
    const auto place = [&](std::size_t i) {
        const cell_result& cell = result.cells[i];
        const metric_summary* figures = cell.ended == status::ok ? cell.find(main.key) : nullptr;
        const bool is_measured = figures != nullptr && figures->median.has_value();
        const double figure = is_measured ? *figures->median : 0;
        const int class_of_cell = cell.mechanism == instrument_name ? 3
                                  : !is_measured                    ? 2
                                  : is_lossy(result, cell)          ? 1
                                                                    : 0;
        return std::tuple(class_of_cell, main.direction == better::higher ? -figure : figure);
    };
    std::map<std::size_t, std::tuple<int, double>> places;
    for (const std::size_t i : group.cells)
        places[i] = place(i);
    std::stable_sort(group.cells.begin(), group.cells.end(),
                     [&](std::size_t a, std::size_t b) { return places[a] < places[b]; });
    return group;
}

bool has_competitor(const run_result& result, const group_view& group) {
    return std::any_of(group.cells.begin(), group.cells.end(), [&](std::size_t i) {
        return result.cells[i].ended == status::ok && result.cells[i].mechanism != instrument_name;
    });
}

/// Whether it can be told who is the best.
bool has_best(const group_view& group) {
    const standing_column* column = group.column(group.main_metric);
    return column != nullptr && std::find(column->standings.begin(), column->standings.end(),
                                          standing::best) != column->standings.end();
}

double parameter_value(const run_result& result, const group_view& group) {
    const auto& parameter = result.cells[group.cells.front()].parameter;
    return parameter ? parameter->value : 0;
}

/// Whether `a` tells more than `b`: a pair, a best one, a payload before none, the usual one, the
/// heaviest load.
bool tells_more(const run_result& result, const group_view& a, const group_view& b) {
    const bool streams = pattern_of(a.kind).loop == pattern_loop::stream;
    const std::size_t wanted = streams ? told_stream_bytes : told_latency_bytes;
    const auto rank = [&](const group_view& group) {
        const auto bytes = static_cast<double>(group.payload_bytes);
        return std::tuple(!group.several, has_best(group), group.payload_bytes > 0,
                          group.payload_bytes == wanted, streams ? bytes : -bytes,
                          parameter_value(result, group));
    };
    return rank(a) > rank(b);
}

void mark_headlines(const run_result& result, std::vector<group_view>& groups) {
    std::map<std::tuple<pattern, placement, touch>, group_view*> best;
    for (auto& group : groups) {
        if (!has_competitor(result, group)) continue;
        auto& known = best[{group.kind, group.place, group.reads}];
        if (known == nullptr || tells_more(result, group, *known)) known = &group;
    }
    for (const auto& [key, group] : best)
        group->headline = true;
}

/// In which the placements are told.
int turn_of(placement place) {
    constexpr int after_all_pairs = 100;
    if (place == placement::same_cpu) return after_all_pairs;
    return place == placement::free ? after_all_pairs + 1 : static_cast<int>(place);
}

}  // namespace

std::vector<const group_view*> headlines_of(const std::vector<group_view>& groups, pattern kind) {
    std::vector<const group_view*> found;
    for (const auto& group : groups)
        if (group.kind == kind && group.headline) found.push_back(&group);
    const bool usual = std::any_of(found.begin(), found.end(),
                                   [](const auto* each) { return each->reads == touch::rw; });
    if (!found.empty())
        std::erase_if(found, [told = usual ? touch::rw : found.front()->reads](const auto* each) {
            return each->reads != told;
        });
    std::stable_sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
        return turn_of(a->place) < turn_of(b->place);
    });
    return found;
}

double four_digits(double ratio) {
    const double unit = std::pow(10, 3 - std::floor(std::log10(ratio)));
    return std::round(ratio * unit) / unit;
}

std::vector<group_view> group_views(const run_result& result) {
    const repetition_figures figures(result);
    std::vector<group_view> groups;
    for (const auto& unordered : groups_of(result)) {
        const cell_group group = in_order(result, unordered);
        group_view view{.kind = group.kind,
                        .place = group.place,
                        .reads = group.reads,
                        .payload_bytes = group.payload_bytes,
                        .parameter = varied_text(result.cells[group.cells.front()]),
                        .unit = std::string(title_of(sent_by(group.kind, group.payload_bytes))),
                        .headline = false,
                        .several = result.cells[group.cells.front()].parties.has_value(),
                        .main_metric = main_metric_of(result, group),
                        .cells = group.cells,
                        .columns = columns_of(result, figures, group),
                        .unproven = {},
                        .traded = trade_off_of(result, group),
                        .answers = {}};
        view.unproven = unproven_behind(result, figures, group, *find_metric(view.main_metric));
        view.answers = answers_of(result, figures, group, view);
        groups.push_back(std::move(view));
    }
    mark_headlines(result, groups);
    return groups;
}

}  // namespace ipcmark
