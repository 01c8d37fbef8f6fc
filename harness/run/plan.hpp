#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/contract/memory_layout.hpp"
#include "harness/contract/planned_cell.hpp"
#include "harness/run/placements.hpp"
#include "harness/worker/effort.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark {

/// What the user wants measured: a plan file, a profile, or flags on top of one.
struct plan_request {
    std::string profile = "default";
    std::vector<std::string> mechanisms;  // empty: every one that is not test-only
    std::vector<pattern> patterns;
    std::vector<std::size_t> payloads;
    std::vector<std::string> placements;  // placement words, or "cross": the nearest of two CPUs
    std::vector<party_counts> parties = {party_counts{}};
    touch reads = touch::rw;
    std::optional<std::size_t> depth;  // none: default_depth(payload)
    std::uint64_t repetitions = 5;     // rounds
    std::int64_t repetition_ms = 100;  // the timed phase of one repetition
    bool verify = true;  // one repetition per cell with every byte checked, before timing
    std::uint64_t counting_repetitions = 1;
    parameter_request varied;  // rates, gaps, ... of the patterns that have one
    std::int64_t idle_ms = 0;  // silence in which the waiting side's CPU is measured; 0: not at all
    bool randomise_layout = true;
    std::vector<std::string> filters;  // regular expressions over cell names; a leading '-' negates
    /// A regular expression: of the cells that are not pinned those alone whose names match. None:
    /// all of them.
    std::optional<std::string> unpinned;
    std::vector<std::string> limits;  // of figures: see harness/analysis/figure_limits.hpp
};

struct plan {
    plan_request request;
    std::vector<planned_cell> cells;  // canonical order: pattern, placement, payload, mechanism
    std::uint64_t seed = 0;

    std::size_t runnable() const;
    /// `capacity_hz`: what the cell carries at most, for a cell that asks for a share of it.
    effort timed_effort(const planned_cell& planned, std::optional<double> capacity_hz = {}) const;
    /// `verify`: few messages, every byte checked.
    effort verify_effort(const cell& what) const;
    effort counting_effort(const planned_cell& planned,
                           std::optional<double> capacity_hz = {}) const;
    effort idle_effort() const;
    /// The first usable cell of each mechanism and placement: how it waits depends on no more.
    std::vector<std::size_t> idle_cells(
        const std::function<bool(const planned_cell&)>& usable) const;
    /// Timed nanoseconds of one repetition, for an estimate of the run's length.
    std::int64_t timed_ns(const cell& what) const;
    /// Cell indices of one round in the seeded order of that round.
    std::vector<std::size_t> round_order(std::uint64_t round) const;
    /// The tag of a repetition's messages: differs between any two repetitions.
    std::uint64_t tag(std::uint64_t sequence) const;
    /// How a repetition's memory is shifted; not at all unless request.randomise_layout.
    memory_layout layout(std::uint64_t sequence) const;
};

/// Every combination that the request names, filtered; unavailable mechanisms, refused sizes and
/// missing placements become skipped cells. Throws std::invalid_argument for a bad filter or word.
plan expand(const plan_request& request, std::uint64_t seed, const registry& mechanisms,
            const std::vector<placement_choice>& placements);

/// A fresh seed from the operating system, below 2^53 so that every JSON reader keeps it.
std::uint64_t random_seed();

}  // namespace ipcmark
