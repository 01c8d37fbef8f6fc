#include "bench/machine_watch.hpp"

#include <algorithm>
#include <utility>

#include "harness/base/clock.hpp"

namespace ipcmark {

machine_watch::machine_watch(gate_rule rule, std::vector<int> cpus, const cpu_claim& claim)
    : cpus_(std::move(cpus)),
      gate_{rule, take_baseline(cpus_)},
      interrupts_before_(read_interrupts(host_files(), cpus_)),
      start_ns_(shared_clock::raw_ns()),
      claim_(claim),
      other_runs_(claim.others()) {}

void machine_watch::look() {
    for (auto& each : claim_.others())
        if (std::ranges::find(other_runs_, each) == other_runs_.end())
            other_runs_.push_back(std::move(each));
}

watch_info machine_watch::told(std::vector<foreign_task> others) const {
    constexpr std::size_t at_most = 3;
    watch_info told{gate_.rule, gate_.baseline, std::move(others), {}, other_runs_};
    const double elapsed_s = static_cast<double>(shared_clock::raw_ns() - start_ns_) / 1e9;
    const auto since = interrupts_since(interrupts_before_, read_interrupts(host_files(), cpus_));
    for (const auto& each : since.value_or(std::vector<device_interrupts>()))
        if (told.interrupts.size() < at_most && elapsed_s > 0)
            told.interrupts.push_back({each.device, static_cast<double>(each.count) / elapsed_s});
    return told;
}

}  // namespace ipcmark
