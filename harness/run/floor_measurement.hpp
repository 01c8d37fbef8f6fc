#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "harness/result/floor_series.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark {

/// Measures the floors that a plan's cells are held against, on the CPUs and for the block sizes of
/// those cells.
class floor_measurement {
public:
    /// `complain` is told why a probe gave no figure. All outlive this.
    floor_measurement(const plan& what, runner& pairs,
                      std::function<void(const std::string&)> complain)
        : plan_(what), pairs_(pairs), complain_(std::move(complain)) {}

    /// Every probe once. `next` is asked before each, with what comes; false ends the pass.
    void probe(std::uint64_t rounds_done, const std::function<bool(const std::string&)>& next);

    const floor_log& log() const noexcept { return log_; }

private:
    const plan& plan_;
    runner& pairs_;
    std::function<void(const std::string&)> complain_;
    floor_log log_;
};

}  // namespace ipcmark
