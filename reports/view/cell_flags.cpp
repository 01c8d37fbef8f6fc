#include "reports/view/cell_flags.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/analysis/standings.hpp"
#include "harness/base/sizes.hpp"
#include "harness/result/metrics.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

std::string flagged_cell(const cell_result& cell) {
    return fmt::format("{}, {}, {}", cell.mechanism, payload_text(cell.payload_bytes),
                       title_of(cell.place));
}

std::string median_text(const cell_result& cell, std::string_view key) {
    const metric_summary* figures = cell.find(key);
    const metric* of = find_metric(key);
    if (figures == nullptr || !figures->median || of == nullptr) return {};
    return figure_text(*figures->median, of->unit);
}

/// "251 ns (p50), 130 ns without readings".
std::string without_readings(const cell_result& cell) {
    const std::string block = median_text(cell, "block_mean_ns");
    const std::string middle = median_text(cell, "p50_ns");
    if (block.empty() || middle.empty()) return {};
    return fmt::format(": p50 {}, mean without readings {}", middle, block);
}

std::string nothing_more(const cell_result&) {
    return {};
}

/// A flag that changes how the figures are read, and what is said of each cell that has it.
struct flag_notice {
    std::string_view flag;
    std::string_view head;
    std::string_view text;
    std::string (*figures)(const cell_result&);
};

constexpr flag_notice flag_notices[] = {
    {"timer_dominated", "The clock is a large part of some round trips.",
     "The mean of messages between two readings has it once", &without_readings},
    {"bimodal", "Some round trips have two levels.",
     "One median stands for neither; the distributions on the page show both", &nothing_more},
};

}  // namespace

std::span<const cell_flag> cell_flags() {
    static constexpr cell_flag flags[] = {
        {"autocorrelated", "neighbouring messages are alike, so that fewer of them count"},
        {"beats_floor", "faster than the machine's limit, so that one of the two is wrong"},
        {"bimodal", "latencies have two levels, and one median stands for neither"},
        {"bursty", "the rate of the repetition's blocks differs more than chance allows"},
        {"clock_degraded", "the shared clock lost its precision"},
        {"disturbed", "other work got in"},
        {"drift", "latencies rise or fall over the repetition"},
        {"nonstationary", "the level of the latencies changes within the repetition"},
        {"saturated", "the offered rate was not kept"},
        {"timer_dominated", "the clock's own cost is a large part of a latency"},
    };
    return flags;
}

std::vector<notice> flag_notices_of(const run_result& result) {
    constexpr std::size_t cells_told = 3;
    std::vector<notice> found;
    for (const flag_notice& each : flag_notices) {
        std::vector<std::string> cells;
        for (const cell_result& cell : result.cells)
            if (cell.kind == pattern::round_trip && cell.mechanism != instrument_name &&
                std::find(cell.flags.begin(), cell.flags.end(), each.flag) != cell.flags.end())
                cells.push_back(flagged_cell(cell) + each.figures(cell));
        if (cells.empty()) continue;
        const std::size_t told = std::min(cells.size(), cells_told);
        std::string text = fmt::format(
            "{} (flag {}). {}", each.text, each.flag,
            fmt::join(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(told), "; "));
        if (cells.size() > told) text += fmt::format("; and {} more", cells.size() - told);
        found.push_back({"info", std::string(each.head), text + "."});
    }
    return found;
}

}  // namespace ipcmark
