#include "harness/stats/autocorrelation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/stats/quantile_interval.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t least_values = 10;  // below, a lag 1 says nothing

std::vector<double> about_the_mean(std::vector<double> values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) /
                        static_cast<double>(std::max<std::size_t>(values.size(), 1));
    for (double& value : values)
        value -= mean;
    return values;
}

double product_at(const std::vector<double>& centred, std::size_t lag) {
    double sum = 0;
    for (std::size_t i = lag; i < centred.size(); ++i)
        sum += centred[i] * centred[i - lag];
    return sum;
}

/// Of values about their mean: n / (1 + 2 sum rho).
double worth_of(const std::vector<double>& centred) {
    constexpr double negligible = 0.02;
    const double variation = product_at(centred, 0);
    const auto n = static_cast<double>(centred.size());
    if (variation <= 0) return n;
    double sum = 0;
    for (std::size_t lag = 1; lag <= centred.size() / 4; ++lag) {
        const double rho = product_at(centred, lag) / variation;
        if (rho < negligible) break;
        sum += rho;
    }
    return std::clamp(n / (1 + 2 * sum), 1.0, n);
}

}  // namespace

double autocorrelation(const std::vector<double>& values, std::size_t lag) {
    if (values.size() < lag + 2) return 0;
    const auto centred = about_the_mean(values);
    const double variation = product_at(centred, 0);
    return variation > 0 ? product_at(centred, lag) / variation : 0;
}

double chance_lag_1(std::size_t n) {
    constexpr double standard_errors = 2.4;
    const auto size = static_cast<double>(n);
    return -1 / size + standard_errors * (size - 2) / (size * std::sqrt(size - 1));
}

bool neighbours_correlate(const std::vector<double>& values) {
    return values.size() >= least_values &&
           autocorrelation(values) > std::max(dependence_bound, chance_lag_1(values.size()));
}

double effective_size(std::vector<double> values) {
    if (values.empty()) return 0;
    auto sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const double most = quantile_of_sorted(sorted, 0.99);
    for (double& value : values)
        value = std::min(value, most);
    return worth_of(about_the_mean(std::move(values)));
}

double effective_count(const std::vector<double>& in_time_order, double count, double q) {
    constexpr std::size_t enough_values = 64;
    constexpr double furthest = 0.9;
    if (in_time_order.size() < enough_values) return count;
    auto sorted = in_time_order;
    std::sort(sorted.begin(), sorted.end());
    const double level = quantile_of_sorted(sorted, std::min(q, furthest));
    std::vector<double> above;
    for (const double value : in_time_order)
        above.push_back(value > level ? 1 : 0);
    if (autocorrelation(above) <= chance_lag_1(above.size())) return count;
    return std::min(worth_of(about_the_mean(std::move(above))), count);
}

double effective_size_of_few(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    if (values.size() < least_values) return n;
    const double lag_1 = autocorrelation(values);
    if (lag_1 <= dependence_bound) return n;
    const double unbiased = std::min(lag_1 + (1 + 4 * lag_1) / n, 1.0);
    return std::clamp(n * (1 - unbiased) / (1 + unbiased), 1.0, n);
}

}  // namespace ipcmark
