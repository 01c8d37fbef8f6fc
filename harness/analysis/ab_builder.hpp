#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "harness/analysis/result_builder.hpp"
#include "harness/result/ab_result.hpp"

namespace ipcmark {

/// One repetition of a cell that no variant reaches.
struct control_repetition {
    std::string cell;
    std::string metric;
    std::uint64_t round = 0;
    std::uint64_t side = 0;  // 0: the first of its two repetitions in a round, 1: the second
    double figure = 0;
};

/// A comparison of two variants as it grows, a result for each side. Each change is a line of the
/// journal too, from which the same comparison is built again.
class ab_builder {
public:
    /// `frame`: variants, rule and pairs of the comparison.
    ab_builder(ab_result frame, std::array<result_builder, 2> sides);
    /// From a journal's first line. Throws bad_field.
    explicit ab_builder(const tree& first_line);

    tree first_line() const;
    tree add(std::size_t side, repetition_record record);
    tree add(const control_repetition& control);
    /// Takes a later line of a journal. Throws bad_field, or std::runtime_error for what is none.
    void restore(const tree& line);

    result_builder& side(std::size_t at) { return sides_.at(at); }
    const result_builder& side(std::size_t at) const { return sides_.at(at); }
    std::size_t repetitions() const;
    std::size_t failed_cells() const;
    /// By rounds in which both repetitions have a figure.
    std::vector<control_series> controls() const;

    ab_result result(bool complete, const std::string& incomplete_reason) const;

private:
    using figures_by_round = std::map<std::uint64_t, std::array<std::optional<double>, 2>>;

    ab_result frame_;
    std::array<result_builder, 2> sides_;
    std::map<std::pair<std::string, std::string>, figures_by_round> controls_;  // cell, metric
};

/// Whether a file's first line is that of a comparison's journal.
bool is_ab_journal(const tree& first_line);

}  // namespace ipcmark
