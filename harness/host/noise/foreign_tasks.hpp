#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/host_files.hpp"

namespace ipcmark {

/// CPU time that processes of one name took which do not belong to this run.
struct foreign_task {
    std::string name;  // as the kernel calls it, at most 15 bytes
    std::uint64_t processes = 0;
    std::int64_t pid = 0;  // of the busiest
    double cpus = 0;       // mean over the time looked at
};

template <class Visitor>
void visit_fields(Visitor& visit, foreign_task& t) {
    visit("name", t.name);
    visit("processes", t.processes);
    visit("pid", t.pid);
    visit("cpus", t.cpus);
}

/// Says who else worked. Each look reads /proc/PID/stat of every process, some 20 us each, so that
/// it belongs between repetitions. A process that lived only between two looks is not seen.
class foreign_task_watch {
public:
    /// `own`: this process; it and what descends from it are left out.
    explicit foreign_task_watch(host_files files, std::int64_t own);

    void look();
    /// Between the first look and the latest, the busiest names first; those that took less than a
    /// hundredth of a CPU are left out.
    std::vector<foreign_task> busiest(std::size_t at_most) const;

private:
    struct seen_task {
        std::string name;
        std::int64_t ticks_latest = 0;
        std::int64_t ticks_taken = 0;
    };
    using identity = std::pair<std::int64_t, std::int64_t>;  // pid, start time

    host_files files_;
    std::int64_t own_;
    std::map<identity, seen_task> tasks_;
    std::uint64_t first_ns_ = 0;
    std::uint64_t latest_ns_ = 0;
};

}  // namespace ipcmark
