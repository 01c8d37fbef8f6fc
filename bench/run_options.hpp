#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/subcommand.hpp"
#include "harness/host/noise/noise.hpp"
#include "harness/run/plan.hpp"

namespace ipcmark {

/// What `ipcmark run` was asked to do.
struct run_options {
    plan_request plan;
    std::uint64_t seed = 0;
    std::optional<double> time_budget_s;
    bool floors = true;  // probe the machine's limits before, between and after the rounds
    std::int64_t stage_deadline_ms = 10'000;
    std::uint64_t reruns = 2;   // of a disturbed repetition, in its round
    std::uint64_t retries = 2;  // of one that lost a worker
    gate_rule gate = gate_rule::relative;
    std::vector<std::string> required;  // mechanisms that may not be left out
    std::optional<double> wait_s;  // for other ipcmarks on these CPUs; infinite: without a limit
    bool strict = false;           // refuse a host that doctor warns of, and an unusable result
    std::string json_file = "results.json";
    std::string journal_folder;    // empty: beside the result
    std::string plan_file;         // empty: none
    std::string html_file;         // empty: none
    std::string calibration_file;  // empty: calibration.json beside the result, if there is one
    bool json_named = false;       // by the user
    bool force = false;            // overwrite a result that is there
    bool print_plan = false;
    bool dry_run = false;
    bool quiet = false;
    bool all_tables = false;
    bool problems = false;
    bool redact = true;
};

/// --wait, of every command that measures: --wait=10m, or without a value for however long it
/// takes.
inline constexpr const char* any_time = "any";
inline constexpr const char* wait_help =
    "Queue behind other ipcmarks that measure on these CPUs, and behind those that wait for "
    "longer; "
    "--wait=10m gives up after ten minutes";
std::optional<double> wait_of(const cxxopts::ParseResult& parsed);

/// nullopt: help was asked for and printed. Throws command_error; nothing has been started then.
std::optional<run_options> parse_run_options(const invocation& call);

/// The cells that were asked for, here. Throws command_error, as well where none can run.
plan runnable_plan(const run_options& options, const registry& mechanisms,
                   const std::vector<placement_choice>& placements);

/// "162 cells to run, 16 skipped; about 1 min": as long as a quiet machine takes, or the budget.
std::string effort_text(const plan& what, const run_options& options);

}  // namespace ipcmark
