#include <algorithm>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/stats/order.hpp"
#include "harness/worker/probes/probes.hpp"

namespace ipcmark::floors {

namespace {

/// Nanoseconds of one unit: the median over blocks of `units` until `span_ns` have passed. The
/// median, since an interruption makes single blocks longer and nothing makes one shorter.
template <class Block>
double median_ns_per_unit(std::int64_t span_ns, std::uint64_t units, Block block) {
    constexpr std::size_t blocks_at_most = 4096;
    std::vector<double> figures;
    figures.reserve(blocks_at_most);
    const std::uint64_t end = shared_clock::raw_ns() + static_cast<std::uint64_t>(span_ns);
    std::uint64_t before = shared_clock::raw_ns();
    do {
        block(units);
        const std::uint64_t now = shared_clock::raw_ns();
        figures.push_back(static_cast<double>(now - before) / static_cast<double>(units));
        before = now;
    } while (before < end && figures.size() < blocks_at_most);
    return median(std::move(figures));
}

/// How many blocks make up so many bytes that a clock reading does not show beside them.
std::uint64_t passes_for(std::size_t block_bytes) {
    constexpr std::size_t bytes_between_clocks = std::size_t{1} << 20;
    return std::max<std::uint64_t>(1, bytes_between_clocks / std::max<std::size_t>(block_bytes, 1));
}

}  // namespace

double system_call(setup&, std::int64_t span_ns) {
    return median_ns_per_unit(span_ns, 256, [](std::uint64_t n) {
        for (std::uint64_t i = 0; i < n; ++i)
            ::syscall(SYS_getppid);
    });
}

double clock_read(setup&, std::int64_t span_ns) {
    return median_ns_per_unit(span_ns, 256, [](std::uint64_t n) {
        for (std::uint64_t i = 0; i < n; ++i)
            asm volatile("" ::"r"(shared_clock::raw_ns()));
    });
}

double lifetime(std::int64_t span_ns, function_view<child()> start) {
    return median_ns_per_unit(span_ns, 1, [start](std::uint64_t) { start().wait(); });
}

double fork_exec(setup&, std::int64_t span_ns) {
    return lifetime(span_ns, [] { return child::spawn_self({"ipcmark", "worker", "--exit"}, {}); });
}

double copy_block(setup& cell, std::int64_t span_ns) {
    const std::size_t bytes = cell.payload_bytes;
    const mapping from = mapping::anonymous(bytes);
    const mapping to = mapping::anonymous(bytes);
    const double ns = median_ns_per_unit(span_ns, passes_for(bytes), [&](std::uint64_t n) {
        for (std::uint64_t i = 0; i < n; ++i) {
            std::memcpy(to.data(), from.data(), bytes);
            asm volatile("" ::"r"(to.data()) : "memory");
        }
    });
    return static_cast<double>(bytes) / ns * 1e9;
}

double read_block(setup& cell, std::int64_t span_ns) {
    const std::size_t bytes = cell.payload_bytes;
    const mapping from = mapping::anonymous(bytes);
    const double ns = median_ns_per_unit(span_ns, passes_for(bytes), [&](std::uint64_t n) {
        asm volatile("" ::"r"(wide_sum(from.data(), bytes, n)));
    });
    return static_cast<double>(bytes) / ns * 1e9;
}

}  // namespace ipcmark::floors
