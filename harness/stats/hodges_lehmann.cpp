#include "harness/stats/hodges_lehmann.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/normal.hpp>

#include "harness/stats/signed_rank.hpp"

namespace ipcmark {

namespace {

struct cut {
    std::size_t k;  // Walsh averages left out on either side
    double coverage;
};

std::optional<cut> exact_cut(std::size_t n, double tail) {
    const auto& cdf = signed_rank_cdf(n);
    if (cdf[0] > tail) return std::nullopt;
    std::size_t k = 0;
    while (k + 1 < cdf.size() && cdf[k + 1] <= tail)
        ++k;
    return cut{k, 1 - 2 * cdf[k]};
}

cut normal_cut(std::size_t n, double tail) {
    const auto x = static_cast<double>(n);
    const boost::math::normal_distribution<double> standard;
    const double z = boost::math::quantile(boost::math::complement(standard, tail));
    const double mean = x * (x + 1) / 4;
    const double deviation = std::sqrt(x * (x + 1) * (2 * x + 1) / 24);
    return {static_cast<std::size_t>(std::max(std::floor(mean - z * deviation - 0.5), 0.0)),
            1 - 2 * tail};
}

}  // namespace

std::vector<double> walsh_averages(const std::vector<double>& differences) {
    std::vector<double> averages;
    averages.reserve(differences.size() * (differences.size() + 1) / 2);
    for (std::size_t i = 0; i < differences.size(); ++i)
        for (std::size_t j = i; j < differences.size(); ++j)
            averages.push_back((differences[i] + differences[j]) / 2);
    std::sort(averages.begin(), averages.end());
    return averages;
}

shift_estimate shift_from_walsh(const std::vector<double>& ascending_walsh, std::size_t n,
                                double level) {
    const std::size_t count = ascending_walsh.size();
    shift_estimate result;
    result.n = n;
    result.estimate = (ascending_walsh[(count - 1) / 2] + ascending_walsh[count / 2]) / 2;
    const double tail = (1 - level) / 2;
    const auto found =
        n <= signed_rank_exact_limit ? exact_cut(n, tail) : std::optional(normal_cut(n, tail));
    if (!found) return result;
    result.low = ascending_walsh[found->k];
    result.high = ascending_walsh[count - 1 - found->k];
    result.coverage = found->coverage;
    return result;
}

shift_estimate estimate_shift(const std::vector<double>& differences, double level) {
    return shift_from_walsh(walsh_averages(differences), differences.size(), level);
}

}  // namespace ipcmark
