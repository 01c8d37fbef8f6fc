#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/host_files.hpp"

namespace ipcmark {

/// A limit that control groups set, the tightest from this process's group up to the root.
struct group_limit {
    bool known = false;           // a controller says something, be it "no limit"
    std::optional<double> value;  // nullopt: no limit
    std::string file;             // that sets it, or the first that was read
};

/// The control groups of this process, v1, v2 or both mounted side by side.
class control_groups {
public:
    explicit control_groups(const host_files& files);

    /// "v1", "v2", "v1 and v2", "none".
    std::string version() const;
    /// In CPUs: quota / period.
    group_limit cpu_quota() const;
    group_limit memory_limit_bytes() const;
    /// Of the group whose limit that is, without the file pages that go first.
    std::optional<double> memory_used_bytes() const;
    /// Processes of this process's group that the kernel ended for want of memory, since it exists.
    std::optional<std::int64_t> memory_kills() const;
    std::optional<std::string> cpuset() const;
    /// Periods in which this process's group ran out of its quota.
    std::optional<std::int64_t> throttled_periods() const;

private:
    struct hierarchy {
        std::vector<std::string> controllers;  // empty: v2
        std::string mount;
        std::string path;  // of this process, below the mount
    };

    const hierarchy* find(std::string_view controller) const;
    /// Folders from this process's group up to the mount.
    std::vector<std::string> folders(const hierarchy& of) const;

    host_files files_;
    std::vector<hierarchy> hierarchies_;
};

}  // namespace ipcmark
