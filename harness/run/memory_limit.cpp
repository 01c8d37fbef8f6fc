#include "harness/run/memory_limit.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "harness/contract/patterns.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::size_t worker_bytes = 2 * mib;
constexpr std::size_t own_growth_bytes = 4 * mib;  // results and journal of a long run

std::string in_mib(double bytes) {
    return fmt::format("{:.4g} MiB", bytes / static_cast<double>(mib));
}

/// Whether messages stay in memory that the processes share, `depth` of them at most.
bool carries_in_memory(const transport_info& info) {
    return info.family == "shared memory" || info.name.find("boost") != std::string_view::npos;
}

}  // namespace

memory_limit::memory_limit(const host_files& files)
    : groups_(files), limit_(groups_.memory_limit_bytes()) {}

std::optional<std::size_t> memory_limit::room_bytes() const {
    const auto used = groups_.memory_used_bytes();
    if (!limit_.value || !used) return std::nullopt;
    return static_cast<std::size_t>(std::max(*limit_.value - *used, 0.0));
}

std::string memory_limit::text() const {
    return fmt::format("the memory limit of {} ({})", in_mib(limit_.value.value_or(0)),
                       limit_.file);
}

std::size_t repetition_bytes(const planned_cell& planned, const transport_info& info) {
    const std::size_t payload = planned.what.payload_bytes;
    std::size_t bytes = planned.parties.size() * (worker_bytes + 2 * payload);
    const std::size_t directions = pattern_of(planned.what.kind).both_ways() ? 2 : 1;
    bytes += carries_in_memory(info) ? directions * planned.what.depth * payload : payload;
    return bytes;
}

void skip_beyond(const memory_limit& limit, const registry& mechanisms, plan& what) {
    const auto room = limit.room_bytes();
    if (!room) return;
    for (planned_cell& planned : what.cells) {
        const registration* mechanism = mechanisms.find(planned.what.transport);
        if (planned.skipped || mechanism == nullptr) continue;
        const std::size_t bytes = repetition_bytes(planned, mechanism->info);
        if (bytes + own_growth_bytes <= *room) continue;
        planned.skipped =
            failure{status::skipped, "limit", "",
                    fmt::format("about {} are needed, and {} leaves {}; {}",
                                in_mib(static_cast<double>(bytes)), limit.text(),
                                in_mib(static_cast<double>(*room)), memory_limit_remedy)};
    }
}

std::size_t waiting_pairs(const memory_limit& limit, std::size_t usual) {
    const auto room = limit.room_bytes();
    if (!room) return usual;
    return std::clamp<std::size_t>(*room / 4 / (2 * worker_bytes), 1, usual);
}

}  // namespace ipcmark
