#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"

namespace ipcmark {

namespace {

/// " (2.30 us)"; empty where too few round trips were of that kind.
std::string typical(const cell_result& cell, std::string_view metric) {
    const auto text = median_text(cell.find(metric));
    return text ? fmt::format(" ({})", *text) : "";
}

}  // namespace

std::string unpinned_sentence(const cell_result& cell, const repetition_figures& figures) {
    const std::vector<double> shares = figures.of(cell.name, "same_cpu_share");
    if (shares.empty()) return {};
    constexpr double all = 0.99;
    const auto count = [&](auto holds) {
        return static_cast<std::size_t>(std::count_if(shares.begin(), shares.end(), holds));
    };
    const std::size_t together = count([](double share) { return share >= all; });
    const std::size_t apart = count([](double share) { return share <= 1 - all; });
    if (together == shares.size()) return "The scheduler kept both processes on one CPU.";
    if (apart == shares.size()) return "The scheduler kept its processes on two CPUs.";
    const std::string here = typical(cell, "same_cpu_p50_ns");
    const std::string there = typical(cell, "apart_p50_ns");
    if (together + apart == shares.size())
        return fmt::format(
            "In {} of {} repetitions both processes were on one CPU{}, in the others on two{}.",
            together, shares.size(), here, there);
    return fmt::format(
        "{:.0f} % of a repetition's round trips met on one CPU{}, the others on two{}.",
        100 * std::accumulate(shares.begin(), shares.end(), 0.0) /
            static_cast<double>(shares.size()),
        here, there);
}

}  // namespace ipcmark
