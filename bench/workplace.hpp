#pragma once

#include <cstdint>
#include <optional>

#include "bench/lean_worker.hpp"
#include "bench/machine_watch.hpp"
#include "bench/run_options.hpp"
#include "bench/subcommand.hpp"
#include "bench/turn.hpp"
#include "harness/host/ipc/stray_objects.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/runner.hpp"
#include "harness/run/services.hpp"
#include "harness/run/workspace.hpp"

namespace ipcmark {

/// What every command that spawns pairs needs: signals as data, a private folder that sweeps what
/// dead runs left, the calibrated clock (a quarter second), what the machine does by itself (a
/// quarter second a CPU), the services and the runner. `what` outlives this. A reader of standard
/// output that goes away ends nobody from here on (SIGPIPE is ignored). Throws call_failed and what
/// run_workspace throws.
struct workplace {
    workplace(const invocation& call, const run_options& options, const plan& what,
              std::vector<variant_program> variants = {});

    turn mine;  // on its CPUs: nothing is measured before
    interrupt_watch interrupts;
    run_workspace workspace;
    clock_parameters clock;
    services leased;
    lean_worker lean;
    runner pairs;
    machine_watch machine;
    std::uint64_t start_ns;     // CLOCK_MONOTONIC_RAW
    std::int64_t suspended_ns;  // so far, since boot

    /// A sentence on standard error about what mechanisms from outside left in the system; nothing
    /// where there are none of them or nothing is left.
    void tell_strays() const;

private:
    std::optional<stray_watch> strays_;
};

}  // namespace ipcmark
