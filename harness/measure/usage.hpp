#pragma once

#include <cstdint>
#include <optional>

#include "harness/posix/unique_fd.hpp"

namespace ipcmark {

/// What this process has consumed so far, or the difference of two such readings.
/// Sources: getrusage(2) RUSAGE_SELF for times, switches and faults; /proc/self/schedstat for run
/// delay; /proc/self/sched for migrations. user_ns and system_ns are tick-sampled by most kernels:
/// trust their sum, and the split only over a second or more.
struct usage {
    std::int64_t user_ns = 0;
    std::int64_t system_ns = 0;
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t minor_faults = 0;
    std::int64_t major_faults = 0;
    std::optional<std::int64_t> run_delay_ns;  // time runnable but not running
    std::optional<std::int64_t> migrations;

    std::int64_t cpu_ns() const noexcept { return user_ns + system_ns; }
    std::int64_t switches() const noexcept { return voluntary_switches + involuntary_switches; }
};

usage operator-(const usage& later, const usage& earlier);

/// Reads usage at phase borders. Opens its files once; read() costs some microseconds and does not
/// allocate.
class usage_reader {
public:
    usage_reader();
    usage read() const;

private:
    unique_fd schedstat_;
    unique_fd sched_;
};

/// Peak resident memory of this program image (VmHWM; ru_maxrss would include the parent's, since
/// exec keeps the maximum of the old image). nullopt without procfs.
std::optional<std::int64_t> peak_resident_bytes();

}  // namespace ipcmark
