#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "harness/result/progress.hpp"
#include "harness/run/budget.hpp"
#include "harness/run/executor.hpp"
#include "harness/run/plan.hpp"

namespace ipcmark {

/// How a run ended.
struct run_outcome {
    bool complete = true;
    std::string incomplete_reason;
    bool interrupted = false;
    std::uint64_t rounds_done = 0;
};

/// What a schedule may know of the run so far.
struct run_progress {
    std::function<bool(const std::string& cell)> given_up;
    std::function<cell_progress(const std::string& cell)> of_cell;
    /// So many repetitions are still to come.
    std::function<void(std::size_t)> expect;
    /// Whether a counting repetition was done and this machine lets nothing be counted.
    std::function<bool()> nothing_to_count = [] { return false; };
};

/// One thing to do. `round_done` is nothing to do: the schedule's rounds so far are whole.
struct step {
    enum class action : std::uint8_t { repeat, floors, clock_offsets, capacities, round_done };
    action what = action::repeat;
    repetition_request repetition = {};
    const char* when = "";  // clock_offsets: begin, end
};

/// Says what comes next. Pulled one step at a time, so that what was measured so far can decide.
class schedule {
public:
    virtual ~schedule() = default;
    /// nullopt: the run is over.
    virtual std::optional<step> next(const run_progress& progress) = 0;
    /// Why the run ended before its plan did; empty: it did not.
    virtual std::string incomplete_reason() const { return {}; }
};

/// Pulls steps and has them done until the schedule ends or a signal comes. A cell that fails is
/// given up; the others go on.
run_outcome run_schedule(schedule& steps, executor& by, const run_progress& progress);

/// Each cell verified once, shuffled timed rounds with the machine's floors around them, counting
/// repetitions, then what waiting costs. With a time budget as many rounds as fit, by budget.hpp.
/// The first counting repetition comes before the rounds: where it can count nothing, it is the
/// last as well.
class rounds_schedule : public schedule {
public:
    rounds_schedule(const plan& what, std::optional<double> time_budget_s, bool floors);
    std::optional<step> next(const run_progress& progress) override;
    std::string incomplete_reason() const override { return incomplete_reason_; }
    /// Repetitions without a time budget.
    std::size_t expected() const;

private:
    enum class part : std::uint8_t { verify, prepare, rounds, counting, idle, end, over };

    void fill(const run_progress& progress);
    void fill_round(const run_progress& progress);
    void fill_pass(purpose why, std::uint64_t round, const run_progress& progress);
    void fill_idle(const run_progress& progress);
    void try_counting(const run_progress& progress);
    bool is_wasted(const step& what, const run_progress& progress) const;
    std::size_t left_to_count(const run_progress& progress) const;
    bool another_round(const run_progress& progress);
    bool budget_allows(const run_progress& progress);
    bool runs_in(std::size_t cell, const run_progress& progress) const;
    std::size_t taking_part(const run_progress& progress) const;
    bool floors_due() const;
    double elapsed_s() const;

    const plan& plan_;
    std::optional<double> time_budget_s_;
    bool floors_;
    part now_ = part::verify;
    std::deque<step> steps_;
    std::uint64_t start_ns_;
    std::uint64_t round_ = 0;
    std::uint64_t counting_round_ = 0;
    std::optional<std::size_t> counted_first_;
    double round_started_s_ = 0;
    std::size_t round_cells_ = 0;
    double longest_repetition_s_ = 0;
    bool floors_last_ = false;
    repetition_budget budget_;
    std::string incomplete_reason_;
};

/// Two cells that run next to each other: `a` as variant 0, `b` as variant 1. A control is of
/// neither variant: its steps have the numbers beyond them, control_variant and the next.
struct cell_pair {
    std::size_t a = 0;  // of the plan
    std::size_t b = 0;
    bool control = false;
};
inline constexpr std::size_t control_variant = 2;

/// How long pairs go on.
struct pair_rules {
    std::optional<double> time_budget_s = {};  // no round is begun that would end later
    bool verify = false;                       // each side of each pair once, before the rounds
    /// Memory layout and which party has which CPU are drawn anew for each pair, the same for both
    /// of its sides: what a layout or a CPU does to a figure is not in the difference.
    bool drawn_by_pair = false;
    /// Whether a pair takes part in a round; controls do as long as another does. Empty: in as many
    /// as the plan has.
    std::function<bool(std::size_t pair, std::uint64_t round)> takes_part = {};
};

/// Pairs in rounds: in each the pairs shuffled, the two sides of a pair one after the other in an
/// order by chance.
class pairs_schedule : public schedule {
public:
    /// Each cell of the plan with itself.
    pairs_schedule(const plan& what, std::optional<double> time_budget_s);
    pairs_schedule(const plan& what, std::vector<cell_pair> pairs, pair_rules rules);
    std::optional<step> next(const run_progress& progress) override;
    std::string incomplete_reason() const override { return incomplete_reason_; }

private:
    bool can_run(const cell_pair& pair) const;
    void fill_verify();
    bool fill_round(const run_progress& progress);
    bool goes_on(std::size_t pair, const run_progress& progress) const;
    void add_pair(const cell_pair& pair);

    const plan& plan_;
    std::vector<cell_pair> pairs_;
    pair_rules rules_;
    std::mt19937_64 first_;
    std::deque<step> steps_;
    std::uint64_t start_ns_;
    std::uint64_t round_ = 0;
    std::uint64_t layouts_ = 0;
    bool verified_ = false;
    double round_started_s_ = 0;
    double longest_round_s_ = 0;
    std::string incomplete_reason_;
};

}  // namespace ipcmark
