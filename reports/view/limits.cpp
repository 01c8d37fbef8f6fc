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
bool is_beyond(double figure, const cell_floor& limit) {
    return is_floor(limit) ? figure < plainly_beyond * limit.value
                           : limit.value < plainly_beyond * figure;
}

/// What the repetitions of a cell say of its limit.
struct limit_check {
    std::size_t repetitions = 0;
    std::size_t beyond = 0;
    std::size_t undisturbed_beyond = 0;
    double farthest = 0;  // of those beyond
};

limit_check check(const repetition_figures& figures, const cell_result& cell) {
    const cell_floor& limit = *cell.floor;
    const auto beyond = [&limit](std::vector<double> all) {
        std::erase_if(all, [&limit](double figure) { return !is_beyond(figure, limit); });
        std::sort(all.begin(), all.end());
        return all;
    };
    const auto all = figures.of(cell.name, held_metric(limit));
    const auto found = beyond(all);
    const auto undisturbed = beyond(figures.undisturbed_of(cell.name, held_metric(limit)));
    return {all.size(), found.size(), undisturbed.size(),
            found.empty()     ? 0
            : is_floor(limit) ? found.front()
                              : found.back()};
}

/// Whether the machine itself, at its best, did what the farthest repetition did.
bool machine_reached(double figure, const cell_floor& limit) {
    return limit.best && (is_floor(limit) ? *limit.best <= figure : *limit.best >= figure);
}

/// Who is proven wrong where repetitions lie beyond the limit.
std::string finding(const limit_check& seen, const cell_floor& limit) {
    const auto what = name_of(limit);
    if (machine_reached(seen.farthest, limit))
        return fmt::format("the machine itself reached {}, so the {} says nothing here",
                           figure_text(*limit.best, limit.unit), what);
    if (seen.undisturbed_beyond > 0)
        return fmt::format("{} undisturbed, so the {} is wrong and says nothing here",
                           seen.undisturbed_beyond < seen.beyond
                               ? fmt::format("{} of these {}", seen.undisturbed_beyond,
                                             seen.undisturbed_beyond == 1 ? "was" : "were")
                           : seen.beyond == 1 ? "it was"
                                              : "they were",
                           what);
    return fmt::format("either the {} or {} wrong", what,
                       seen.beyond == 1 ? "that repetition is" : "those repetitions are");
}

}  // namespace

bool is_held_against(const metric& by, const cell_floor& limit) {
    return is_floor(limit) ? by.key == "p50_ns"
                           : by.key == "bytes_per_second" || by.key == "messages_per_second";
}

std::string doubt_sentence(const repetition_figures& figures, const cell_result& cell) {
    if (cell.ended != status::ok || !cell.floor) return {};
    const cell_floor& limit = *cell.floor;
    const std::string measured = fmt::format("The {} was measured at {}", name_of(limit),
                                             figure_text(limit.value, limit.unit));
    const limit_check seen = check(figures, cell);
    if (seen.beyond > 0)
        return fmt::format("{}; {} of {} lie{} beyond it, {} to {}: {}.", measured, seen.beyond,
                           plural(seen.repetitions, "repetition"), seen.beyond == 1 ? "s" : "",
                           is_floor(limit) ? "down" : "up", figure_text(seen.farthest, limit.unit),
                           finding(seen, limit));
    const auto ratio = cell.median("ratio_to_floor");
    return ratio && *ratio < plainly_beyond
               ? measured + ", which this surpasses: it says nothing here."
               : "";
}

std::string limit_sentence(const repetition_figures& figures, const cell_result& cell) {
    const metric_summary* ratios = cell.find("ratio_to_floor");
    const auto ratio = median_text(ratios);
    if (!ratio || !cell.floor) return {};
    if (auto doubt = doubt_sentence(figures, cell); !doubt.empty()) return doubt;
    const std::string limit = figure_text(cell.floor->value, cell.floor->unit) +
                              (cell.floor->why.empty() ? "" : ", since " + cell.floor->why);
    if (*ratios->median < 1)
        return fmt::format("The {} is {}, which it reached.", name_of(*cell.floor), limit);
    return is_floor(*cell.floor)
               ? fmt::format("The floor is {}: {} times that.", limit, *ratio)
               : fmt::format("The ceiling is {}: {:.0f} % of that.", limit, 100 / *ratios->median);
}

std::optional<std::string> ceiling_share_text(const cell_result& cell, const std::string& doubt) {
    const auto ratio = cell.median("ratio_to_floor");
    if (cell.ended != status::ok || !cell.floor || is_floor(*cell.floor) || !ratio ||
        !doubt.empty())
        return std::nullopt;
    return fmt::format("{:.0f} %", 100 / std::max(*ratio, 1.0));
}

std::string doubts_sentence(const run_result& result) {
    const repetition_figures figures(result);
    std::vector<std::string> names;
    for (const auto& cell : result.cells)
        if (!doubt_sentence(figures, cell).empty())
            names.push_back(cell.mechanism + " " + payload_text(cell.payload_bytes) + " " +
                            std::string(pattern_of(cell.kind).title));
    if (names.empty()) return {};
    return fmt::format(
        "{} {} beyond the limit that the machine itself showed, so that limit says nothing of {}: "
        "{}.",
        plural(names.size(), "cell"), names.size() == 1 ? "has figures" : "have figures",
        names.size() == 1 ? "it" : "them", some_of(names, doubtful_told));
}

}  // namespace ipcmark
