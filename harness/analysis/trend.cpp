#include "harness/analysis/trend.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "harness/stats/benjamini_hochberg.hpp"
#include "harness/stats/change_points.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

/// Series that wait for each other: what two threads share evenly.
constexpr std::size_t batch_series = 64;

/// Of its name alone, so that what other cells there are changes nothing.
std::uint64_t seed_of(const past_series& series, std::uint64_t seed) {
    constexpr std::uint64_t prime = 0x100000001b3;
    std::uint64_t hash = 0xcbf29ce484222325 ^ seed;
    for (const std::string* part : {&series.cell, &series.metric})
        for (const char c : *part)
            hash = (hash ^ static_cast<unsigned char>(c)) * prime;
    return hash ^ static_cast<std::uint64_t>(series.reads);
}

std::vector<trend_epoch> epochs_of(const past_series& series, const std::vector<past_run>& runs) {
    std::vector<trend_epoch> epochs;
    for (std::size_t i = 0; i < series.runs.size(); ++i) {
        const past_run& now = runs[series.runs[i]];
        const past_run& before = runs[series.runs[i == 0 ? 0 : i - 1]];
        if (i == 0 || now.fingerprint != before.fingerprint || now.golden != before.golden)
            epochs.push_back({i, i});
        epochs.back().end = i + 1;
    }
    return epochs;
}

double level_of(const std::vector<double>& values, std::size_t first, std::size_t end) {
    const auto at = [&](std::size_t i) { return values.begin() + static_cast<std::ptrdiff_t>(i); };
    return median({at(first), at(end)});
}

/// The segments of an epoch between these points, less those whose step is below the margin: the
/// smallest first.
std::vector<trend_segment> segments_of(const std::vector<double>& values, trend_epoch epoch,
                                       std::vector<std::size_t> cuts, double margin) {
    for (;;) {
        std::vector<trend_segment> segments;
        std::size_t first = epoch.first;
        for (std::size_t i = 0; i <= cuts.size(); ++i) {
            const std::size_t end = i < cuts.size() ? cuts[i] : epoch.end;
            segments.push_back({first, end, level_of(values, first, end)});
            first = end;
        }
        std::size_t least = 0;
        const auto step = [&](std::size_t i) {
            return std::abs(segments[i + 1].level - segments[i].level);
        };
        for (std::size_t i = 1; i < cuts.size(); ++i)
            if (step(i) < step(least)) least = i;
        if (cuts.empty() || step(least) >= std::log1p(margin)) return segments;
        cuts.erase(cuts.begin() + static_cast<std::ptrdiff_t>(least));
    }
}

/// Where the level that a change left comes back, within the margin.
void find_returns(std::vector<trend_change>& changes, const std::vector<trend_segment>& segments,
                  const std::vector<std::size_t>& runs, double margin) {
    for (trend_change& change : changes) {
        const auto after =
            std::find_if(segments.begin(), segments.end(),
                         [&](const trend_segment& each) { return each.first == change.at; });
        const double before = std::prev(after)->level;
        const double sign = change.worse ? 1 : -1;
        for (auto later = std::next(after); later != segments.end(); ++later)
            if (sign * (later->level - before) < std::log1p(margin)) {
                change.undone_by = runs[later->first];
                break;
            }
    }
}

}  // namespace

struct trend_search::searched {
    trend found;
    std::vector<double> values;     // these two kept where a point was found
    std::vector<std::size_t> runs;  // by value
    std::vector<change_point> points;
    std::size_t tests = 0;

    void search(past_series& series, const std::vector<past_run>& all, const trend_rule& rule) {
        found.series = series.id;
        found.by = judged_metric(series, rule.margins);
        if (found.by.of == nullptr) return;
        values = trend_values(series, all, found.by);
        found.epochs = epochs_of(series, all);
        for (const trend_epoch& epoch : found.epochs) {
            const auto at = [&](std::size_t k) {
                return values.begin() + static_cast<std::ptrdiff_t>(k);
            };
            // Against a golden build the drift of the machine is out.
            change_rule changes;
            if (all[series.runs[epoch.first]].golden != 0) changes.least_block = 2;
            const auto result =
                find_change_points({at(epoch.first), at(epoch.end)},
                                   seed_of(series, rule.seed) + epoch.first, changes);
            tests += result.tests;
            for (const change_point& each : result.points)
                points.push_back({each.at + epoch.first, each.p});
        }
        if (points.empty())
            values = {};
        else
            runs = std::move(series.runs);
    }

    /// From the points that are left.
    void conclude() {
        const double sign = found.by.of->direction == better::higher ? -1 : 1;
        for (const trend_epoch& epoch : found.epochs) {
            std::vector<std::size_t> cuts;
            for (const change_point& each : points)
                if (each.at > epoch.first && each.at < epoch.end) cuts.push_back(each.at);
            if (cuts.empty()) continue;
            const auto segments = segments_of(values, epoch, std::move(cuts), found.by.margin);
            std::vector<trend_change> changes;
            for (std::size_t i = 1; i < segments.size(); ++i) {
                const double step = segments[i].level - segments[i - 1].level;
                const auto point = std::find_if(
                    points.begin(), points.end(),
                    [&](const change_point& each) { return each.at == segments[i].first; });
                const std::size_t at = segments[i].first;
                changes.push_back(
                    {at, std::exp(sign * step), step > 0, point->p, runs[at - 1], runs[at]});
            }
            find_returns(changes, segments, runs, found.by.margin);
            found.changes.insert(found.changes.end(), changes.begin(), changes.end());
            found.segments.insert(found.segments.end(), segments.begin(), segments.end());
        }
    }
};

gated_metric judged_metric(const past_series& series, const ab_rule& margins) {
    for (const gated_metric& each : gated_metrics(series.kind, margins))
        if (each.of->key == series.metric) return each;
    return {};
}

std::vector<double> trend_values(past_series& series, const std::vector<past_run>& runs,
                                 const gated_metric& by) {
    std::vector<double> values;
    std::size_t kept = 0;
    const double sign = by.of->direction == better::higher ? -1 : 1;
    for (std::size_t i = 0; i < series.figures.size(); ++i) {
        const bool held = runs[series.runs[i]].golden != 0;
        const double of = series.figures[i] + by.least_change;
        const double to = held ? series.golden[i] + by.least_change : 1;
        if (!(of > 0) || !(to > 0) || (held && !(series.golden[i] > 0) && by.least_change <= 0))
            continue;
        values.push_back(sign * std::log(of / to));
        series.runs[kept] = series.runs[i];
        series.golden[kept] = series.golden[i];
        series.figures[kept++] = series.figures[i];
    }
    series.runs.resize(kept);
    series.figures.resize(kept);
    series.golden.resize(kept);
    return values;
}

trend_search::trend_search(const std::vector<past_run>& runs, trend_rule rule)
    : runs_(runs), rule_(std::move(rule)) {}

trend_search::~trend_search() = default;

void trend_search::add(past_series series) {
    waiting_.push_back(std::move(series));
    if (waiting_.size() >= batch_series) search_waiting();
}

void trend_search::search_waiting() {
    const std::size_t begin = done_.size();
    done_.resize(begin + waiting_.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (;;) {
            const std::size_t i = next.fetch_add(1, std::memory_order_relaxed);
            if (i >= waiting_.size()) return;
            done_[begin + i].search(waiting_[i], runs_, rule_);
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned i = 1; i < rule_.threads; ++i)
            others.emplace_back(work);
        work();
    }
    waiting_.clear();
}

/// Every test of one role is one family, those that found nothing included.
void trend_search::adjust(gate_role role) {
    std::vector<double> family;
    std::vector<change_point*> points;
    std::size_t tests = 0;
    for (searched& each : done_) {
        if (each.found.by.of == nullptr || each.found.by.role != role) continue;
        tests += each.tests;
        for (change_point& point : each.points) {
            family.push_back(point.p);
            points.push_back(&point);
        }
    }
    tests_ += tests;
    family.resize(tests, 1);
    const auto adjusted = benjamini_hochberg(family);
    for (std::size_t i = 0; i < points.size(); ++i)
        points[i]->p = adjusted[i];
}

std::vector<trend> trend_search::finish() {
    search_waiting();
    adjust(gate_role::primary);
    adjust(gate_role::secondary);
    std::vector<trend> found;
    for (searched& each : done_) {
        if (each.found.by.of == nullptr) continue;
        std::erase_if(each.points, [&](const change_point& p) { return p.p > rule_.level; });
        each.conclude();
        found.push_back(std::move(each.found));
    }
    return found;
}

}  // namespace ipcmark
