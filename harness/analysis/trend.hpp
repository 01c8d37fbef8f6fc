#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/ab_judgement.hpp"

/// Changes of level in what many runs measured of the same cells.
namespace ipcmark {

/// A run of a history, as far as its place in a series goes. In the order in which they started.
struct past_run {
    std::int64_t id = 0;  // in the store
    std::string started;
    std::string file;
    std::string host;
    std::string revision;
    bool dirty = false;
    std::int64_t fingerprint = 0;
    std::int64_t golden = 0;  // the build that its figures are held against; 0: none
};

/// One metric of one cell over the runs that have it, in their order.
struct past_series {
    std::int64_t id = 0;
    std::string cell;
    pattern kind = pattern::round_trip;
    touch reads = touch::rw;
    std::string metric;
    std::vector<std::size_t> runs;  // positions in the history's
    std::vector<double> figures;
    std::vector<double> golden;  // by figure; 0: not held against one
};

struct trend_rule {
    ab_rule margins;      // a change below a metric's margin is none
    double level = 0.05;  // share of chance among the changes that are found
    std::uint64_t seed = 1;
    unsigned threads = 2;
};

/// Runs that can be compared: on one machine with the same limits, against the same golden build.
struct trend_epoch {
    std::size_t first = 0;  // positions in the series
    std::size_t end = 0;
};

/// Between two changes, or an epoch's ends.
struct trend_segment {
    std::size_t first = 0;
    std::size_t end = 0;
    double level = 0;  // median of what trend_values gives
};

struct trend_change {
    std::size_t at = 0;  // position in the series: the first run of the new level
    double ratio = 1;    // new level over old, as the figures read
    bool worse = false;
    double adjusted_p = 1;
    std::size_t last_good = 0;  // positions in the history's runs
    std::size_t first_bad = 0;
    std::optional<std::size_t> undone_by = {};  // the run with which the old level came back
};

struct trend {
    std::int64_t series = 0;
    gated_metric by;
    std::vector<trend_epoch> epochs;
    std::vector<trend_segment> segments;
    std::vector<trend_change> changes;  // ascending
};

/// How a metric is judged; nullptr metric: it is not.
gated_metric judged_metric(const past_series& series, const ab_rule& margins);

/// Logarithms, the adverse direction upwards; of the ratio to the golden build's where there is
/// one. Figures that have no logarithm, or no golden figure where their run has a golden build, are
/// taken out of `series`.
std::vector<double> trend_values(past_series& series, const std::vector<past_run>& runs,
                                 const gated_metric& by);

/// Searches series after series, several at a time, and decides over all of them at the end.
class trend_search {
public:
    trend_search(const std::vector<past_run>& runs, trend_rule rule);
    ~trend_search();
    trend_search(const trend_search&) = delete;
    trend_search& operator=(const trend_search&) = delete;

    /// Those whose metric is not judged are passed over.
    void add(past_series series);

    /// Of every series that was added, in that order: stats/change_points.hpp in each epoch; of all
    /// points of one role those that hold by Benjamini-Hochberg; of these the changes that reach
    /// the metric's margin.
    std::vector<trend> finish();

    std::size_t tests() const noexcept { return tests_; }

private:
    struct searched;
    void search_waiting();
    void adjust(gate_role role);

    const std::vector<past_run>& runs_;
    trend_rule rule_;
    std::vector<past_series> waiting_;
    std::vector<searched> done_;
    std::size_t tests_ = 0;
};

}  // namespace ipcmark
