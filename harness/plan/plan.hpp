#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/host/topology.hpp"
#include "harness/registry.hpp"
#include "harness/spawn.hpp"

namespace ipcmark {

/// What the user wants measured: a plan file, a profile, or flags on top of one.
struct plan_request {
    std::string profile = "default";
    std::vector<std::string> mechanisms;  // empty: every one that is not test-only
    std::vector<pattern> patterns;
    std::vector<std::size_t> payloads;
    std::vector<std::string> placements;  // placement words, or "cross": the nearest of two CPUs
    touch reads = touch::rw;
    std::optional<std::size_t> depth;  // none: default_depth(payload)
    std::uint64_t spawns = 5;          // rounds
    std::int64_t spawn_ms = 100;       // the timed phase of one spawn
    bool verify = true;                // one spawn per cell with every byte checked, before timing
    std::uint64_t counting_spawns = 1;
    parameter_request varied;          // rates, gaps, ... of the patterns that have one
    std::vector<std::string> filters;  // regular expressions over cell names; a leading '-' negates
};

/// A cell of the plan. `skipped` says why it cannot run here; it stays in the result all the same.
struct planned_cell {
    cell what;
    std::array<int, 2> cpus{no_cpu, no_cpu};
    std::optional<failure> skipped;
    bool spins = false;  // the mechanism never lets its CPU go
};

struct plan {
    plan_request request;
    std::vector<planned_cell> cells;  // canonical order: pattern, placement, payload, mechanism
    std::uint64_t seed = 0;

    std::size_t runnable() const;
    /// `saturation_hz`: what the cell carries at most, for a cell that asks for a share of it.
    effort timed_effort(const cell& what, std::optional<double> saturation_hz = {}) const;
    /// `verify`: few messages, every byte checked.
    effort verify_effort(const cell& what) const;
    effort counting_effort(const cell& what, std::optional<double> saturation_hz = {}) const;
    /// Timed nanoseconds of one spawn, for an estimate of the run's length.
    std::int64_t timed_ns(const cell& what) const;
    /// Cell indices of one round in the seeded order of that round.
    std::vector<std::size_t> round_order(std::uint64_t round) const;
    /// The tag of a spawn's messages: differs between any two spawns.
    std::uint64_t tag(std::uint64_t sequence) const;
};

/// What a cell's verify and counting spawns do: the nearest pattern without a schedule; nullopt for
/// one that has no messages of its own to look at.
std::optional<pattern> plain_pattern(pattern kind);

/// Every combination that the request names, filtered; unavailable mechanisms, refused sizes and
/// missing placements become skipped cells. Throws std::invalid_argument for a bad filter or word.
plan expand(const plan_request& request, std::uint64_t seed, const registry& mechanisms,
            const std::vector<placement_choice>& placements);

/// A fresh seed from the operating system, below 2^53 so that every JSON reader keeps it.
std::uint64_t random_seed();

}  // namespace ipcmark
