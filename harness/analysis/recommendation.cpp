#include "harness/analysis/recommendation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>

#include "harness/analysis/repetition_figures.hpp"
#include "harness/analysis/standings.hpp"
#include "harness/contract/parameter.hpp"

namespace ipcmark {

namespace {

const parameter_spec* parameter_of(pattern kind) {
    const pattern_info& row = pattern_of(kind);
    return row.parameters.front();
}

metric_summary times(const metric_summary& figures, double factor) {
    metric_summary scaled = figures;
    for (std::optional<double>* each :
         {&scaled.median, &scaled.low, &scaled.high, &scaled.min, &scaled.max})
        if (*each) **each *= factor;
    return scaled;
}

/// Cells of one pattern, with a value of its parameter where it has one.
struct wanted_cells {
    pattern kind;
    std::optional<double> value;  // rate, silence, messages at once
};

bool has_value(const cell_result& cell, double value) {
    constexpr double alike = 1e-6;
    const parameter_spec* of = parameter_of(cell.kind);
    return of != nullptr && cell.parameter && cell.parameter->name == of->name &&
           std::abs(cell.parameter->value - value) <= alike * value;
}

/// A cell that answers for a flow.
bool answers(const cell_result& cell, const design_flow& flow, const wanted_cells& wanted) {
    const std::string among = cell.parties ? cell.parties->text : party_counts{}.text();
    return cell.kind == wanted.kind && cell.payload_bytes == flow.payload_bytes &&
           among == flow.among.text() && (!wanted.value || has_value(cell, *wanted.value));
}

struct found_cell {
    const run_result* result = nullptr;
    const cell_result* cell = nullptr;
};

using cells_by_mechanism = std::map<std::string, found_cell>;

cells_by_mechanism cells_for(const design_flow& flow, const wanted_cells& wanted,
                             const std::vector<const run_result*>& results) {
    cells_by_mechanism found;
    for (const run_result* result : results)
        for (const cell_result& cell : result->cells)
            if (answers(cell, flow, wanted)) {
                found_cell& at = found[cell.mechanism];
                if (at.cell == nullptr || cell.ended == status::ok) at = {result, &cell};
            }
    return found;
}

/// What is asked of the same flow at another rate: what a rate changes.
bool depends_on_rate(const requirement& wanted) {
    return wanted.word.starts_with("latency.") || wanted.word == "rate";
}

bool meets_at_twice(const std::vector<requirement>& requirements, const cell_result& cell) {
    return cell.ended == status::ok &&
           std::all_of(requirements.begin(), requirements.end(), [&](requirement wanted) {
               if (!depends_on_rate(wanted)) return true;
               if (wanted.word == "rate") wanted.limit.value *= 2;
               return judge(wanted, cell.find(wanted.limit.of->key)).outcome == limit_outcome::met;
           });
}

fit fit_of(const std::vector<requirement_verdict>& all) {
    const auto any = [&](limit_outcome outcome) {
        return std::any_of(all.begin(), all.end(),
                           [&](const auto& each) { return each.outcome == outcome; });
    };
    if (any(limit_outcome::missed)) return fit::misses;
    return any(limit_outcome::unproven) || any(limit_outcome::absent) ? fit::unproven : fit::meets;
}

/// Fewer of these is simpler to build and to run.
auto complexity(const mechanism_info& mechanism) {
    return std::tuple(mechanism.has("needs_daemon"), mechanism.has("allocates"),
                      mechanism.copies_per_message == 0);
}

/// The figure of a cell. What waiting costs is measured of pairs alone: of more it is the pair's.
const metric_summary* figure_in(const cell_result& cell, const metric& of,
                                const std::vector<const run_result*>& results) {
    if (const metric_summary* found = cell.find(of.key)) return found;
    if (of.key != requirement_metric("idle_cpu")->key) return nullptr;
    const metric_summary* found = nullptr;
    for (const run_result* result : results)
        for (const cell_result& each : result->cells)
            if (each.mechanism == cell.mechanism && each.place == cell.place)
                if (const metric_summary* figures = each.find(of.key)) found = figures;
    return found;
}

/// What is measured apart from a flow's own cells: after a silence, in bursts.
std::map<pattern, cells_by_mechanism> cells_apart(const design_flow& flow,
                                                  const std::vector<requirement>& requirements,
                                                  const std::vector<const run_result*>& results) {
    std::map<pattern, cells_by_mechanism> apart;
    for (const requirement& each : requirements)
        if (each.measured_as != flow.measured_as() && !apart.contains(each.measured_as))
            apart[each.measured_as] =
                cells_for(flow, {each.measured_as, flow.value_for(each.measured_as)}, results);
    return apart;
}

candidate examined(const mechanism_info& mechanism, const std::vector<requirement>& requirements,
                   const cell_result& cell, const std::map<pattern, cells_by_mechanism>& apart,
                   const std::vector<const run_result*>& results) {
    const auto figure_for = [&](const requirement& wanted) -> const metric_summary* {
        const auto there = apart.find(wanted.measured_as);
        if (there == apart.end()) return figure_in(cell, *wanted.limit.of, results);
        const auto at = there->second.find(mechanism.name);
        return at == there->second.end() || at->second.cell->ended != status::ok
                   ? nullptr
                   : at->second.cell->find(wanted.limit.of->key);
    };
    candidate one;
    one.mechanism = mechanism;
    one.cell = cell.name;
    if (cell.ended != status::ok) {
        one.why = cell.why ? cell.why->text : std::string(to_word(cell.ended));
        return one;
    }
    for (const requirement& wanted : requirements)
        one.verdicts.push_back(judge(wanted, figure_for(wanted)));
    one.how = fit_of(one.verdicts);
    return one;
}

/// The first preference; of a percentile that most are measured too shortly for, the next lower one
/// that they are not.
std::string ranking_word(const design_flow& flow, const cells_by_mechanism& cells) {
    const std::string wanted = flow.first_preference();
    const auto most_have = [&cells](const std::string& word) {
        const metric* of = requirement_metric(word);
        const auto have = std::count_if(cells.begin(), cells.end(), [of](const auto& each) {
            return each.second.cell->find(of->key) != nullptr;
        });
        return 2 * static_cast<std::size_t>(have) > cells.size();
    };
    constexpr std::array percentile_words{"latency.p99.9", "latency.p99", "latency.p90",
                                          "latency.p50"};
    const auto* at = std::find(percentile_words.begin(), percentile_words.end(), wanted);
    for (; at != percentile_words.end(); ++at)
        if (most_have(*at)) return *at;
    return wanted;
}

/// The median of what ranks, the adverse direction upwards.
double rank_figure(const candidate& one, const metric& by) {
    if (!one.preferred || !one.preferred->median) return HUGE_VAL;
    return by.direction == better::higher ? -*one.preferred->median : *one.preferred->median;
}

/// What parts candidates before any preference does.
auto standing_of(const candidate& one) {
    const bool meets = one.how == fit::meets;
    return std::tuple(one.how == fit::unmeasured, !meets, one.screened, one.how,
                      meets ? 0 : -worst_headroom(one));
}

/// Those that fit as the first does, and were measured as long.
bool is_like(const candidate& one, const candidate& first) {
    return one.how == first.how && one.screened == first.screened;
}

void mark_screened(std::vector<candidate>& candidates, const cells_by_mechanism& cells) {
    std::uint64_t most = 0;
    for (const auto& [mechanism, at] : cells)
        most = std::max<std::uint64_t>(most, at.cell->repetitions_ok);
    for (candidate& each : candidates)
        if (const auto at = cells.find(each.mechanism.name); at != cells.end())
            each.screened = 2 * at->second.cell->repetitions_ok < most;
}

/// Of figures that no standings rank: by their intervals; where one has none, less than half.
bool is_proven_behind(const candidate& one, const candidate& first, const metric& by) {
    constexpr double ample = 2;
    if (!one.preferred || !first.preferred || !one.preferred->median || !first.preferred->median)
        return true;
    const metric_summary& its = *one.preferred;
    const metric_summary& best = *first.preferred;
    const bool lower = by.direction == better::lower;
    if (its.low && its.high && best.low && best.high)
        return lower ? *its.low > *best.high : *its.high < *best.low;
    return lower ? *its.median > ample * *best.median : ample * *its.median < *best.median;
}

/// Of the candidates of one result that fit alike, those that no proven difference parts from the
/// best.
void mark_level(std::vector<candidate>& candidates, const cells_by_mechanism& cells,
                const metric& by) {
    if (candidates.empty() || candidates.front().cell.empty()) return;
    const candidate first = candidates.front();
    for (candidate& each : candidates)
        each.level = is_like(each, first) && !is_proven_behind(each, first, by);
    const run_result* result = cells.at(candidates.front().mechanism.name).result;
    const repetition_figures figures(*result);
    for (const cell_group& group : groups_of(*result)) {
        std::vector<bool> among(group.cells.size());
        bool here = false;
        for (std::size_t i = 0; i < group.cells.size(); ++i) {
            const std::string& name = result->cells[group.cells[i]].name;
            here = here || name == candidates.front().cell;
            among[i] = std::any_of(candidates.begin(), candidates.end(), [&](const auto& each) {
                return is_like(each, first) && each.cell == name;
            });
        }
        if (!here) continue;
        const auto found = standings_among(*result, figures, group, by, among);
        for (candidate& each : candidates)
            for (std::size_t i = 0; i < group.cells.size(); ++i)
                if (is_like(each, first) && found[i] != standing::none &&
                    result->cells[group.cells[i]].name == each.cell)
                    each.level = found[i] == standing::best || found[i] == standing::level;
    }
}

void rank(std::vector<candidate>& candidates, const cells_by_mechanism& cells, const metric& by) {
    const auto measured_first = [&](const candidate& x, const candidate& y) {
        return std::tuple(standing_of(x), rank_figure(x, by), x.mechanism.name) <
               std::tuple(standing_of(y), rank_figure(y, by), y.mechanism.name);
    };
    std::sort(candidates.begin(), candidates.end(), measured_first);
    if (candidates.empty() || candidates.front().how != fit::meets) return;
    mark_level(candidates, cells, by);
    const candidate first = candidates.front();
    using simplicity = decltype(complexity(first.mechanism));
    const auto place = [&](const candidate& one) {
        return std::tuple(!one.level, one.level ? complexity(one.mechanism) : simplicity(),
                          rank_figure(one, by));
    };
    const auto simpler_first = [&](const candidate& x, const candidate& y) {
        return place(x) < place(y);
    };
    const auto end = std::find_if(candidates.begin(), candidates.end(),
                                  [&](const auto& each) { return !is_like(each, first); });
    std::stable_sort(candidates.begin(), end, simpler_first);
}

/// The quickest wake-up that a result has a floor of, where the flow's processes run.
const floor_info* quickest_wake(const std::vector<const run_result*>& results) {
    const floor_info* quickest = nullptr;
    for (const run_result* result : results)
        for (const floor_info& each : result->floors)
            if (each.name.ends_with("_wake") && each.summary && each.summary->min &&
                (quickest == nullptr || *each.summary->min < *quickest->summary->min))
                quickest = &each;
    return quickest;
}

/// Of a waiting side that sleeps before each message: it has to be woken.
std::vector<contradiction> contradictions_of(const design_flow& flow,
                                             const std::vector<requirement>& requirements,
                                             const std::vector<const run_result*>& results) {
    std::vector<contradiction> all;
    const floor_info* floor = quickest_wake(results);
    if (floor == nullptr || flow.may_spin) return all;
    const double wake_ns = *floor->summary->min;
    constexpr double time_to_fall_asleep = 4;  // in wake-ups
    const bool sleeps_between = flow.rate_hz ? 1e9 / *flow.rate_hz >= time_to_fall_asleep * wake_ns
                                             : flow.kind == flow_kind::request;
    const unsigned wakes = flow.kind == flow_kind::request ? 2 : 1;
    const auto wakes_for = [&](const requirement& each) {
        return each.measured_as == pattern::wake ||
               (sleeps_between && each.word.starts_with("latency."));
    };
    for (const requirement& each : requirements)
        if (wakes_for(each) && each.limit.value < wakes * wake_ns)
            all.push_back({each.word, each.text, floor->name, wakes * wake_ns, wakes});
    return all;
}

}  // namespace

std::size_t flow_recommendation::count(fit how) const {
    return static_cast<std::size_t>(std::count_if(
        candidates.begin(), candidates.end(), [&](const auto& each) { return each.how == how; }));
}

const candidate* flow_recommendation::best() const {
    return candidates.empty() || candidates.front().how != fit::meets ? nullptr
                                                                      : &candidates.front();
}

const candidate* flow_recommendation::find(const std::string& mechanism) const {
    for (const candidate& each : candidates)
        if (each.mechanism.name == mechanism) return &each;
    return nullptr;
}

double worst_headroom(const candidate& one) {
    double worst = HUGE_VAL;
    for (const requirement_verdict& each : one.verdicts)
        worst = std::min(worst,
                         each.outcome == limit_outcome::absent ? 0 : each.headroom.value_or(worst));
    return worst;
}

requirement_verdict judge(const requirement& wanted, const metric_summary* figures) {
    if (figures == nullptr || !figures->median) return {};
    requirement_verdict verdict;
    verdict.figures = times(*figures, wanted.factor);
    verdict.outcome = outcome_of(wanted.limit, *verdict.figures);
    const double figure = *verdict.figures->median;
    const double limit = wanted.limit.value;
    if (figure > 0) verdict.headroom = wanted.limit.below ? limit / figure : figure / limit;
    constexpr double ample = 2;
    const bool has_interval = verdict.figures->low && verdict.figures->high;
    const bool follows = !wanted.given && !wanted.limit.below;  // a rate is kept or it is not
    if (verdict.outcome == limit_outcome::met && !has_interval && !follows && verdict.headroom &&
        *verdict.headroom < ample)
        verdict.outcome = limit_outcome::unproven;
    return verdict;
}

flow_recommendation recommend(const design_flow& flow,
                              const std::vector<mechanism_info>& mechanisms,
                              const std::vector<const run_result*>& results) {
    flow_recommendation answer;
    answer.flow = flow;
    answer.requirements = flow.requirements();
    const pattern kind = flow.measured_as();
    const auto cells = cells_for(flow, {kind, flow.rate_hz}, results);
    const auto twice =
        flow.rate_hz ? cells_for(flow, {kind, 2 * *flow.rate_hz}, results) : cells_by_mechanism();
    const auto apart = cells_apart(flow, answer.requirements, results);
    answer.ranked_by = ranking_word(flow, cells);
    const metric* by = requirement_metric(answer.ranked_by);
    std::vector<candidate> excluded;
    for (const mechanism_info& mechanism : mechanisms) {
        if (mechanism.role != "mechanism") continue;
        if (const auto why = why_excluded(flow, mechanism)) {
            candidate& one = excluded.emplace_back();
            one.mechanism = mechanism;
            one.how = fit::excluded;
            one.why = why->reason;
            one.trait = why->trait;
            continue;
        }
        const auto at = cells.find(mechanism.name);
        if (at == cells.end()) {
            candidate& one = answer.candidates.emplace_back();
            one.mechanism = mechanism;
            one.why = "not measured";
            continue;
        }
        candidate one = examined(mechanism, answer.requirements, *at->second.cell, apart, results);
        if (by != nullptr)
            if (const metric_summary* figures = at->second.cell->find(by->key))
                one.preferred = *figures;
        if (const auto more = twice.find(mechanism.name); more != twice.end()) {
            one.twice_measured = true;
            one.twice = meets_at_twice(answer.requirements, *more->second.cell);
        }
        answer.candidates.push_back(std::move(one));
    }
    mark_screened(answer.candidates, cells);
    if (by != nullptr) rank(answer.candidates, cells, *by);
    if (answer.best() == nullptr)
        answer.contradictions = contradictions_of(flow, answer.requirements, results);
    std::sort(excluded.begin(), excluded.end(),
              [](const auto& x, const auto& y) { return x.mechanism.name < y.mechanism.name; });
    std::move(excluded.begin(), excluded.end(), std::back_inserter(answer.candidates));
    return answer;
}

}  // namespace ipcmark
