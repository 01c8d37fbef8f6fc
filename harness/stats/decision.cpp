#include "harness/stats/decision.hpp"

#include <array>
#include <cmath>

#include "harness/stats/benjamini_hochberg.hpp"
#include "harness/stats/hodges_lehmann.hpp"
#include "harness/stats/signed_rank.hpp"

namespace ipcmark {

namespace {

std::optional<double> ratio_of(const std::optional<double>& log_ratio) {
    return log_ratio ? std::optional(std::exp(*log_ratio)) : std::nullopt;
}

paired_change measure(const paired_series& series) {
    paired_change result;
    result.pairs = series.log_ratios.size();
    if (series.log_ratios.empty()) return result;
    const auto walsh = walsh_averages(series.log_ratios);
    const auto wide = shift_from_walsh(walsh, result.pairs, 0.95);
    const auto narrow = shift_from_walsh(walsh, result.pairs, 0.90);
    result.ratio = std::exp(wide.estimate);
    result.low = ratio_of(wide.low);
    result.high = ratio_of(wide.high);
    result.low_90 = ratio_of(narrow.low);
    result.high_90 = ratio_of(narrow.high);
    result.p = signed_rank_test(series.log_ratios).p;
    return result;
}

change judge(const paired_change& seen, double margin) {
    constexpr double level = 0.05;
    const bool significant = seen.adjusted_p < level && seen.low && seen.high;
    if (significant && *seen.low > 1 + margin / 2 && seen.ratio >= 1 + margin)
        return change::regressed;
    if (significant && *seen.high < 1 / (1 + margin / 2) && seen.ratio <= 1 / (1 + margin))
        return change::improved;
    if (seen.low_90 && seen.high_90 && *seen.low_90 >= 1 / (1 + margin) &&
        *seen.high_90 <= 1 + margin)
        return change::equivalent;
    return change::inconclusive;
}

}  // namespace

std::string_view to_word(change verdict) {
    constexpr std::array<std::string_view, 4> words{"regressed", "improved", "equivalent",
                                                    "inconclusive"};
    return words[static_cast<std::size_t>(verdict)];
}

std::vector<paired_change> decide(const std::vector<paired_series>& family) {
    std::vector<paired_change> results;
    std::vector<double> p_values;
    for (const auto& series : family) {
        results.push_back(measure(series));
        p_values.push_back(results.back().p);
    }
    const auto adjusted = benjamini_hochberg(p_values);
    for (std::size_t i = 0; i < results.size(); ++i) {
        results[i].adjusted_p = adjusted[i];
        results[i].verdict = judge(results[i], family[i].margin);
    }
    return results;
}

}  // namespace ipcmark
