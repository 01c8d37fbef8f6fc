#include "harness/stats/spearman.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "harness/stats/ranks.hpp"

namespace ipcmark {

namespace {

/// Sum of products of the ranks with 1..n, each about its mean.
double covariation(const std::vector<double>& ranks) {
    const double middle = static_cast<double>(ranks.size() + 1) / 2;
    double sum = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i)
        sum += (ranks[i] - middle) * (static_cast<double>(i + 1) - middle);
    return sum;
}

double variation(const std::vector<double>& ranks) {
    const double middle = static_cast<double>(ranks.size() + 1) / 2;
    return std::accumulate(ranks.begin(), ranks.end(), 0.0, [&](double sum, double rank) {
        return sum + (rank - middle) * (rank - middle);
    });
}

double exact_p(std::vector<double> ranks) {
    constexpr double rounding = 1e-9;
    const double seen = std::abs(covariation(ranks)) - rounding;
    std::vector<std::size_t> order(ranks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> shuffled(ranks.size());
    std::size_t orders = 0;
    std::size_t as_extreme = 0;
    do {
        for (std::size_t i = 0; i < order.size(); ++i)
            shuffled[i] = ranks[order[i]];
        ++orders;
        as_extreme += std::abs(covariation(shuffled)) >= seen ? 1 : 0;
    } while (std::next_permutation(order.begin(), order.end()));
    return static_cast<double>(as_extreme) / static_cast<double>(orders);
}

double student_p(double rho, std::size_t n) {
    const double freedom = static_cast<double>(n) - 2;
    const double rest = 1 - rho * rho;
    if (rest <= 0) return 0;
    const boost::math::students_t_distribution<double> t(freedom);
    return 2 *
           boost::math::cdf(boost::math::complement(t, std::abs(rho) * std::sqrt(freedom / rest)));
}

}  // namespace

rank_correlation drift_over_time(const std::vector<double>& values) {
    constexpr std::size_t exact_limit = 8;
    const auto n = static_cast<double>(values.size());
    const auto ranks = midranks(values).ranks;
    const double spread = variation(ranks);
    if (values.size() < 3 || spread <= 0) return {};
    rank_correlation result;
    // Time has no ties: its variation is (n^3 - n) / 12.
    result.rho =
        std::clamp(covariation(ranks) / std::sqrt(spread * (n * n * n - n) / 12), -1.0, 1.0);
    result.exact = values.size() <= exact_limit;
    result.p = result.exact ? exact_p(ranks) : student_p(result.rho, values.size());
    return result;
}

}  // namespace ipcmark
