#include <algorithm>
#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

/// Beyond the limit by more than it varies itself.
constexpr double plainly_beyond = 0.9;
constexpr std::size_t doubtful_told = 3;

bool is_floor(const cell_floor& limit) {
    return limit.unit == "ns";
}

std::string_view name_of(const cell_floor& limit) {
    return is_floor(limit) ? "floor" : "ceiling";
}

const char* held_metric(const cell_floor& limit) {
    return is_floor(limit) ? "p50_ns" : "bytes_per_second";
}

/// By cost: below 1 is beyond the limit.
std::size_t count_beyond(const std::vector<double>& figures, const cell_floor& limit) {
    return static_cast<std::size_t>(
        std::count_if(figures.begin(), figures.end(), [&limit](double figure) {
            return is_floor(limit) ? figure < plainly_beyond * limit.value
                                   : limit.value < plainly_beyond * figure;
        }));
}

bool is_doubtful(const repetition_figures& figures, const cell_result& cell) {
    return cell.ended == status::ok && cell.floor &&
           count_beyond(figures.of(cell.name, held_metric(*cell.floor)), *cell.floor) > 0;
}

}  // namespace

bool is_held_against(const metric& by, const cell_floor& limit) {
    return is_floor(limit) ? by.key == "p50_ns"
                           : by.key == "bytes_per_second" || by.key == "messages_per_second";
}

std::string limit_sentence(const cell_result& cell) {
    const metric_summary* figures = cell.find("ratio_to_floor");
    const auto ratio = median_text(figures);
    if (!ratio || !cell.floor) return {};
    const std::string measured = figure_text(cell.floor->value, cell.floor->unit);
    const std::string limit =
        measured + (cell.floor->why.empty() ? "" : ", since " + cell.floor->why);
    const auto what = name_of(*cell.floor);
    if (*figures->median < plainly_beyond)
        return fmt::format("The {} was measured at {}, which this surpasses: it says nothing here.",
                           what, measured);
    if (*figures->median < 1) return fmt::format("The {} is {}, which it reached.", what, limit);
    return is_floor(*cell.floor)
               ? fmt::format("The floor is {}: {} times that.", limit, *ratio)
               : fmt::format("The ceiling is {}: {:.0f} % of that.", limit, 100 / *figures->median);
}

std::string doubt_sentence(const repetition_figures& figures, const cell_result& cell) {
    if (!is_doubtful(figures, cell)) return {};
    const auto all = figures.of(cell.name, held_metric(*cell.floor));
    const auto [least, most] = std::minmax_element(all.begin(), all.end());
    return fmt::format(
        "{} of {} lie beyond the {} that the machine showed in this run, {} to {}: "
        "the figure is rough.",
        count_beyond(all, *cell.floor), plural(all.size(), "repetition"), name_of(*cell.floor),
        is_floor(*cell.floor) ? "down" : "up",
        figure_text(is_floor(*cell.floor) ? *least : *most, cell.floor->unit));
}

std::string doubts_sentence(const run_result& result) {
    const repetition_figures figures(result);
    std::vector<std::string> names;
    for (const auto& cell : result.cells)
        if (is_doubtful(figures, cell))
            names.push_back(cell.mechanism + " " + payload_text(cell.payload_bytes) + " " +
                            std::string(pattern_of(cell.kind).title));
    if (names.empty()) return {};
    return fmt::format(
        "Of {} some repetitions lie beyond what the machine itself could do when "
        "that was measured, so {} rough: {}.",
        plural(names.size(), "cell"), names.size() == 1 ? "its figure is" : "their figures are",
        some_of(names, doubtful_told));
}

}  // namespace ipcmark
