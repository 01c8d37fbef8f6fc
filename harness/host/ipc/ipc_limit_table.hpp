#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "harness/host/ipc/ipc_limits.hpp"

/// The table behind ipc_limits(): one row for each limit.
namespace ipcmark::limit_table {

inline constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

/// Which way is wider, and how far the command goes.
struct aim {
    enum class way : std::uint8_t { nowhere, up, down } to = way::nowhere;
    std::int64_t goal = 0;
    std::int64_t ceiling = no_end;  // the kernel takes no more
    const char* command = "";       // where it is not `sysctl NAME=VALUE`
};

struct row {
    const char* key;
    const char* name;
    limit_unit unit;
    const char* bounds;
    aim wider = {};
    const char* path = "";  // where it is not the sysctl's
};

struct group {
    const char* title;
    std::span<const row> rows;
};

/// How /proc/self/limits, prlimit(1) and bash's ulimit call a resource limit.
struct resource {
    std::string_view name;
    const char* line;
    const char* option;
    const char* shell;
    std::int64_t shell_unit;  // in which ulimit counts
};

std::span<const group> groups();
std::span<const resource> resources();

}  // namespace ipcmark::limit_table
