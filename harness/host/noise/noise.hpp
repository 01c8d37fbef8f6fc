#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/noise/host_baseline.hpp"
#include "harness/host/noise/timer_gaps.hpp"

/// What disturbed a repetition, and whether that was too much. The parent reads the machine just
/// before and just after a repetition, never during it; the workers bring what the kernel says of
/// themselves. Method: measurement of foreign CPU time, steal, run delay and gaps, judged by bounds
/// fixed beforehand and never by the measured outcome (Maricq et al., OSDI 2018, on why).
namespace ipcmark {

enum class quality : std::uint8_t { quiet, usable, disturbed };

template <>
struct spelling<quality> {
    static constexpr std::array words{std::pair{quality::quiet, "quiet"},
                                      std::pair{quality::usable, "usable"},
                                      std::pair{quality::disturbed, "disturbed"}};
};

/// What the machine tells at one moment. A missing reading is nullopt.
struct noise_reading {
    std::uint64_t at_ns = 0;                  // CLOCK_MONOTONIC_RAW
    std::optional<cpu_time> cpus;             // of the CPUs that this process may use, in jiffies
    bool interrupts_apart = false;            // the kernel keeps interrupts' time out of the tasks'
    std::int64_t own_cpu_ns = 0;              // this process and its children
    std::optional<std::int64_t> pressure_us;  // /proc/pressure/cpu, some
    std::optional<std::int64_t> other_running;      // tasks that run or could, this one left out
    std::optional<std::int64_t> throttled_periods;  // in which the control group's quota ran out
    std::vector<std::int64_t> khz;                  // of each CPU in use; empty: not told
};

/// Costs some 0.1 ms. `in_use`: the CPUs whose frequency matters.
noise_reading read_noise(const host_files& files, const std::vector<int>& allowed,
                         const std::vector<int>& in_use);

/// What the workers say of their timed phase, and how they were placed.
struct worker_readings {
    double elapsed_ns = 0;
    double messages = 0;
    std::optional<std::int64_t> run_delay_ns;  // of all
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::optional<std::int64_t> migrations;
    std::int64_t major_faults = 0;
    std::vector<int> cpus{-1, -1};      // of each; -1: unpinned
    bool helped = false;                // a daemon works for the pair and may make it wait
    std::int64_t launcher_late_ns = 0;  // longest that the waiting launcher woke up too late

    bool pinned() const noexcept {
        return std::none_of(cpus.begin(), cpus.end(), [](int cpu) { return cpu < 0; });
    }
    std::size_t cpus_in_use() const { return std::set<int>(cpus.begin(), cpus.end()).size(); }
    bool pinned_apart() const { return pinned() && cpus_in_use() == cpus.size(); }
};

/// One row of the gate: up to `quiet`, up to `usable`, beyond it disturbed.
struct gate_row {
    std::string_view key;
    double quiet;
    double usable;
    std::string_view meaning;
    std::string_view remedy;
};

inline constexpr std::string_view stop_others =
    "stop what else runs, or keep it off the pair's CPUs with taskset";

inline constexpr std::array gate{
    gate_row{"foreign_cpu", 0.02, 0.15,
             "CPUs kept busy by others while the repetition lived, of those that it may use",
             stop_others},
    gate_row{"psi_cpu", 0.02, 0.15,
             "share of the time in which some task waited for a CPU; judged where the repetition "
             "was too short for foreign_cpu, of pairs pinned to two CPUs without a service",
             stop_others},
    gate_row{"steal", 0.001, 0.01, "share of the CPU time that the hypervisor gave to others",
             "move to dedicated CPUs or a quieter host"},
    gate_row{"throttled", 0, 0, "periods in which the control group's CPU quota ran out",
             "raise or remove the CPU limit of the container"},
    gate_row{"stall_ms", 5, 20,
             "longest that this program, which only waited, woke up too late: time in which "
             "nobody ran",
             "stop what else runs; on a virtual machine ask for dedicated CPUs"},
    gate_row{"run_delay", 0.01, 0.03,
             "share of the timed phase that the pair was ready and did not run; pinned to two CPUs "
             "and without a daemon only, since otherwise the pair makes itself wait",
             stop_others},
    gate_row{"gap_ppm", 500, 10'000,
             "share of time, in 10^-6, that a spinning thread missed on the CPUs in use, near "
             "the repetition; what the host's own pauses take in a quiet moment counts thrice",
             "move interrupts and kernel threads off the pair's CPUs: scripts/tune-host"},
    gate_row{"migrations", 0, 0, "moves between CPUs in the timed phase of a pinned pair",
             "nobody else may change the affinity of the workers"},
    gate_row{"major_faults", 0, 0, "page faults that waited for a disk in the timed phase",
             "free memory, or turn off swap"},
};

/// relative: a gap counts as far as it exceeds what the host takes in a quiet moment, and is looked
/// for once a round and after a repetition that had to wait. strict: the bounds as they are, with a
/// look before and after each repetition; for machines that are kept for measuring.
enum class gate_rule : std::uint8_t { relative, strict };

template <>
struct spelling<gate_rule> {
    static constexpr std::array words{std::pair{gate_rule::relative, "relative"},
                                      std::pair{gate_rule::strict, "strict"}};
};

struct noise_gate {
    gate_rule rule = gate_rule::relative;
    host_baseline baseline;

    /// The bounds of this row on this host.
    gate_row bounds(const gate_row& row) const;
};

/// The row of that key. Does not compile for a key that is not there.
consteval const gate_row& gate_of(std::string_view key) {
    for (const gate_row& row : gate)
        if (row.key == key) return row;
    throw "the gate has no such row";
}

/// What a reading cannot tell by itself. A bound is passed only by what exceeds it by more.
inline constexpr std::int64_t own_delay_per_switch_ns = 300;    // woken up, not yet switched to
inline constexpr std::int64_t longest_single_gap_ns = 100'000;  // one gap so long may be chance

/// One repetition's disturbance and the verdict over it.
struct repetition_noise {
    std::optional<double> foreign_cpu;    // CPUs
    std::optional<double> interrupt_cpu;  // CPUs, anybody's interrupts; not judged
    std::optional<double> steal;
    std::optional<double> run_delay;
    std::optional<double> psi_cpu;  // share of the wall time in which some task waited for a CPU
    std::optional<double> gap_ppm;
    std::optional<double> gap_max_us;
    std::optional<double> frequency_change;         // greatest, relative
    std::optional<double> other_runnable;           // tasks, mean of before and after
    std::optional<double> involuntary_per_s;        // of both workers
    std::optional<double> involuntary_per_message;  // pairs pinned to two CPUs
    std::optional<double> migrations;
    std::optional<double> throttled;
    double stall_ms = 0;
    double major_faults = 0;
    quality verdict = quality::quiet;
    std::vector<std::string> reasons;  // "foreign_cpu 0.61 > 0.15 + 0.06"; empty when quiet
    /// Rows whose resolution is coarser than the bound: /proc/stat counts whole jiffies, 10 ms, so
    /// that a short repetition is judged by run delay and PSI instead, which have microseconds.
    std::vector<std::string> coarse;
};

/// `gaps`: of the probes around it, together; a span of 0 means that none was made.
repetition_noise judge_noise(const noise_reading& before, const noise_reading& after,
                             const timer_gaps& gaps, const worker_readings& workers,
                             const noise_gate& by = {});

/// The row that a reason of judge_noise speaks of; nullptr: of none.
const gate_row* row_of_reason(std::string_view reason);

}  // namespace ipcmark
