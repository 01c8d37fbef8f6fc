#include "bench/machine_watch.hpp"

#include <utility>

#include "harness/base/clock.hpp"

namespace ipcmark {

machine_watch::machine_watch(gate_rule rule, std::vector<int> cpus)
    : cpus_(std::move(cpus)),
      gate_{rule, take_baseline(cpus_)},
      interrupts_before_(read_interrupts(host_files(), cpus_)),
      start_ns_(shared_clock::raw_ns()) {}

watch_info machine_watch::told(std::vector<foreign_task> others) const {
    constexpr std::size_t at_most = 3;
    watch_info told{gate_.rule, gate_.baseline, std::move(others), {}};
    const double elapsed_s = static_cast<double>(shared_clock::raw_ns() - start_ns_) / 1e9;
    const auto since = interrupts_since(interrupts_before_, read_interrupts(host_files(), cpus_));
    for (const auto& each : since.value_or(std::vector<device_interrupts>()))
        if (told.interrupts.size() < at_most && elapsed_s > 0)
            told.interrupts.push_back({each.device, static_cast<double>(each.count) / elapsed_s});
    return told;
}

}  // namespace ipcmark
