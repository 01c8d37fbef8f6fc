#include "harness/stats/change_points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <span>

#include "harness/stats/autocorrelation.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t most_thresholds = 32;
constexpr std::size_t most_strides = 128;
constexpr std::size_t edge_values = 32;

using codes = std::vector<std::uint8_t>;

/// The steps of both distribution functions: between thresholds they are constant.
struct energy_grid {
    std::vector<double> widths;  // to the next threshold
    std::vector<double> shares;  // of all values at or below the threshold
    codes coded;                 // every value as the last threshold at or below it

    explicit energy_grid(std::span<const double> values) {
        std::vector<double> thresholds(values.begin(), values.end());
        std::sort(thresholds.begin(), thresholds.end());
        if (const std::size_t n = thresholds.size(); n > most_thresholds) {
            for (std::size_t i = 0; i < most_thresholds; ++i)
                thresholds[i] = thresholds[(2 * i + 1) * n / (2 * most_thresholds)];
            thresholds.resize(most_thresholds);
        }
        thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
        shares.resize(thresholds.size());
        for (const double value : values) {
            const auto above = std::upper_bound(thresholds.begin(), thresholds.end(), value);
            const auto code = std::max<std::ptrdiff_t>(above - thresholds.begin(), 1) - 1;
            coded.push_back(static_cast<std::uint8_t>(code));
            shares[static_cast<std::size_t>(code)] += 1 / static_cast<double>(values.size());
        }
        for (std::size_t i = 1; i < shares.size(); ++i)
            shares[i] += shares[i - 1];
        for (std::size_t i = 1; i < thresholds.size(); ++i)
            widths.push_back(thresholds[i] - thresholds[i - 1]);
    }
};

struct best_split {
    std::size_t at = 0;
    double distance = 0;
};

/// Between which values a split is tried: all of them, or in long series every few, and all near
/// the ends, where a new level of few values would be passed over.
std::vector<bool> split_candidates(std::size_t n, std::size_t on_either_side) {
    const std::size_t stride = n / most_strides + 1;
    std::vector<bool> tried(n + 1);
    for (std::size_t k = on_either_side; k + on_either_side <= n; ++k)
        tried[k] = k % stride == 0 || k < edge_values || n - k < edge_values;
    return tried;
}

/// The energy distance of the first k values from the others, times k (n - k) / n, up to a constant
/// factor, for the k at which it is greatest.
best_split greatest_distance(const energy_grid& grid, const codes& order,
                             const std::vector<bool>& tried) {
    std::array<unsigned, most_thresholds> counts{};
    best_split best;
    const auto n = static_cast<double>(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        ++counts[order[i]];
        if (!tried[i + 1]) continue;
        const auto k = static_cast<double>(i + 1);
        unsigned below = 0;
        double sum = 0;
        for (std::size_t j = 0; j < grid.widths.size(); ++j) {
            below += counts[j];
            const double apart = below - k * grid.shares[j];
            sum += grid.widths[j] * apart * apart;
        }
        const double distance = sum / (k * (n - k));
        if (distance > best.distance) best = {i + 1, distance};
    }
    return best;
}

/// Circular blocks of `length` neighbours from a random start, in random order.
class block_permuter {
public:
    block_permuter(const codes& of, std::size_t length, std::uint64_t seed)
        : of_(of), length_(length), blocks_((of.size() + length - 1) / length), random_(seed) {
        for (std::size_t i = 0; i < blocks_.size(); ++i)
            blocks_[i] = i;
        permuted_.reserve(of.size());
    }

    const codes& next() {
        const std::size_t n = of_.size();
        const std::size_t offset = below(n);
        for (std::size_t i = blocks_.size() - 1; i > 0; --i)
            std::swap(blocks_[i], blocks_[below(i + 1)]);
        permuted_.clear();
        for (const std::size_t block : blocks_) {
            const std::size_t first = block * length_;
            for (std::size_t i = first; i < std::min(first + length_, n); ++i)
                permuted_.push_back(of_[i + offset < n ? i + offset : i + offset - n]);
        }
        return permuted_;
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }

    const codes& of_;
    std::size_t length_;
    std::vector<std::size_t> blocks_;
    std::mt19937_64 random_;
    codes permuted_;
};

/// Neighbours that are moved together, from what is left when both levels are taken out.
std::size_t block_length(std::span<const double> values, std::size_t split,
                         const change_rule& rule) {
    const auto half = [&](std::size_t from, std::size_t to) {
        std::vector<double> part(values.begin() + static_cast<std::ptrdiff_t>(from),
                                 values.begin() + static_cast<std::ptrdiff_t>(to));
        const double level = median(part);
        for (double& each : part)
            each -= level;
        return part;
    };
    std::vector<double> left = half(0, split);
    const auto right = half(split, values.size());
    left.insert(left.end(), right.begin(), right.end());
    const auto n = static_cast<double>(values.size());
    const double seen = autocorrelation(left);
    const double lag_1 = std::clamp(seen + (1 + 4 * seen) / n, 0.0, 0.95);
    const auto wanted = static_cast<std::size_t>(
        std::max(std::cbrt(n), lag_1 > dependence_bound ? std::ceil(4 / (1 - lag_1)) : 1));
    return std::clamp(std::max(rule.least_block, wanted), std::size_t{1},
                      std::max(std::size_t{1}, values.size() / 6));
}

/// The chance of `seen` by the largest tenth of what permutations gave.
double tail_chance(std::vector<double> permuted, double seen) {
    constexpr double share = 0.1;
    const auto tenth = static_cast<std::ptrdiff_t>(share * static_cast<double>(permuted.size()));
    if (tenth < 10) return 1;
    std::nth_element(permuted.begin(), permuted.begin() + tenth, permuted.end(), std::greater<>());
    const double threshold = permuted[static_cast<std::size_t>(tenth)];
    double excess = 0;
    for (std::ptrdiff_t i = 0; i < tenth; ++i)
        excess += permuted[static_cast<std::size_t>(i)] - threshold;
    if (excess <= 0) return 1;
    return share * std::exp(-(seen - threshold) * static_cast<double>(tenth) / excess);
}

/// 1 as soon as it cannot fall below the level any more.
double permutation_p(const energy_grid& grid, const std::vector<bool>& tried, double seen,
                     block_permuter permuter, const change_rule& rule) {
    const auto all = static_cast<double>(rule.permutations + 1);
    std::size_t as_far = 0;
    std::vector<double> permuted;
    for (std::size_t i = 0; i < rule.permutations; ++i) {
        permuted.push_back(greatest_distance(grid, permuter.next(), tried).distance);
        if (permuted.back() >= seen) ++as_far;
        if (static_cast<double>(as_far + 1) / all > rule.level) return 1;
    }
    const double counted = static_cast<double>(as_far + 1) / all;
    return as_far > 0 ? counted : std::min(counted, tail_chance(std::move(permuted), seen));
}

struct change_finder {
    std::span<const double> values;
    std::uint64_t seed = 0;
    change_rule rule;
    change_search found;

    void search(std::size_t from, std::size_t to) {
        if (to - from < 2 * rule.least_values) return;
        const auto part = values.subspan(from, to - from);
        const energy_grid grid(part);
        const auto tried = split_candidates(part.size(), rule.least_values);
        const best_split best = greatest_distance(grid, grid.coded, tried);
        if (best.distance <= 0) return;
        ++found.tests;
        const std::size_t length = block_length(part, best.at, rule);
        const double p = permutation_p(grid, tried, best.distance,
                                       block_permuter(grid.coded, length, seed + from), rule);
        if (p > rule.level) return;
        std::vector<bool> everywhere(part.size() + 1);
        for (std::size_t k = rule.least_values; k + rule.least_values <= part.size(); ++k)
            everywhere[k] = true;
        const std::size_t at = from + greatest_distance(grid, grid.coded, everywhere).at;
        search(from, at);
        found.points.push_back({at, p});
        search(at, to);
    }
};

}  // namespace

change_search find_change_points(const std::vector<double>& values, std::uint64_t seed,
                                 const change_rule& rule) {
    change_finder finder{values, seed, rule, {}};
    finder.search(0, values.size());
    return std::move(finder.found);
}

}  // namespace ipcmark
