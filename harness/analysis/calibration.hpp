#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ipcmark {

/// One metric of one cell that ran twice in each round: ln(a' / a), the adverse direction positive.
struct identical_pair {
    std::string cell;
    std::string metric;
    double margin = 0.05;            // of the decision rule
    bool primary = true;             // what the machine's figure is made of: main metrics
    std::vector<double> log_ratios;  // of the rounds in which both have the metric
    std::size_t missing = 0;         // rounds in which one of the two lacks it
    std::string kind = {};           // cells of one kind have noise alike: see paired_figures.hpp
};

/// Fewer pairs cannot be significant: such a series is told and not used.
inline constexpr std::size_t least_pairs = 6;

/// The smallest change that `repetitions` pairs find with a probability of 80 %.
struct detectable_change {
    std::size_t repetitions = 0;
    double ratio = 1;       // the 95 % interval excludes 1
    double gate_ratio = 1;  // the decision rule (decision.hpp) says regressed
};

struct calibrated_cell {
    std::string cell;
    std::string metric;
    double spread = 1;         // 90th percentile of the ratio, `repetitions` pairs a comparison
    double single_spread = 1;  // of one repetition against one
    std::vector<detectable_change> detectable;
    std::size_t rounds = 0;   // that it rests on
    std::size_t missing = 0;  // in which one of the two had no figure
};

/// A series of too few pairs.
struct short_series {
    std::string cell;
    std::string metric;
    std::size_t rounds = 0;
    std::size_t missing = 0;
};

struct calibration_figures {
    std::size_t repetitions = 0;      // pairs a comparison, for the spread and the false alarms
    std::size_t comparisons = 0;      // resampled, the family's size included
    double false_alarm_rate = 0;      // share of them called regressed or improved
    std::size_t recorded_alarms = 0;  // of the series as they were recorded
    std::vector<calibrated_cell> cells;
    std::vector<detectable_change> detectable;  // over the primary series of all cells
    // The same by metric: latencies and rates of one machine differ a lot in what they tell.
    std::map<std::string, std::vector<detectable_change>> by_metric;
    /// And by kind of cells and metric: who spins, who sleeps, who shares a CPU.
    std::map<std::string, std::map<std::string, std::vector<detectable_change>>> by_kind;
    std::vector<short_series> too_short;
};

/// What identical cells tell of a machine. Comparisons are resampled from the recorded rounds in
/// circular blocks of five, so that neighbours stay together (Politis and Romano 1992); a block's
/// labels are swapped by a coin, which changes nothing about identical cells and makes the
/// difference truly nil. All series of one comparison take the same rounds and labels. A shift by
/// ln(r) moves estimate and interval by as much, so the smallest ratio found is a percentile of
/// what each resample would have needed. Comparisons need six pairs; detectable leaves out smaller
/// numbers, since the signed-rank test cannot say anything then; series of fewer than least_pairs
/// rounds are listed as too short. One that lacks rounds takes those it has, in turn. Deterministic
/// for a seed.
calibration_figures calibrate(const std::vector<identical_pair>& series, std::size_t repetitions,
                              std::uint64_t seed, std::size_t resamples = 400);

}  // namespace ipcmark
