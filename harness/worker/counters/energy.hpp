#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/host_files.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/result/report.hpp"

namespace ipcmark {

/// What the packages and their memory, of the whole machine, drew between start() and stop():
/// energy_uj of powercap's RAPL zones. Nothing is subtracted, so whatever else ran and what the
/// machine draws when idle are in it. start() and stop() do not allocate.
/// Reference: Linux Documentation/power/powercap/powercap.rst.
class energy_meter {
public:
    /// Below this span the counters, which move about every millisecond, say nothing.
    static constexpr std::int64_t least_span_ns = 10'000'000;

    /// Opens nothing when not `wanted`.
    explicit energy_meter(bool wanted, const host_files& files = host_files());
    void start() noexcept;
    void stop() noexcept;
    energy_count read() const;

private:
    struct zone {
        unique_fd file;
        std::uint64_t range_uj = 0;
        std::optional<std::uint64_t> before = {};
        std::optional<std::uint64_t> after = {};
    };
    std::vector<zone> zones_;
    std::string note_;
    std::uint64_t start_ns_ = 0;
    std::uint64_t stop_ns_ = 0;
};

/// What a counter that starts anew after `range` has gone on by, if it did so at most once.
constexpr std::uint64_t counted_since(std::uint64_t before, std::uint64_t after,
                                      std::uint64_t range) {
    return after >= before ? after - before : range - before + after;
}

}  // namespace ipcmark
