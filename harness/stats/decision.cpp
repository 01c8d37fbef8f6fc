#include "harness/stats/decision.hpp"

#include <cmath>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "harness/stats/benjamini_hochberg.hpp"
#include "harness/stats/hodges_lehmann.hpp"
#include "harness/stats/rank_sum.hpp"
#include "harness/stats/signed_rank.hpp"

namespace ipcmark {

namespace {

std::optional<double> ratio_of(const std::optional<double>& log_ratio) {
    return log_ratio ? std::optional(std::exp(*log_ratio)) : std::nullopt;
}

change_estimate estimate_of(const shift_estimate& wide, const shift_estimate& narrow, double p) {
    change_estimate result;
    result.pairs = wide.n;
    result.ratio = std::exp(wide.estimate);
    result.low = ratio_of(wide.low);
    result.high = ratio_of(wide.high);
    result.low_90 = ratio_of(narrow.low);
    result.high_90 = ratio_of(narrow.high);
    result.p = p;
    return result;
}

change_estimate measure(const paired_series& series) {
    if (series.log_ratios.empty()) return {};
    const auto walsh = walsh_averages(series.log_ratios);
    const auto n = series.log_ratios.size();
    return estimate_of(shift_from_walsh(walsh, n, 0.95), shift_from_walsh(walsh, n, 0.90),
                       signed_rank_test(series.log_ratios).p);
}

change_estimate measure(const unpaired_series& series) {
    if (series.a.empty() || series.b.empty()) return {};
    return estimate_of(estimate_shift_between(series.a, series.b, 0.95),
                       estimate_shift_between(series.a, series.b, 0.90),
                       rank_sum_test(series.a, series.b).p);
}

change_estimate measure(const predicted_series& series) {
    constexpr std::size_t fewest = 3;
    const std::size_t n = series.earlier.size();
    if (n < fewest) return {};
    const auto count = static_cast<double>(n);
    const double mean = std::accumulate(series.earlier.begin(), series.earlier.end(), 0.0) / count;
    double squares = 0;
    for (const double each : series.earlier)
        squares += (each - mean) * (each - mean);
    const double scale = std::sqrt(squares / (count - 1) * (1 + 1 / count));
    const double shift = series.now - mean;
    const boost::math::students_t_distribution<double> student(count - 1);
    const auto interval = [&](double level) {
        const double half = scale * quantile(complement(student, (1 - level) / 2));
        return shift_estimate{n, shift, shift - half, shift + half, level};
    };
    double p = shift == 0 ? 1 : 0;
    if (scale > 0) p = 2 * cdf(complement(student, std::abs(shift) / scale));
    return estimate_of(interval(0.95), interval(0.90), p);
}

change judge(const change_estimate& seen, double margin, double level) {
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

template <class Series>
std::vector<change_estimate> decide_family(const std::vector<Series>& family, decision_rule rule) {
    std::vector<change_estimate> results;
    std::vector<double> p_values;
    for (const auto& series : family) {
        results.push_back(measure(series));
        p_values.push_back(results.back().p);
    }
    const auto adjusted = benjamini_hochberg(p_values);
    for (std::size_t i = 0; i < results.size(); ++i) {
        results[i].adjusted_p = adjusted[i];
        results[i].verdict = judge(results[i], family[i].margin, rule.level);
    }
    return results;
}

}  // namespace

std::vector<change_estimate> decide(const std::vector<paired_series>& family, decision_rule rule) {
    return decide_family(family, rule);
}

std::vector<change_estimate> decide(const std::vector<unpaired_series>& family,
                                    decision_rule rule) {
    return decide_family(family, rule);
}

std::vector<change_estimate> decide_predicted(const std::vector<predicted_series>& family,
                                              decision_rule rule) {
    return decide_family(family, rule);
}

}  // namespace ipcmark
