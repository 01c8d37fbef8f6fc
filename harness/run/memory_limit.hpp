#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/host_files.hpp"
#include "harness/host/facts/cgroup.hpp"
#include "harness/run/plan.hpp"

namespace ipcmark {

/// The memory limit of this process's control group, which ends a process by SIGKILL that exceeds
/// it. Shared memory counts in it.
class memory_limit {
public:
    explicit memory_limit(const host_files& files = host_files());

    bool exists() const noexcept { return limit_.value.has_value(); }
    /// What may still be used now, by what can not be given back at once; none without a limit.
    std::optional<std::size_t> room_bytes() const;
    /// "the memory limit of 24 MiB (/sys/fs/cgroup/memory.max)".
    std::string text() const;
    /// Processes of this group that were ended by a limit so far; none where nobody counts.
    std::optional<std::int64_t> kills() const { return groups_.memory_kills(); }

private:
    control_groups groups_;
    group_limit limit_;
};

/// What helps against it, as the end of a sentence.
inline constexpr const char* memory_limit_remedy =
    "raise it (docker run --memory, systemd MemoryMax=), or use a smaller payload or --depth";

/// What the processes of a repetition take beside what they share with others: code, buffers of the
/// payload, and the slots of mechanisms that carry messages in memory.
std::size_t repetition_bytes(const planned_cell& planned, const transport_info& info);

/// Cells that the limit would end are skipped beforehand.
void skip_beyond(const memory_limit& limit, const registry& mechanisms, plan& what);

/// How many pairs of workers may wait at once, `usual` at most.
std::size_t waiting_pairs(const memory_limit& limit, std::size_t usual);

}  // namespace ipcmark
