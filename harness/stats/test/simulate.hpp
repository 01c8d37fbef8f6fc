#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

/// Series whose truth is known. Written out, since the standard's distributions differ between
/// libraries and these tests assert shares of fixed seeds.
namespace ipcmark::simulate {

class source {
public:
    explicit source(std::uint64_t seed) : random_(seed) {}

    double uniform() {  // 0 < u < 1
        return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
    }
    double normal() {
        constexpr double turn = 6.283185307179586;
        return std::sqrt(-2 * std::log(uniform())) * std::cos(turn * uniform());
    }
    bool coin(double share = 0.5) { return uniform() < share; }

private:
    std::mt19937_64 random_;
};

/// Stationary AR(1) of variance 1.
class ar1 {
public:
    ar1(source& random, double phi) : random_(random), phi_(phi), now_(random.normal()) {}
    double next() {
        const double value = now_;
        now_ = phi_ * now_ + std::sqrt(1 - phi_ * phi_) * random_.normal();
        return value;
    }

private:
    source& random_;
    double phi_;
    double now_;
};

struct distribution {
    std::string name;
    double (*draw)(source&);
    double (*quantile)(double q);
};

/// Inverse of the standard normal distribution by bisection: for the truth, not for speed.
inline double normal_quantile(double q) {
    double low = -10;
    double high = 10;
    for (int i = 0; i < 80; ++i) {
        const double middle = (low + high) / 2;
        (std::erfc(-middle / std::sqrt(2.0)) / 2 < q ? low : high) = middle;
    }
    return low;
}

/// What latencies look like, positive and with known quantiles.
inline const std::vector<distribution>& latencies() {
    static const std::vector<distribution> all{
        {"normal", [](source& s) { return 10 + s.normal(); },
         [](double q) { return 10 + normal_quantile(q); }},
        {"log-normal", [](source& s) { return std::exp(1.5 * s.normal()); },
         [](double q) { return std::exp(1.5 * normal_quantile(q)); }},
        {"bimodal, 70 % from 4 to 6 and 30 % from 49 to 51",
         [](source& s) { return (s.coin(0.7) ? 4 : 49) + 2 * s.uniform(); },
         [](double q) { return q < 0.7 ? 4 + 2 * q / 0.7 : 49 + 2 * (q - 0.7) / 0.3; }},
        {"heavy tail: Pareto, no mean", [](source& s) { return 1 / s.uniform(); },
         [](double q) { return 1 / (1 - q); }}};
    return all;
}

/// Differences that lie symmetrically around 0.
inline const std::vector<distribution>& differences() {
    static const std::vector<distribution> all{
        {"normal", [](source& s) { return s.normal(); }, nullptr},
        {"difference of log-normals",
         [](source& s) { return std::exp(s.normal()) - std::exp(s.normal()); }, nullptr},
        {"bimodal", [](source& s) { return (s.coin() ? 5 : -5) + s.normal(); }, nullptr},
        {"heavy tail: Cauchy", [](source& s) { return s.normal() / s.normal(); }, nullptr}};
    return all;
}

}  // namespace ipcmark::simulate
