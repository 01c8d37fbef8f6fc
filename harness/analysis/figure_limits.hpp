#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/result/metrics.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark {

/// What a figure has to be: "round_trip/mine/64: p99 < 50us".
struct figure_limit {
    std::string text;   // as it was written
    std::string cells;  // regular expression: the names that it matches up to a / or their end
    const metric* of = nullptr;
    bool below = true;  // the figure has to lie below; else above
    double value = 0;   // in the metric's unit
};

/// METRIC: its key, or the beginning of one up to a _ (p99, messages). VALUE: by the metric's unit
/// a time (50us), a rate (10k), bytes a second (2G), a share (5%) or a number. Throws
/// std::invalid_argument with a sentence.
figure_limit parse_limit(std::string_view text);

/// "50us", "10k", "5%": a value in the metric's unit. Throws std::invalid_argument.
double parse_figure(std::string_view text, const metric& of);

/// The other way round: "50us".
std::string limit_value_text(double value, const metric& of);

enum class limit_outcome : std::uint8_t {
    met,       // the whole interval, or the figure where it has none
    missed,    // the same
    unproven,  // the interval lies on both sides
    absent,    // no cell of that name has the figure
};

/// The words of reports: met, missed, not proven, nothing to judge.
std::string_view outcome_word(limit_outcome outcome);

/// Of a figure that is there.
limit_outcome outcome_of(const figure_limit& limit, const metric_summary& figures);

struct judged_limit {
    limit_outcome outcome = limit_outcome::absent;
    std::string sentence;
};

/// For each limit one of each cell that it names.
std::vector<judged_limit> judge_limits(const run_result& result,
                                       const std::vector<figure_limit>& limits);

}  // namespace ipcmark
