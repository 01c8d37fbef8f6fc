#include "harness/stats/change_points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <span>

#include <boost/math/distributions/students_t.hpp>

#include "harness/stats/autocorrelation.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t thresholds_count = 32;
constexpr std::size_t most_strides = 128;
constexpr std::size_t edge_values = 32;
constexpr std::size_t most_marks = 32;

using codes = std::vector<std::uint8_t>;
using grid_values = std::array<float, thresholds_count>;

/// The steps of both distribution functions: between thresholds they are constant.
struct energy_grid {
    grid_values widths{};  // to the next threshold; 0 after the last
    grid_values shares{};  // of all values at or below the threshold
    codes coded;           // every value as the last threshold at or below it

    explicit energy_grid(std::span<const double> values) {
        std::vector<double> thresholds(values.begin(), values.end());
        std::sort(thresholds.begin(), thresholds.end());
        if (const std::size_t n = thresholds.size(); n > thresholds_count) {
            for (std::size_t i = 0; i < thresholds_count; ++i)
                thresholds[i] = thresholds[(2 * i + 1) * n / (2 * thresholds_count)];
            thresholds.resize(thresholds_count);
        }
        thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
        std::array<std::size_t, thresholds_count> counts{};
        for (const double value : values) {
            const auto above = std::upper_bound(thresholds.begin(), thresholds.end(), value);
            const auto code = std::max<std::ptrdiff_t>(above - thresholds.begin(), 1) - 1;
            coded.push_back(static_cast<std::uint8_t>(code));
            ++counts[static_cast<std::size_t>(code)];
        }
        std::size_t below = 0;
        // Of the widest, so that a float holds whatever the values are.
        const double range = thresholds.back() - thresholds.front();
        for (std::size_t i = 0; i < thresholds.size(); ++i) {
            below += counts[i];
            shares[i] =
                static_cast<float>(static_cast<double>(below) / static_cast<double>(values.size()));
            if (i + 1 < thresholds.size())
                widths[i] = static_cast<float>((thresholds[i + 1] - thresholds[i]) / range);
        }
    }

    /// The energy distance of the `inside` values between two counts from the others, times
    /// inside (n - inside) / n, up to a constant factor.
    double distance(const grid_values& to, const grid_values& from, std::size_t inside) const {
        constexpr std::size_t lanes = 8;
        const auto m = static_cast<float>(inside);
        std::array<float, lanes> sums{};
        for (std::size_t j = 0; j < thresholds_count; j += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                const float apart = to[j + lane] - from[j + lane] - m * shares[j + lane];
                sums[lane] += widths[j + lane] * apart * apart;
            }
        double sum = 0;
        for (const float each : sums)
            sum += static_cast<double>(each);
        const auto k = static_cast<double>(inside);
        return sum / (k * (static_cast<double>(coded.size()) - k));
    }
};

/// The values from `first` on, before `end`, against all others: one change where it reaches an end
/// of the series, else two.
struct level_arc {
    std::size_t first = 0;
    std::size_t end = 0;
    double distance = 0;
};

/// Which arcs are tried. Those that reach the end begin anywhere, or in long series at every few
/// values and at all near the ends, where a new level of few values would be passed over; those
/// within lie between marks.
struct arc_choice {
    std::size_t n = 0;
    std::size_t least = 0;
    std::size_t stride = 1;
    std::size_t mark = 1;  // values between two marks

    arc_choice(std::size_t count, std::size_t on_either_side)
        : n(count),
          least(on_either_side),
          stride(count / most_strides + 1),
          mark(std::max((count + most_marks - 1) / most_marks, on_either_side / 2 + 1)) {}

    bool splits(std::size_t k) const {
        return k >= least && k + least <= n &&
               (k % stride == 0 || k < edge_values || n - k < edge_values);
    }
    bool lies_within(std::size_t first, std::size_t end) const {
        return first >= least && end >= first + least && end + least <= n;
    }
};

/// Counts of values at or below each threshold, before a place in the series.
grid_values counts_below(const std::array<unsigned, thresholds_count>& counts) {
    grid_values below;
    unsigned sum = 0;
    for (std::size_t j = 0; j < thresholds_count; ++j) {
        sum += counts[j];
        below[j] = static_cast<float>(sum);
    }
    return below;
}

/// The arc with the greatest distance.
level_arc greatest_distance(const energy_grid& grid, const codes& order, const arc_choice& tried) {
    constexpr grid_values nothing{};
    std::array<unsigned, thresholds_count> counts{};
    std::array<grid_values, most_marks + 1> marks;
    level_arc best;
    const auto take = [&best](std::size_t first, std::size_t end, double distance) {
        if (distance > best.distance) best = {first, end, distance};
    };
    std::size_t marked = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        ++counts[order[i]];
        const std::size_t k = i + 1;
        const bool is_mark = k % tried.mark == 0;
        if (!is_mark && !tried.splits(k)) continue;
        const grid_values below = counts_below(counts);
        if (tried.splits(k)) take(k, order.size(), grid.distance(below, nothing, k));
        if (!is_mark) continue;
        for (std::size_t j = 0; j < marked; ++j)
            if (const std::size_t first = (j + 1) * tried.mark; tried.lies_within(first, k))
                take(first, k, grid.distance(below, marks[j], k - first));
        marks[marked++] = below;
    }
    return best;
}

/// The same arc with its ends where they are best, of all places near it.
level_arc refined(const energy_grid& grid, const arc_choice& tried, level_arc arc) {
    std::vector<grid_values> below{{}};
    std::array<unsigned, thresholds_count> counts{};
    for (const std::uint8_t code : grid.coded) {
        ++counts[code];
        below.push_back(counts_below(counts));
    }
    const std::size_t n = tried.n;
    const bool within = arc.end < n;
    const std::size_t reach = within ? tried.mark : tried.stride;
    for (int turn = 0; turn < (within ? 3 : 1); ++turn)
        for (std::size_t level_arc::*side : {&level_arc::first, &level_arc::end}) {
            if (!within && side == &level_arc::end) continue;
            const std::size_t at = arc.*side;
            for (std::size_t k = at - std::min(at, reach); k <= std::min(at + reach, n); ++k) {
                level_arc moved = arc;
                moved.*side = k;
                if (within ? !tried.lies_within(moved.first, moved.end)
                           : k < tried.least || k + tried.least > n)
                    continue;
                moved.distance =
                    grid.distance(below[moved.end], below[moved.first], moved.end - moved.first);
                if (moved.distance > arc.distance) arc = moved;
            }
        }
    return arc;
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

/// Mean square of what the smallest nine tenths of the values change by within `lag`: a change of
/// level is among the others.
double mean_square_step(std::span<const double> values, std::size_t lag) {
    constexpr double kept = 0.9;
    std::vector<double> steps;
    for (std::size_t i = lag; i < values.size(); ++i)
        steps.push_back((values[i] - values[i - lag]) * (values[i] - values[i - lag]));
    std::sort(steps.begin(), steps.end());
    steps.resize(static_cast<std::size_t>(std::ceil(kept * static_cast<double>(steps.size()))));
    double sum = 0;
    for (const double each : steps)
        sum += each;
    return sum / static_cast<double>(steps.size());
}

/// Neighbours that are moved together. The dependence is that of the steps of one and of two, which
/// are as 1 to 1 + lag 1 in an AR(1), whatever levels there are.
std::size_t block_length(std::span<const double> values, const change_rule& rule) {
    const double one = mean_square_step(values, 1);
    const double two = mean_square_step(values, 2);
    const double lag_1 = one > 0 ? std::clamp(two / one - 1, 0.0, 0.95) : 0;
    const auto n = static_cast<double>(values.size());
    // Of few values the steps tell it within about 1 / sqrt(n).
    const bool depends = lag_1 > std::max(dependence_bound, 3 / std::sqrt(n));
    // Longer in long series, which can afford it.
    const double usual = static_cast<double>(rule.least_block) * std::max(1.0, std::cbrt(n) / 3.5);
    const auto wanted =
        static_cast<std::size_t>(std::max(usual, depends ? std::ceil(2.5 / (1 - lag_1)) : 1));
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

/// What is plain without permutations, of which few blocks leave few: Student's test between both
/// sides as if only one value in `length` told something new, times all arcs that there are.
double plain_p(std::span<const double> values, const level_arc& arc, std::size_t length) {
    struct side {
        double count = 0;
        double sum = 0;
        double squares = 0;
    };
    std::array<side, 2> sides{};
    const double origin = values[arc.first];
    for (std::size_t i = 0; i < values.size(); ++i) {
        side& to = sides[i >= arc.first && i < arc.end ? 1 : 0];
        const double value = values[i] - origin;
        ++to.count;
        to.sum += value;
        to.squares += value * value;
    }
    double within = 0;
    double worth = 0;
    for (const side& each : sides) {
        within += std::max(0.0, each.squares - each.sum * each.sum / each.count);
        worth += static_cast<double>(length) / each.count;
    }
    const auto n = static_cast<double>(values.size());
    const double scale = std::sqrt(within / (n - 2) * worth);
    const double shift = std::abs(sides[1].sum / sides[1].count - sides[0].sum / sides[0].count);
    if (!(scale > 0)) return shift > 0 ? 0 : 1;
    const double freedom = std::max(1.0, n / static_cast<double>(length) - 2);
    const boost::math::students_t_distribution<double> student(freedom);
    return std::min(1.0, n * n * cdf(complement(student, shift / scale)));
}

/// 1 as soon as it cannot fall below the level any more.
double permutation_p(const energy_grid& grid, const arc_choice& tried, double seen,
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
        const arc_choice tried(part.size(), rule.least_values);
        const level_arc best = greatest_distance(grid, grid.coded, tried);
        if (best.distance <= 0) return;
        ++found.tests;
        const level_arc arc = refined(grid, tried, best);
        const std::size_t length = block_length(part, rule);
        double p = plain_p(part, arc, length);
        if (p > rule.level / 10)
            p = permutation_p(grid, tried, best.distance,
                              block_permuter(grid.coded, length, seed + from), rule);
        if (p > rule.level) return;
        search(from, from + arc.first);
        found.points.push_back({from + arc.first, p});
        search(from + arc.first, from + arc.end);
        if (from + arc.end == to) return;
        found.points.push_back({from + arc.end, p});
        search(from + arc.end, to);
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
