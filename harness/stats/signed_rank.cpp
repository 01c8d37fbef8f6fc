#include "harness/stats/signed_rank.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include <boost/math/distributions/normal.hpp>

#include "harness/stats/ranks.hpp"

namespace ipcmark {

namespace {

/// Share of the 2^k sign patterns for each sum of the positive ones among `weights`.
std::vector<double> null_distribution(const std::vector<std::size_t>& weights) {
    std::vector<double> shares{1.0};
    for (const std::size_t weight : weights) {
        std::vector<double> next(shares.size() + weight, 0.0);
        for (std::size_t sum = 0; sum < shares.size(); ++sum) {
            next[sum] += shares[sum] / 2;
            next[sum + weight] += shares[sum] / 2;
        }
        shares = std::move(next);
    }
    return shares;
}

double exact_p(const std::vector<double>& used_ranks, double positive_sum) {
    std::vector<std::size_t> doubled;  // midranks are halves
    for (const double rank : used_ranks)
        doubled.push_back(static_cast<std::size_t>(std::lround(2 * rank)));
    const auto shares = null_distribution(doubled);
    const auto at = static_cast<std::size_t>(std::lround(2 * positive_sum));
    double up_to = 0;
    for (std::size_t i = 0; i <= at; ++i)
        up_to += shares[i];
    double from = 0;
    for (std::size_t i = at; i < shares.size(); ++i)
        from += shares[i];
    return std::min(1.0, 2 * std::min(up_to, from));
}

double normal_p(const std::vector<double>& used_ranks, double positive_sum) {
    double mean = 0;
    double variance = 0;
    for (const double rank : used_ranks) {
        mean += rank / 2;
        variance += rank * rank / 4;
    }
    const double distance = std::max(std::abs(positive_sum - mean) - 0.5, 0.0);
    const boost::math::normal_distribution<double> standard;
    return std::min(1.0, 2 * boost::math::cdf(boost::math::complement(
                                 standard, distance / std::sqrt(variance))));
}

}  // namespace

signed_rank_result signed_rank_test(const std::vector<double>& differences) {
    std::vector<double> sizes;
    for (const double d : differences)
        sizes.push_back(std::abs(d));
    const ranking all = midranks(sizes);
    signed_rank_result result;
    std::vector<double> used_ranks;
    std::vector<double> used_sizes;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        if (differences[i] == 0) {
            ++result.zeros;
            continue;
        }
        used_ranks.push_back(all.ranks[i]);
        used_sizes.push_back(sizes[i]);
        if (differences[i] > 0) result.positive_sum += all.ranks[i];
    }
    result.n = used_ranks.size();
    result.ties = midranks(used_sizes).ties;
    result.exact = differences.size() <= signed_rank_exact_limit;
    if (used_ranks.empty()) return result;
    result.p = result.exact ? exact_p(used_ranks, result.positive_sum)
                            : normal_p(used_ranks, result.positive_sum);
    return result;
}

double signed_rank_least_p(std::size_t n) {
    return std::min(1.0, std::ldexp(2.0, -static_cast<int>(std::min<std::size_t>(n, 1000))));
}

const std::vector<double>& signed_rank_cdf(std::size_t n) {
    if (n > signed_rank_exact_limit)
        throw std::invalid_argument("the exact signed-rank distribution ends at 60 pairs");
    static const auto tables = [] {
        std::array<std::vector<double>, signed_rank_exact_limit + 1> all;
        std::vector<std::size_t> weights;
        for (std::size_t pairs = 0; pairs <= signed_rank_exact_limit; ++pairs) {
            if (pairs > 0) weights.push_back(pairs);
            all[pairs] = null_distribution(weights);
            for (std::size_t w = 1; w < all[pairs].size(); ++w)
                all[pairs][w] += all[pairs][w - 1];
        }
        return all;
    }();
    return tables[n];
}

}  // namespace ipcmark
