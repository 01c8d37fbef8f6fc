#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/contract/memory_layout.hpp"
#include "harness/contract/party.hpp"
#include "harness/result/report.hpp"

namespace ipcmark {

/// The processes that ran one cell once.
struct repetition_result {
    std::optional<failure> failed;
    std::vector<party> parties = unpinned_pair();
    std::vector<worker_report> sides = std::vector<worker_report>(2);  // one a party
    double wall_s = 0;
    double started_s = 0;          // since the run began
    std::uint64_t spawned_ns = 0;  // CLOCK_MONOTONIC_RAW before the first process was spawned
    memory_layout layout = {};
    bool has_service = false;           // a broker or daemon worked between the two
    std::int64_t launcher_late_ns = 0;  // longest that the waiting launcher woke up too late
    bool interrupted = false;
    /// Of workers that read CLOCK_MONOTONIC_RAW by themselves: what a reading costs them.
    std::optional<double> raw_stamp_cost_ns = {};
    /// The pattern `switch`, one each at most: the same exchange by one process, on one CPU, and on
    /// two by the sibling that polls; and messages after silences.
    std::vector<repetition_result> inside = {};
    std::vector<repetition_result> one_cpu = {};
    std::vector<repetition_result> polling = {};
    std::vector<repetition_result> waking = {};
    /// Of several parties on the counting side, their latencies together; one at most.
    std::vector<worker_report> pooled = {};
    std::string hop_note = {};  // why one of them is missing

    /// Calls `visit` with the report of each party of a side.
    template <class Visit>
    void for_each_of(role side, Visit visit) const {
        for (std::size_t i = 0; i < parties.size(); ++i)
            if (parties[i].side == side) visit(sides.at(i));
    }

    /// The first, or only, of its side.
    const worker_report& producer() const { return first_of(role::producer); }
    const worker_report& consumer() const { return first_of(role::consumer); }

    std::size_t count_of(role side) const {
        return static_cast<std::size_t>(
            std::count_if(parties.begin(), parties.end(),
                          [side](const party& each) { return each.side == side; }));
    }
    /// Of one stream that several consumers shared: whether they got every message once, else the
    /// failure; where messages may be lost, those that nobody got are told as the first one's.
    std::optional<failure> conclude_sharing();
    /// Where several parties of the side have latencies, fills `pooled`.
    void pool(role side);

    /// Throws std::out_of_range where no party has that side.
    const worker_report& first_of(role side) const {
        return sides.at(ipcmark::first_of(side, parties));
    }
};

}  // namespace ipcmark
