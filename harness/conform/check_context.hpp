#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/conform/checks.hpp"
#include "harness/conform/delivery_checker.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark::conform {

/// How one of a law's plays is to be performed.
struct staging {
    std::string_view play = {};
    pattern kind = pattern::one_way;
    std::size_t payload_bytes = 64;
    std::size_t depth = 16;
    std::uint64_t messages = 0;
    std::int64_t timed_ns = 5'000'000;  // of a measuring repetition
    touch reads = touch::verify;
    std::array<int, 2> cpus{no_cpu, no_cpu};
    bool may_hang = false;  // a hang is one of the expected answers: do not wait long for it
    channel_capabilities channel = {};
};

/// What a judge works with: one mechanism, one law, and process pairs on call.
class check_context {
public:
    check_context(const law& which, const registration& examined, conform_context& room)
        : mechanism(examined), law_(which), room_(room) {}

    const registration& mechanism;
    const transport_info& info() const { return mechanism.info; }
    const traits& facts() const { return mechanism.info.facts; }

    /// Spawns a pair that acts out a play. Throws `interrupted`.
    repetition_result perform(const staging& how);

    /// Spawns a pair that measures for some milliseconds, as any cell does. A worker for which
    /// `die_entering` names a stage kills itself there.
    repetition_result measure(const staging& how,
                              std::vector<std::optional<stage>> die_entering = {});

    /// Has the mechanism's service run from here on, for a law that looks at what runs before and
    /// after. The verdict when there is none to be had.
    std::optional<verdict> start_service();

    /// The verdict when the repetition did not end well: excused when the machine's limits refused
    /// it.
    static std::optional<verdict> trouble(const repetition_result& result);

    /// The size nearest to `wanted` that the card and the limits admit at this depth.
    std::size_t fitting(std::size_t wanted, pattern kind = pattern::one_way,
                        std::size_t depth = 16);
    /// The largest size that the card and the limits admit. nullopt: not even the smallest.
    std::optional<std::size_t> largest(pattern kind);
    bool admits(std::size_t payload_bytes, pattern kind, std::size_t depth);

    conform_context& room() noexcept { return room_; }

private:
    repetition_result run(const launch_request& request, std::int64_t deadline_ms);

    const law& law_;
    conform_context& room_;
};

/// A number that a worker noted.
std::optional<std::int64_t> noted(const worker_report& report, const std::string& key);
/// The same, 0 when it noted nothing.
std::int64_t noted_or_zero(const worker_report& report, const std::string& key);

}  // namespace ipcmark::conform
