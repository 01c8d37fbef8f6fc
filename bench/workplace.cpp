#include "bench/workplace.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <utility>

#include "bench/externals.hpp"
#include "bench/header.hpp"
#include "harness/analysis/clock_faults.hpp"
#include "harness/base/clock_calibration.hpp"
#include "harness/run/memory_limit.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t pairs_born_together = 32;
constexpr std::uint64_t group_layouts = std::uint64_t{1} << 41;  // no repetition has these numbers

bool uses_mechanisms_from_outside(const registry& mechanisms, const plan& what) {
    return std::ranges::any_of(what.cells, [&](const planned_cell& cell) {
        const registration* entry = mechanisms.find(cell.what.transport);
        return entry != nullptr && !entry->origin.file.empty();
    });
}

clock_parameters calibrated_for(const plan& what) {
    const auto cpus = cpus_in_use(what);
    return calibrate_clock(cpus.front(), cpus.back());
}

}  // namespace

workplace::workplace(const invocation& call, const run_options& options, const plan& what,
                     std::vector<variant_program> variants)
    : mine(call, options, what),
      clock(calibrated_for(what)),
      leased(workspace, interrupts, call.mechanisms.services(), options.stage_deadline_ms),
      pairs(workspace, interrupts, clock,
            {options.stage_deadline_ms, call.plugins, &leased,
             waiting_pairs(memory_limit(), pairs_born_together),
             [&what](std::uint64_t n) {
                 return what.layout(group_layouts + n).environment_pad_bytes;
             },
             lean.program(), std::move(variants), externals_of(call.mechanisms)}),
      machine(options.gate, examination_of(what).cpus, mine.claim()),
      start_ns(shared_clock::raw_ns()),
      suspended_ns(suspended_so_far_ns()) {
    std::signal(SIGPIPE, SIG_IGN);
    if (uses_mechanisms_from_outside(call.mechanisms, what)) strays_.emplace();
}

void workplace::tell_strays() const {
    if (!strays_) return;
    if (const std::string text = stray_text(strays_->appeared()); !text.empty())
        std::cerr << "Warning: " << text << '\n';
}

}  // namespace ipcmark
