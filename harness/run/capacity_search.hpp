#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "harness/run/plan.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark {

/// What cells that ask for a share of their saturation carry at most, measured once before the
/// first round, so that every repetition of a cell has the same schedule: the median rate of three
/// repetitions of one_way, then that of three repetitions which are offered as much on a schedule;
/// the lower one. A schedule takes two clock readings a message, which a fast ring's stream does
/// not.
class capacity_search {
public:
    /// Runs one repetition; nullopt: the run is over.
    using spawner =
        std::function<std::optional<repetition_result>(const cell&, const launch_request&)>;

    void measure(const plan& what, const shared_clock& clock, const spawner& run);

    /// Messages a second; nullopt for a cell that asks for no share, and for one whose saturation
    /// is not known.
    std::optional<double> of(const cell& what) const;
    /// Why a cell that asks for a share cannot be measured: its saturation could not be.
    std::optional<failure> why_unknown(const cell& what) const;

private:
    struct found {
        double rate_hz = 0;
        std::optional<failure> none;  // why there is no rate
    };
    std::map<std::string, found> by_stream_;
};

}  // namespace ipcmark
