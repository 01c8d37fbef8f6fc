#include "harness/analysis/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "harness/stats/decision.hpp"
#include "harness/stats/hodges_lehmann.hpp"
#include "harness/stats/quantile_interval.hpp"

namespace ipcmark {

namespace {

constexpr double power = 0.8;
constexpr double spread_quantile = 0.9;

/// A round of a resample: which recorded one, and whether its labels are swapped.
struct drawn_round {
    std::size_t index;
    double sign;
};

std::vector<drawn_round> draw_rounds(std::size_t count, std::size_t recorded,
                                     std::mt19937_64& random) {
    constexpr std::size_t block_rounds = 5;
    std::vector<drawn_round> rounds;
    while (rounds.size() < count) {
        const std::size_t start = random() % recorded;
        const double sign = random() % 2 == 0 ? 1 : -1;
        for (std::size_t i = 0; i < block_rounds && rounds.size() < count; ++i)
            rounds.push_back({(start + i) % recorded, sign});
    }
    return rounds;
}

std::vector<double> taken(const std::vector<double>& recorded,
                          const std::vector<drawn_round>& rounds) {
    std::vector<double> values;
    values.reserve(rounds.size());
    for (const auto& round : rounds)
        values.push_back(round.sign * recorded[round.index % recorded.size()]);
    return values;
}

double percentile_of(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    return quantile_of_sorted(values, q);
}

/// What a true change would have had to be, in each resample of n pairs, to be found.
struct needs {
    std::size_t repetitions;
    std::vector<double> interval;  // log ratios
    std::vector<double> gate;

    void add(const std::vector<double>& log_ratios, double margin) {
        const auto seen = estimate_shift(log_ratios);
        interval.push_back(-*seen.low);
        gate.push_back(
            std::max(std::log1p(margin) - seen.estimate, std::log1p(margin / 2) - *seen.low));
    }
    void add(const needs& other) {
        interval.insert(interval.end(), other.interval.begin(), other.interval.end());
        gate.insert(gate.end(), other.gate.begin(), other.gate.end());
    }
    detectable_change found() const {
        return {repetitions, std::exp(std::max(percentile_of(interval, power), 0.0)),
                std::exp(std::max(percentile_of(gate, power), 0.0))};
    }
};

std::size_t rounds_of(const std::vector<identical_pair>& series) {
    std::size_t most = 0;
    for (const auto& each : series)
        most = std::max(most, each.log_ratios.size());
    return most;
}

std::size_t alarms_in(const std::vector<paired_series>& family) {
    const auto decided = decide(family);
    return static_cast<std::size_t>(
        std::count_if(decided.begin(), decided.end(), [](const change_estimate& each) {
            return each.verdict == change::regressed || each.verdict == change::improved;
        }));
}

class resampler {
public:
    resampler(const std::vector<identical_pair>& series, std::uint64_t seed, std::size_t resamples)
        : series_(series), recorded_(rounds_of(series)), resamples_(resamples), random_(seed) {}

    /// Comparisons of `repetitions` pairs under the whole rule, and how far their ratios lie
    /// from 1.
    void compare(std::size_t repetitions, calibration_figures& result) {
        std::vector<std::vector<double>> distances(series_.size());
        std::size_t alarms = 0;
        for (std::size_t i = 0; i < resamples_; ++i) {
            const auto family = draw(repetitions);
            alarms += alarms_in(family);
            for (std::size_t at = 0; at < family.size(); ++at)
                distances[at].push_back(std::abs(estimate_shift(family[at].log_ratios).estimate));
        }
        result.comparisons = resamples_ * series_.size();
        result.false_alarm_rate =
            static_cast<double>(alarms) / static_cast<double>(result.comparisons);
        for (std::size_t at = 0; at < series_.size(); ++at)
            result.cells[at].spread = std::exp(percentile_of(distances[at], spread_quantile));
    }

    void find_detectable(std::size_t repetitions, calibration_figures& result) {
        std::vector<needs> each(series_.size(), needs{repetitions, {}, {}});
        for (std::size_t i = 0; i < resamples_; ++i) {
            const auto family = draw(repetitions);
            for (std::size_t at = 0; at < family.size(); ++at)
                each[at].add(family[at].log_ratios, family[at].margin);
        }
        needs all{repetitions, {}, {}};
        std::map<std::string, needs> by_metric;
        std::map<std::pair<std::string, std::string>, needs> by_kind;
        for (std::size_t at = 0; at < series_.size(); ++at) {
            result.cells[at].detectable.push_back(each[at].found());
            if (!series_[at].primary) continue;
            all.add(each[at]);
            by_metric.try_emplace(series_[at].metric, needs{repetitions, {}, {}})
                .first->second.add(each[at]);
            if (!series_[at].kind.empty())
                by_kind
                    .try_emplace({series_[at].kind, series_[at].metric}, needs{repetitions, {}, {}})
                    .first->second.add(each[at]);
        }
        if (!all.interval.empty()) result.detectable.push_back(all.found());
        for (const auto& [metric, of_it] : by_metric)
            result.by_metric[metric].push_back(of_it.found());
        for (const auto& [of, of_it] : by_kind)
            result.by_kind[of.first][of.second].push_back(of_it.found());
    }

private:
    std::vector<paired_series> draw(std::size_t repetitions) {
        const auto rounds = draw_rounds(repetitions, recorded_, random_);
        std::vector<paired_series> family;
        for (const auto& each : series_)
            family.push_back({taken(each.log_ratios, rounds), each.margin});
        return family;
    }

    const std::vector<identical_pair>& series_;
    std::size_t recorded_;
    std::size_t resamples_;
    std::mt19937_64 random_;
};

calibrated_cell as_recorded(const identical_pair& series) {
    std::vector<double> distances;
    for (const double log_ratio : series.log_ratios)
        distances.push_back(std::abs(log_ratio));
    return {series.cell,
            series.metric,
            1,
            std::exp(percentile_of(distances, spread_quantile)),
            {},
            series.log_ratios.size(),
            series.missing};
}

/// Those of enough pairs; the others are told.
std::vector<identical_pair> long_enough(const std::vector<identical_pair>& series,
                                        calibration_figures& result) {
    std::vector<identical_pair> usable;
    for (const auto& each : series)
        if (each.log_ratios.size() >= least_pairs)
            usable.push_back(each);
        else
            result.too_short.push_back(
                {each.cell, each.metric, each.log_ratios.size(), each.missing});
    return usable;
}

}  // namespace

calibration_figures calibrate(const std::vector<identical_pair>& all, std::size_t repetitions,
                              std::uint64_t seed, std::size_t resamples) {
    calibration_figures result;
    result.repetitions = repetitions;
    const auto series = long_enough(all, result);
    std::vector<paired_series> recorded;
    for (const auto& each : series) {
        result.cells.push_back(as_recorded(each));
        recorded.push_back({each.log_ratios, each.margin});
    }
    if (series.empty() || resamples == 0) return result;
    result.recorded_alarms = alarms_in(recorded);
    resampler again(series, seed, resamples);
    again.compare(repetitions, result);
    for (const std::size_t n : {std::size_t{5}, std::size_t{10}, std::size_t{20}, std::size_t{40}})
        if (estimate_shift(std::vector<double>(n, 0.0)).low) again.find_detectable(n, result);
    return result;
}

}  // namespace ipcmark
