#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ipcmark {

enum class change : std::uint8_t { regressed, improved, equivalent, inconclusive };

/// What one comparison is decided from. Ratios are b / a of one metric, above 1 for the worse: for
/// a metric where higher is better, a / b.
struct change_estimate {
    std::size_t pairs = 0;      // of unpaired samples: values of both
    double ratio = 1;           // Hodges-Lehmann
    std::optional<double> low;  // 95 % interval
    std::optional<double> high;
    std::optional<double> low_90;  // two one-sided tests at 5 %
    std::optional<double> high_90;
    double p = 1;           // signed-rank or rank-sum, raw
    double adjusted_p = 1;  // Benjamini-Hochberg over the family
    change verdict = change::inconclusive;
};

/// One metric of one cell: ln(b / a) per round, the adverse direction positive, and the smallest
/// change that matters in practice (0.05: 5 %).
struct paired_series {
    std::vector<double> log_ratios;
    double margin = 0.05;
};

/// One metric of two cells that did not run next to each other: logarithms of the figures of their
/// repetitions, the adverse direction upwards.
struct unpaired_series {
    std::vector<double> a;
    std::vector<double> b;
    double margin = 0.05;
};

/// One metric of a run against earlier runs of the same: logarithms, the adverse direction upwards.
struct predicted_series {
    std::vector<double> earlier;
    double now = 0;
    double margin = 0.05;
};

/// Below which adjusted p a change counts as proven, and the share of false ones among those called
/// so that the family admits.
struct decision_rule {
    double level = 0.05;
};

/// The rule by which two builds, or a build and itself, are compared (never by a threshold on a
/// point estimate alone): all series of one comparison are one family.
///   regressed     adjusted p < level, low > 1 + margin / 2, ratio >= 1 + margin
///   improved      the same the other way round
///   equivalent    the 90 % interval within [1 / (1 + margin), 1 + margin]
///   inconclusive  otherwise
/// Tests: Wilcoxon's signed-rank; intervals: Hodges-Lehmann; family: Benjamini-Hochberg.
std::vector<change_estimate> decide(const std::vector<paired_series>& family,
                                    decision_rule rule = {});

/// The same rule for samples that are not paired, with Wilcoxon's rank-sum test. Cells of one run
/// that share rounds, and so the drift of the machine, are correlated positively: then the test is
/// on the safe side. 4 and 4 values are the fewest that can prove anything.
std::vector<change_estimate> decide(const std::vector<unpaired_series>& family,
                                    decision_rule rule = {});

/// The same rule for one run, from the spread between earlier ones (never from that between the
/// repetitions of one): Student's prediction interval. Nothing is proven by fewer than three.
std::vector<change_estimate> decide_predicted(const std::vector<predicted_series>& family,
                                              decision_rule rule = {});

}  // namespace ipcmark
