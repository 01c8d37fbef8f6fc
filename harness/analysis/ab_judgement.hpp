#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/result/ab_result.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/decision.hpp"

namespace ipcmark {

/// Primary figures decide; secondary ones, the tails, warn. Each are a family of their own.
enum class gate_role : std::uint8_t { primary, secondary };

template <>
struct spelling<gate_role> {
    static constexpr std::array words{std::pair{gate_role::primary, "primary"},
                                      std::pair{gate_role::secondary, "secondary"}};
};

/// A metric that a comparison of two variants looks at.
struct gated_metric {
    const metric* of = nullptr;
    gate_role role = gate_role::primary;
    double margin = 0.05;     // the smallest relative change that matters
    double least_change = 0;  // added to both figures, so that what is almost nothing may double
};

/// Of a pattern: its main metric, CPU time and switches per message; p90 and p99 with twice their
/// margin.
std::vector<gated_metric> gated_metrics(pattern kind, const ab_rule& rule);

/// The keys that a rule may name.
std::vector<std::string> gated_keys();

constexpr bool is_change(change verdict) {
    return verdict == change::regressed || verdict == change::improved;
}

/// Both repetitions of a pair in one round.
struct pair_round {
    std::uint64_t round = 0;
    std::map<std::string, std::optional<double>> a;
    std::map<std::string, std::optional<double>> b;
    bool a_first = true;
};

struct measured_pair {
    ab_pair names;
    pattern kind = pattern::round_trip;
    std::vector<pair_round> rounds;  // ascending; those in which both ended ok
    std::uint64_t asked = 0;         // rounds in which it was to run
};

struct ab_figure {
    std::size_t pair = 0;
    gated_metric by;
    double a = 0;  // medians
    double b = 0;
    /// b over a as the figures read, not turned to the adverse direction.
    double ratio = 1;
    std::optional<double> low;
    std::optional<double> high;
    change_estimate seen;
    bool slot_removed = false;  // the effect of running second was proven and is taken out
    bool unconfirmed = false;   // it regressed, and did not when it was compared once more
};

/// The second repetition of a pair over the first, all primary figures together.
struct slot_effect {
    double ratio = 1;
    std::optional<double> low;
    std::optional<double> high;
};

/// What no variant can reach: it ought to stay as it is.
struct control_figure {
    std::string cell;
    const metric* by = nullptr;
    change_estimate seen;
    double drift = 1;  // the last third of the rounds over the first, both sides
};

struct ab_judgement {
    std::vector<ab_figure> figures;
    std::optional<slot_effect> slot;
    std::vector<control_figure> controls;
    /// Pairs that have no figure of their main metric in any round: the others alone decide.
    std::vector<std::size_t> without_main;
    bool machine_moved = false;  // a control differs from itself: nothing is decided
    /// Of a comparison of equals: at most this many are called regressed or improved.
    double expected_false_alarms = 0;

    std::size_t count(gate_role role, change verdict) const;
    /// Everything that decides has a verdict other than inconclusive.
    bool is_conclusive() const;
    /// No primary figure of the pair is undecided.
    bool is_settled(std::size_t pair) const;
};

/// The looks that a comparison of at most so many pairs takes: after 10, 20, 40 and so on, the
/// level of 1 % spent over them so that together they err as rarely as one look at that level.
std::vector<ab_look> looks_for(std::uint64_t most_pairs);

/// Every pair at the look that its rounds have reached. Per round ln(b / a), the adverse direction
/// positive; where running second is proven to cost something (rank-sum test, 1 %), that is taken
/// out; then stats/decision.hpp over each family.
ab_judgement judge(const std::vector<measured_pair>& pairs,
                   const std::vector<control_series>& controls, const ab_rule& rule);

/// From the repetitions of both results.
std::vector<measured_pair> measured_pairs_of(const ab_result& of);

/// All of it. Where it was compared once more, what regressed and did not recur is undecided.
ab_judgement judge(const ab_result& of);

}  // namespace ipcmark
