#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// The figures of single repetitions, by cell and metric: those that the cell's estimates rest on.
/// Holds pointers into the result, which must outlive it.
class repetition_figures {
public:
    explicit repetition_figures(const run_result& result);

    /// Empty where nothing is known, as of metrics that only whole cells have.
    std::vector<double> of(const std::string& cell, std::string_view metric) const;

    /// Of those known to be undisturbed.
    std::vector<double> undisturbed_of(const std::string& cell, std::string_view metric) const;

private:
    template <class Counts>
    std::vector<double> of(const std::string& cell, std::string_view metric, Counts counts) const;

    std::map<std::string, std::vector<const repetition_record*>> by_cell_;
};

/// What tests are made on: logarithms, the adverse direction upwards; figures that are not above 0
/// are left out.
std::vector<double> adverse_logs(const std::vector<double>& figures, bool higher_is_better);

}  // namespace ipcmark
