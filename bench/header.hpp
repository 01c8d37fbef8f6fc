#pragma once

#include <string>
#include <vector>

#include "bench/run_options.hpp"
#include "harness/host/checks/checks.hpp"
#include "harness/result/run_info.hpp"
#include "harness/run/placements.hpp"
#include "harness/run/plan.hpp"

namespace ipcmark {

/// What of a result is known before the first repetition.
run_header make_header(const invocation& call, const run_options& options, const plan& what,
                       const std::vector<placement_choice>& placements,
                       const clock_parameters& clock);

/// Adds what is known only at the end: state, elapsed time, clock drift.
void finish_header(run_header& header, std::uint64_t start_ns, std::uint64_t rounds_done,
                   const clock_parameters& clock, std::int64_t suspended_before_ns);

/// One mechanism as `list --json` and results show it.
mechanism_info info_of(const registration& mechanism);

/// Of each measured mechanism whose plug-in was compiled without optimisation, where this program
/// was not: its figures do not compare.
std::vector<host_warning> unoptimised_plugins(const registry& mechanisms, const plan& what);

/// The CPUs of the first cell of the plan that uses more than one, else the first two allowed, or
/// the only one.
std::vector<int> cpus_in_use(const plan& what);

/// How to look at the host for this plan: at the CPUs that it uses.
examination examination_of(const plan& what);

/// Empty when this build can write HTML, otherwise what to install.
std::string page_available();

}  // namespace ipcmark
