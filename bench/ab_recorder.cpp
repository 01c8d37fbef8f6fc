#include "bench/ab_recorder.hpp"

#include <algorithm>

#include "bench/recorder.hpp"

namespace ipcmark {

ab_recorder::ab_recorder(const plan& cells, const std::vector<cell_pair>& pairs,
                         const ab_rule& rule, ab_builder& kept, journal& lines, progress& bar,
                         const shared_clock& clock, machine_watch& machine)
    : plan_(cells),
      pairs_(pairs),
      rule_(rule),
      kept_(kept),
      lines_(lines),
      bar_(bar),
      clock_(clock),
      machine_(machine) {
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        pair_of_[{0, pairs_[pair].a}] = pair;
        pair_of_[{1, pairs_[pair].b}] = pair;
    }
}

void ab_recorder::attempted(const attempt& done) {
    ++repetitions_;
    machine_.look();
    const bool control = done.asked.variant >= control_variant;
    const std::size_t side = done.asked.variant % control_variant;
    repetition_record record = record_of(done, kept_.side(side).header().clock, clock_);
    if (done.last && !record.failed && done.asked.why == purpose::timed) {
        keep(done, record);
        if (control) keep_control(done, record);
    }
    if (!control) lines_.append(kept_.add(side, std::move(record)));
}

void ab_recorder::keep(const attempt& done, const repetition_record& record) {
    const std::size_t side = done.asked.variant % control_variant;
    both& at = rounds_[pair_of_.at({side, done.asked.cell})][done.asked.round];
    if (!at.metrics[1 - side]) at.a_first = side == 0;
    at.metrics[side] = record.metrics;
}

void ab_recorder::keep_control(const attempt& done, const repetition_record& record) {
    const cell& of = done.planned.what;
    const std::string key(pattern_of(of.kind).main_metric);
    const auto figure = record.metrics.find(key);
    if (figure == record.metrics.end() || !figure->second) return;
    lines_.append(kept_.add(control_repetition{
        of.name(), key, done.asked.round, done.asked.variant % control_variant, *figure->second}));
}

run_progress ab_recorder::so_far() const {
    return {[](const std::string&) { return false; },
            [](const std::string&) { return cell_progress{}; }, [](std::size_t) {}};
}

bool ab_recorder::takes_part(std::size_t pair, std::uint64_t round) {
    if (round >= rule_.looks.back().pairs) return false;
    const cell_pair& of = pairs_[pair];
    if (kept_.side(0).given_up(plan_.cells[of.a].what.name()) ||
        kept_.side(1).given_up(plan_.cells[of.b].what.name()))
        return false;
    for (const ab_look& each : rule_.looks)
        if (each.pairs == round) look(round);
    return !settled_.contains(pair);
}

/// Once for all pairs of a round.
void ab_recorder::look(std::uint64_t rounds) {
    if (looked_at_ == rounds) return;
    looked_at_ = rounds;
    const auto pairs = measured();
    const ab_judgement seen = judge(pairs, {}, rule_);
    for (std::size_t pair = 0; pair < pairs.size(); ++pair)
        if (!pairs[pair].rounds.empty() && seen.is_settled(pair)) settled_.insert(pair);
    std::size_t left = 0;
    std::size_t controls = 0;
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        controls += pairs_[pair].control ? 1 : 0;
        left += !pairs_[pair].control && !settled_.contains(pair) ? 1 : 0;
    }
    const auto next = std::find_if(rule_.looks.begin(), rule_.looks.end(),
                                   [&](const ab_look& each) { return each.pairs > rounds; });
    if (next != rule_.looks.end() && left > 0)
        bar_.expect_more(2 * (left + controls) * (next->pairs - rounds));
    if (left > 0)
        bar_.say("after " + std::to_string(rounds) + " pairs " + std::to_string(left) +
                 (left == 1 ? " cell is" : " cells are") + " undecided and run on");
}

std::vector<measured_pair> ab_recorder::measured() const {
    std::vector<measured_pair> all;
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        if (pairs_[pair].control) continue;
        const cell& a = plan_.cells[pairs_[pair].a].what;
        measured_pair& one = all.emplace_back(measured_pair{{a.name(), {}}, a.kind, {}, 0});
        const auto at = rounds_.find(pair);
        if (at == rounds_.end()) continue;
        for (const auto& [round, each] : at->second) {
            one.asked = round + 1;
            if (each.metrics[0] && each.metrics[1])
                one.rounds.push_back({round, *each.metrics[0], *each.metrics[1], each.a_first});
        }
    }
    return all;
}

}  // namespace ipcmark
