#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/pooled_percentiles.hpp"
#include "harness/contract/planned_cell.hpp"
#include "harness/result/progress.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark {

/// Everything of one run, as it grows. Cells never vanish: one without a repetition says why. Each
/// change is a line of the journal too, from which the same result is built again.
class result_builder {
public:
    result_builder(run_header header, const std::vector<planned_cell>& cells,
                   std::uint64_t repetitions_planned);
    /// From a journal's first line. Throws bad_field.
    explicit result_builder(const tree& first_line);

    /// The journal's first line; later ones are what add(), set_clock() and set_floors() return.
    tree first_line() const;
    tree add(repetition_record record);
    tree set_clock(clock_info clock);
    tree set_floors(std::vector<floor_info> floors);
    /// Takes a later line of a journal. Throws bad_field, or std::runtime_error for what is none.
    void restore(const tree& line);

    /// Whether a cell failed, so that later rounds leave it out.
    bool given_up(const std::string& cell) const;
    /// A counting repetition was done, and nothing could be counted that timed ones do not tell.
    bool nothing_to_count() const { return uncountable_.has_value(); }
    /// How far a cell is: its timed repetitions and how sure its main metric is by now. The first
    /// call decides for the cell whether widths are those of the accepted repetitions or of all, so
    /// that later ones look at the same.
    cell_progress progress(const std::string& cell);

    /// The whole result: summaries, flags, floors and the verdict over the machine.
    run_result result(bool complete, const std::string& incomplete_reason) const;

    run_header& header() noexcept { return header_; }
    std::size_t repetitions() const noexcept { return repetitions_; }
    std::size_t failed_cells() const;

private:
    /// Figures and latencies of several repetitions.
    struct pooled {
        std::map<std::string, std::vector<double>> metrics;
        pooled_messages messages;

        void add(const repetition_record& record);
    };
    struct collected_cell {
        cell_result planned;
        bool ended = false;  // skipped or given up
        bool lost_the_latest = false;
        std::vector<repetition_record> timed;
        pooled all;
        pooled accepted;  // without disturbed repetitions
        std::size_t first_tries = 0;
        std::size_t accepted_tries = 0;
        std::optional<bool> width_of_accepted;  // since the first look at its progress
        std::optional<verify_facts> verify;
        std::vector<counting_facts> counting;

        /// What estimates and flags rest on: see noise_verdict.hpp.
        bool rests_on_accepted() const;
        const pooled& counted() const { return rests_on_accepted() ? accepted : all; }
    };

    collected_cell& at(const std::string& cell);
    const collected_cell& at(const std::string& cell) const;
    void index_cells();
    void fail(collected_cell& cell, const repetition_record& record);
    void add_timed(collected_cell& cell, repetition_record record);
    void share_idle(const collected_cell& from, const repetition_record& record);
    void note_countable(const repetition_record& record);
    cell_result conclude(const collected_cell& cell) const;
    void summarise(const collected_cell& cell, cell_result& result) const;
    void summarise_percentiles(const pooled& counted, cell_result& result) const;

    run_header header_;
    std::vector<floor_info> floors_;
    std::vector<collected_cell> cells_;
    std::map<std::string, std::size_t> index_;
    std::uint64_t repetitions_planned_ = 0;
    std::size_t repetitions_ = 0;
    double measuring_s_ = 0;
    bool counted_something_ = false;
    std::optional<counting_facts> uncountable_;  // of the cells that are therefore not counted
};

}  // namespace ipcmark
