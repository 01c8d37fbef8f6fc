#include "bench/workplace.hpp"

#include <csignal>

#include "bench/header.hpp"
#include "harness/analysis/clock_faults.hpp"
#include "harness/base/clock_calibration.hpp"

namespace ipcmark {

namespace {

clock_parameters calibrated_for(const plan& what) {
    const auto cpus = cpus_in_use(what);
    return calibrate_clock(cpus[0], cpus[1]);
}

}  // namespace

workplace::workplace(const invocation& call, const run_options& options, const plan& what)
    : clock(calibrated_for(what)),
      leased(area, interrupts, call.mechanisms.services(), options.stage_deadline_ms),
      pairs(area, interrupts, clock, {options.stage_deadline_ms, call.plugins, &leased}),
      machine(options.gate, examination_of(what).cpus),
      start_ns(shared_clock::raw_ns()),
      suspended_ns(suspended_so_far_ns()) {
    std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace ipcmark
