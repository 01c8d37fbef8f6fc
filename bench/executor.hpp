#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bench/progress.hpp"
#include "bench/run_options.hpp"
#include "harness/analysis/result_builder.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark {

/// How a sitting ended.
struct conclusion {
    bool complete = true;
    std::string incomplete_reason;
    bool interrupted = false;
    std::uint64_t rounds_done = 0;
};

/// A sink for journal lines; called after every spawn.
using journal_writer = std::function<void(const nlohmann::ordered_json& line)>;

/// Carries a plan out: one verify spawn per cell, the shuffled timed rounds, the counting spawns.
/// A cell that fails is given up and says why; the others go on.
conclusion conduct(const plan& what, const run_options& options, runner& pairs,
                   interrupt_watch& interrupts, const shared_clock& clock, sitting& result,
                   progress& bar, const journal_writer& journal);

}  // namespace ipcmark
