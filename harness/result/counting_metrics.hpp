#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/result/metrics.hpp"
#include "harness/result/repetition_record.hpp"

/// What repetitions other than the timed ones bring: events per message, the cost of waiting.
namespace ipcmark {

/// Of counting repetitions: syscalls_per_message, energy_nj_per_message, cycles_per_message,
/// instructions_per_message, llc_misses_per_message.
const std::vector<metric>& counting_metrics();
/// Of idle repetitions: idle_cpu_share.
const std::vector<metric>& idle_metrics();
/// Of whole cells, without a repetition's own figure: ratio_to_floor, touch_share.
const std::vector<metric>& cell_metrics();
const std::vector<metric>& metrics_of(purpose why);

/// Everything that one counting repetition counted, per message: `sources` says where a figure
/// comes from, `unavailable` why one is null and what helps. A daemon's events are among them.
counting_facts count_events(const repetition_view& view);

/// The medians over counting repetitions; nullopt for none.
std::optional<counting_facts> merged_counts(const std::vector<counting_facts>& repetitions);

/// Where a counted metric came from, in these facts' words.
std::string counting_source(const std::vector<counting_facts>& repetitions, const metric& of);

}  // namespace ipcmark
