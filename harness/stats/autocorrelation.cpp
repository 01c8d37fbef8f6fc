#include "harness/stats/autocorrelation.hpp"

#include <algorithm>
#include <numeric>

#include "harness/stats/quantile_interval.hpp"

namespace ipcmark {

namespace {

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

}  // namespace

double autocorrelation(const std::vector<double>& values, std::size_t lag) {
    if (values.size() < lag + 2) return 0;
    const auto centred = about_the_mean(values);
    const double variation = product_at(centred, 0);
    return variation > 0 ? product_at(centred, lag) / variation : 0;
}

double effective_size(std::vector<double> values) {
    constexpr double negligible = 0.02;
    if (values.empty()) return 0;
    auto sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const double most = quantile_of_sorted(sorted, 0.99);
    for (double& value : values)
        value = std::min(value, most);
    const auto centred = about_the_mean(std::move(values));
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

}  // namespace ipcmark
