#pragma once

#include <functional>

#include "harness/plan/plan.hpp"
#include "harness/result/sitting.hpp"
#include "harness/runner.hpp"

namespace ipcmark {

/// Bounds how far apart the clocks of the CPUs in use can be, between two processes, and keeps the
/// bounds in the document's clock.offsets.
class clock_prober {
public:
    /// All outlive this.
    clock_prober(const plan& what, runner& pairs, const shared_clock& clock, sitting& result,
                 const std::function<void(const nlohmann::ordered_json&)>& journal)
        : plan_(what), pairs_(pairs), clock_(clock), result_(result), journal_(journal) {}

    /// Each pair of different CPUs once; a fifth of a second each at most. `when`: begin or end.
    void probe(const char* when);

private:
    const plan& plan_;
    runner& pairs_;
    const shared_clock& clock_;
    sitting& result_;
    const std::function<void(const nlohmann::ordered_json&)>& journal_;
};

}  // namespace ipcmark
