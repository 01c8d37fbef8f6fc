#pragma once

#include "bench/run_options.hpp"
#include "bench/subcommand.hpp"
#include "harness/run/cpu_claim.hpp"
#include "harness/run/plan.hpp"

namespace ipcmark {

/// The CPUs that a plan measures on: those of its cells, of the probes, and all that this process
/// may use where a cell is not pinned.
std::vector<int> measured_cpus(const plan& what);

/// This run's turn on its CPUs: with --wait once no other ipcmark measures there, else at once,
/// with a line on standard error for each that does. Throws command_error: interrupted while
/// waiting, or waited for as long as was allowed.
class turn {
public:
    turn(const invocation& call, const run_options& options, const plan& what);

    const cpu_claim& claim() const noexcept { return claim_; }

private:
    cpu_claim claim_;
};

}  // namespace ipcmark
