#include "harness/run/schedule.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "harness/base/clock.hpp"
#include "harness/contract/patterns.hpp"

namespace ipcmark {

namespace {

bool carry_out(const step& next, executor& by, std::uint64_t rounds_done) {
    switch (next.what) {
        case step::action::repeat:
            return by.repeat(next.repetition);
        case step::action::floors:
            return by.measure_floors(rounds_done);
        case step::action::clock_offsets:
            return by.measure_clock_offsets(next.when);
        case step::action::capacities:
            return by.search_capacities();
        case step::action::round_done:
            break;
    }
    return true;
}

double seconds_since(std::uint64_t start_ns) {
    return static_cast<double>(shared_clock::raw_ns() - start_ns) / 1e9;
}

/// Without messages of its own there is nothing to verify; events are counted of programs, too.
bool is_in_pass(const planned_cell& planned, purpose why) {
    const pattern_info& row = pattern_of(planned.what.kind);
    return row.plain || (why == purpose::counting && row.loop == pattern_loop::life);
}

}  // namespace

run_outcome run_schedule(schedule& steps, executor& by, const run_progress& progress) {
    run_outcome ended;
    while (const auto next = steps.next(progress)) {
        if (!carry_out(*next, by, ended.rounds_done)) break;
        if (next->what == step::action::round_done) ++ended.rounds_done;
    }
    by.finish();
    ended.interrupted = by.interrupted();
    ended.incomplete_reason =
        ended.interrupted ? "interrupted by a signal" : steps.incomplete_reason();
    ended.complete = ended.incomplete_reason.empty();
    return ended;
}

rounds_schedule::rounds_schedule(const plan& what, std::optional<double> time_budget_s, bool floors)
    : plan_(what),
      time_budget_s_(time_budget_s),
      floors_(floors),
      start_ns_(shared_clock::raw_ns()),
      budget_(what.cells.size(), budget_rule_of(what.request.repetitions)) {}

std::size_t rounds_schedule::expected() const {
    const std::uint64_t per_cell = plan_.request.repetitions + plan_.request.counting_repetitions +
                                   (plan_.request.verify ? 1 : 0);
    const auto all = [](const planned_cell&) { return true; };
    return plan_.runnable() * per_cell + plan_.idle_cells(all).size();
}

double rounds_schedule::elapsed_s() const {
    return seconds_since(start_ns_);
}

bool rounds_schedule::is_wasted(const step& what, const run_progress& progress) const {
    if (what.what != step::action::repeat) return false;
    return progress.given_up(plan_.cells[what.repetition.cell].what.name()) ||
           (what.repetition.why == purpose::counting && progress.nothing_to_count());
}

std::optional<step> rounds_schedule::next(const run_progress& progress) {
    for (;;) {
        while (!steps_.empty()) {
            const step front = steps_.front();
            steps_.pop_front();
            if (!is_wasted(front, progress)) return front;
        }
        if (now_ == part::over) return std::nullopt;
        fill(progress);
    }
}

void rounds_schedule::fill(const run_progress& progress) {
    switch (now_) {
        case part::verify:
            if (plan_.request.verify) fill_pass(purpose::verify, 0, progress);
            now_ = part::prepare;
            break;
        case part::prepare:
            steps_.push_back({step::action::capacities});
            steps_.push_back({step::action::clock_offsets, {}, "begin"});
            if (floors_) steps_.push_back({step::action::floors});
            try_counting(progress);
            now_ = part::rounds;
            break;
        case part::rounds:
            fill_round(progress);
            break;
        case part::counting:
            if (counting_round_ < plan_.request.counting_repetitions)
                fill_pass(purpose::counting, counting_round_++, progress);
            else
                now_ = part::idle;
            break;
        case part::idle:
            fill_idle(progress);
            now_ = part::end;
            break;
        case part::end:
            steps_.push_back({step::action::clock_offsets, {}, "end"});
            now_ = part::over;
            break;
        case part::over:
            break;
    }
}

void rounds_schedule::fill_round(const run_progress& progress) {
    if (round_ == 0 && !time_budget_s_ && progress.nothing_to_count())
        progress.expect(plan_.runnable() * plan_.request.repetitions +
                        plan_.idle_cells([](const planned_cell&) { return true; }).size());
    if (round_cells_ > 0)
        longest_repetition_s_ =
            std::max(longest_repetition_s_,
                     (elapsed_s() - round_started_s_) / static_cast<double>(round_cells_));
    round_cells_ = 0;
    if (round_ > 0 && floors_ && floors_due() && !floors_last_) {
        steps_.push_back({step::action::floors});
        floors_last_ = true;
        return;
    }
    if (!another_round(progress)) {
        if (time_budget_s_ && floors_ && !floors_due()) steps_.push_back({step::action::floors});
        now_ = incomplete_reason_.empty() ? part::counting : part::end;
        return;
    }
    floors_last_ = false;
    round_started_s_ = elapsed_s();
    for (const std::size_t cell : plan_.round_order(round_))
        if (runs_in(cell, progress))
            steps_.push_back({step::action::repeat, {cell, purpose::timed, round_}});
    round_cells_ = steps_.size();
    steps_.push_back({step::action::round_done});
    ++round_;
}

/// One counting repetition, of the first cell that has some.
void rounds_schedule::try_counting(const run_progress& progress) {
    if (plan_.request.counting_repetitions == 0) return;
    const std::size_t before = steps_.size();
    fill_pass(purpose::counting, 0, progress);
    if (steps_.size() == before) return;
    steps_.resize(before + 1);
    counted_first_ = steps_.back().repetition.cell;
}

std::size_t rounds_schedule::left_to_count(const run_progress& progress) const {
    return progress.nothing_to_count() ? 0 : plan_.request.counting_repetitions * plan_.runnable();
}

/// What is not timed: every cell once, in the order of a round of its own.
void rounds_schedule::fill_pass(purpose why, std::uint64_t round, const run_progress& progress) {
    constexpr std::uint64_t apart = 1u << 20;  // no timed round's order is repeated
    const std::uint64_t salt = apart * (1 + static_cast<std::uint64_t>(why)) + round;
    for (const std::size_t cell : plan_.round_order(salt)) {
        const planned_cell& planned = plan_.cells[cell];
        if (progress.given_up(planned.what.name()) || !is_in_pass(planned, why)) continue;
        if (why == purpose::counting && round == 0 && counted_first_ == cell) continue;
        steps_.push_back({step::action::repeat, {cell, why, round}});
    }
}

/// What waiting costs: once for each mechanism and placement.
void rounds_schedule::fill_idle(const run_progress& progress) {
    const auto usable = [&progress](const planned_cell& planned) {
        return !progress.given_up(planned.what.name());
    };
    for (const std::size_t cell : plan_.idle_cells(usable))
        steps_.push_back({step::action::repeat, {cell, purpose::idle, 0}});
}

bool rounds_schedule::runs_in(std::size_t cell, const run_progress& progress) const {
    return !progress.given_up(plan_.cells[cell].what.name()) &&
           (!time_budget_s_ || budget_.takes_part(cell, round_));
}

std::size_t rounds_schedule::taking_part(const run_progress& progress) const {
    std::size_t cells = 0;
    for (std::size_t i = 0; i < plan_.cells.size(); ++i)
        cells += runs_in(i, progress) ? 1 : 0;
    return cells;
}

/// Without a budget as many as planned; with one as long as there is time and use for it.
bool rounds_schedule::another_round(const run_progress& progress) {
    if (!time_budget_s_) return round_ < plan_.request.repetitions;
    if (budget_.is_checkpoint(round_)) {
        std::vector<cell_progress> cells;
        for (const auto& planned : plan_.cells)
            cells.push_back(progress.of_cell(planned.what.name()));
        budget_.checkpoint(round_, cells);
    }
    return !budget_.all_rest() && budget_allows(progress);
}

/// Whole rounds only: stopping inside one would favour the cells that came first. The counting
/// repetitions at the end have their share set aside.
bool rounds_schedule::budget_allows(const run_progress& progress) {
    const std::size_t left = taking_part(progress) + left_to_count(progress);
    if (elapsed_s() + longest_repetition_s_ * static_cast<double>(left) <= *time_budget_s_) {
        if (round_ >= budget_.rule().least_rounds) progress.expect(left);
        return true;
    }
    if (round_ >= budget_.rule().least_rounds) return false;
    incomplete_reason_ = "the time budget was spent; a round more would not have fitted in";
    return false;
}

/// Before the first round, after the last and at most four times in between, three rounds apart.
bool rounds_schedule::floors_due() const {
    const std::uint64_t every = std::max<std::uint64_t>(plan_.request.repetitions / 5, 3);
    return round_ % every == 0 || round_ == plan_.request.repetitions;
}

namespace {

std::vector<cell_pair> identical_pairs(const plan& what) {
    std::vector<cell_pair> pairs;
    for (std::size_t cell = 0; cell < what.cells.size(); ++cell)
        pairs.push_back({cell, cell});
    return pairs;
}

}  // namespace

pairs_schedule::pairs_schedule(const plan& what, std::optional<double> time_budget_s)
    : pairs_schedule(what, identical_pairs(what), {time_budget_s}) {}

pairs_schedule::pairs_schedule(const plan& what, std::vector<cell_pair> pairs, pair_rules rules)
    : plan_(what),
      pairs_(std::move(pairs)),
      rules_(std::move(rules)),
      first_(what.seed),
      start_ns_(shared_clock::raw_ns()) {}

bool pairs_schedule::can_run(const cell_pair& pair) const {
    return !plan_.cells[pair.a].skipped && !plan_.cells[pair.b].skipped;
}

std::optional<step> pairs_schedule::next(const run_progress& progress) {
    if (rules_.verify && !verified_) fill_verify();
    verified_ = true;
    if (steps_.empty() && !fill_round(progress)) return std::nullopt;
    const step front = steps_.front();
    steps_.pop_front();
    return front;
}

void pairs_schedule::fill_verify() {
    for (const cell_pair& each : pairs_) {
        if (each.control || !can_run(each)) continue;
        if (is_in_pass(plan_.cells[each.a], purpose::verify))
            steps_.push_back({step::action::repeat, {each.a, purpose::verify, 0, 0}});
        if (is_in_pass(plan_.cells[each.b], purpose::verify))
            steps_.push_back({step::action::repeat, {each.b, purpose::verify, 0, 1}});
    }
}

bool pairs_schedule::goes_on(std::size_t pair, const run_progress& progress) const {
    const cell_pair& of = pairs_[pair];
    if (!can_run(of)) return false;
    if (of.control) return true;
    if (progress.given_up(plan_.cells[of.a].what.name()) ||
        progress.given_up(plan_.cells[of.b].what.name()))
        return false;
    return rules_.takes_part ? rules_.takes_part(pair, round_) : round_ < plan_.request.repetitions;
}

void pairs_schedule::add_pair(const cell_pair& pair) {
    const std::size_t base = pair.control ? control_variant : 0;
    const std::size_t first = first_() % 2;
    std::optional<std::uint64_t> layout;
    bool exchanged = false;
    if (rules_.drawn_by_pair) {
        layout = layouts_++;
        exchanged = first_() % 2 == 1;
    }
    for (const std::size_t side : {first, 1 - first})
        steps_.push_back({step::action::repeat,
                          {side == 0 ? pair.a : pair.b, purpose::timed, round_, base + side, layout,
                           exchanged}});
}

/// False: the schedule is over.
bool pairs_schedule::fill_round(const run_progress& progress) {
    const double now_s = seconds_since(start_ns_);
    if (round_ > 0) longest_round_s_ = std::max(longest_round_s_, now_s - round_started_s_);
    bool compares = false;
    std::map<std::size_t, std::size_t> taking_part;  // by the cell that the order names
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair)
        if (goes_on(pair, progress)) {
            compares = compares || !pairs_[pair].control;
            taking_part.emplace(pairs_[pair].a, pair);
        }
    if (!compares) return false;
    if (rules_.time_budget_s && now_s + longest_round_s_ > *rules_.time_budget_s) {
        if (rules_.takes_part) incomplete_reason_ = "the time budget was spent";
        return false;
    }
    round_started_s_ = now_s;
    for (const std::size_t cell : plan_.round_order(round_))
        if (const auto at = taking_part.find(cell); at != taking_part.end())
            add_pair(pairs_[at->second]);
    steps_.push_back({step::action::round_done});
    ++round_;
    return true;
}

}  // namespace ipcmark
