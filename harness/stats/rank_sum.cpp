#include "harness/stats/rank_sum.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <boost/math/distributions/normal.hpp>

#include "harness/stats/ranks.hpp"

namespace ipcmark {

namespace {

/// Share of the ways to choose `chosen` of the weights, for each sum of those.
std::vector<double> null_distribution(const std::vector<std::size_t>& weights, std::size_t chosen) {
    std::size_t most = 0;
    for (const std::size_t weight : weights)
        most += weight;
    std::vector<std::vector<double>> ways(chosen + 1, std::vector<double>(most + 1, 0.0));
    ways[0][0] = 1;
    for (const std::size_t weight : weights)
        for (std::size_t count = chosen; count > 0; --count)
            for (std::size_t sum = most; sum + 1 > weight; --sum)
                ways[count][sum] += ways[count - 1][sum - weight];
    double all = 0;
    for (const double each : ways[chosen])
        all += each;
    for (double& each : ways[chosen])
        each /= all;
    return ways[chosen];
}

/// P(U <= u) without ties.
const std::vector<double>& u_cdf(std::size_t n_a, std::size_t n_b) {
    thread_local std::map<std::pair<std::size_t, std::size_t>, std::vector<double>> known;
    auto& cdf = known[{n_a, n_b}];
    if (!cdf.empty()) return cdf;
    std::vector<std::size_t> ranks(n_a + n_b);
    for (std::size_t i = 0; i < ranks.size(); ++i)
        ranks[i] = i + 1;
    const auto shares = null_distribution(ranks, n_a);
    const std::size_t least = n_a * (n_a + 1) / 2;
    double sum = 0;
    for (std::size_t u = 0; u <= n_a * n_b; ++u)
        cdf.push_back(sum += shares[least + u]);
    return cdf;
}

double exact_p(const std::vector<double>& ranks, std::size_t n_a, double sum_a) {
    std::vector<std::size_t> doubled;  // midranks are halves
    for (const double rank : ranks)
        doubled.push_back(static_cast<std::size_t>(std::lround(2 * rank)));
    const auto shares = null_distribution(doubled, n_a);
    const auto at = static_cast<std::size_t>(std::lround(2 * sum_a));
    double up_to = 0;
    double from = 0;
    for (std::size_t sum = 0; sum < shares.size(); ++sum) {
        if (sum <= at) up_to += shares[sum];
        if (sum >= at) from += shares[sum];
    }
    return std::min(1.0, 2 * std::min(up_to, from));
}

double exact_p_without_ties(std::size_t n_a, std::size_t n_b, double sum_a) {
    const auto& cdf = u_cdf(n_a, n_b);
    const auto least = static_cast<double>(n_a * (n_a + 1)) / 2;
    const auto u = static_cast<std::size_t>(std::lround(sum_a - least));
    const double from = u == 0 ? 1 : 1 - cdf[u - 1];
    return std::min(1.0, 2 * std::min(cdf[u], from));
}

/// One side lies wholly below the other: ties within a side then change nothing.
bool lie_apart(const std::vector<double>& a, const std::vector<double>& b) {
    const auto [least_a, most_a] = std::minmax_element(a.begin(), a.end());
    const auto [least_b, most_b] = std::minmax_element(b.begin(), b.end());
    return *most_a < *least_b || *most_b < *least_a;
}

double normal_p(const std::vector<double>& ranks, std::size_t n_a, std::size_t n_b, double sum_a) {
    const auto a = static_cast<double>(n_a);
    const auto b = static_cast<double>(n_b);
    const double mean_rank = (a + b + 1) / 2;
    double squares = 0;
    for (const double rank : ranks)
        squares += (rank - mean_rank) * (rank - mean_rank);
    const double variance = a * b * squares / ((a + b) * (a + b - 1));
    if (variance <= 0) return 1;
    const double distance = std::max(std::abs(sum_a - a * mean_rank) - 0.5, 0.0);
    const boost::math::normal_distribution<double> standard;
    return std::min(1.0, 2 * boost::math::cdf(boost::math::complement(
                                 standard, distance / std::sqrt(variance))));
}

/// Differences to leave out on either side.
std::optional<std::size_t> outer_values(std::size_t n_a, std::size_t n_b, double tail) {
    if (n_a + n_b <= rank_sum_exact_limit) {
        const auto& cdf = u_cdf(n_a, n_b);
        if (cdf[0] > tail) return std::nullopt;
        std::size_t k = 0;
        while (k + 1 < cdf.size() && cdf[k + 1] <= tail)
            ++k;
        return k;
    }
    const auto a = static_cast<double>(n_a);
    const auto b = static_cast<double>(n_b);
    const boost::math::normal_distribution<double> standard;
    const double z = boost::math::quantile(boost::math::complement(standard, tail));
    const double k = a * b / 2 - z * std::sqrt(a * b * (a + b + 1) / 12) - 0.5;
    return k < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(k));
}

}  // namespace

rank_sum_result rank_sum_test(const std::vector<double>& a, const std::vector<double>& b) {
    rank_sum_result result;
    result.n_a = a.size();
    result.n_b = b.size();
    if (a.empty() || b.empty()) return result;
    std::vector<double> both = a;
    both.insert(both.end(), b.begin(), b.end());
    const ranking all = midranks(both);
    double sum_a = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum_a += all.ranks[i];
    result.ties = all.ties;
    result.exact = both.size() <= rank_sum_exact_limit;
    if (!result.exact)
        result.p = normal_p(all.ranks, result.n_a, result.n_b, sum_a);
    else
        result.p = all.ties && !lie_apart(a, b)
                       ? exact_p(all.ranks, result.n_a, sum_a)
                       : exact_p_without_ties(result.n_a, result.n_b, sum_a);
    return result;
}

shift_estimate estimate_shift_between(const std::vector<double>& a, const std::vector<double>& b,
                                      double level) {
    std::vector<double> differences;
    differences.reserve(a.size() * b.size());
    for (const double from : a)
        for (const double to : b)
            differences.push_back(to - from);
    std::sort(differences.begin(), differences.end());
    const std::size_t count = differences.size();
    shift_estimate result;
    result.n = a.size() + b.size();
    result.estimate = (differences[(count - 1) / 2] + differences[count / 2]) / 2;
    const auto k = outer_values(a.size(), b.size(), (1 - level) / 2);
    if (!k) return result;
    result.low = differences[*k];
    result.high = differences[count - 1 - *k];
    return result;
}

}  // namespace ipcmark
