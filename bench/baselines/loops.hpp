#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ipcmark {

/// A hand-written two-process loop without any instrument: what ours is held against. Forked, not
/// exec'ed, pinned, timed as a whole block by two clock readings.
struct bare_loop {
    std::string name;
    std::string against;  // the transport of ours
    std::size_t payload_bytes;
    bool one_way;  // figure: messages per second; otherwise ns per round trip
    /// Runs for about `span_ns` on the two CPUs; returns the figure.
    std::function<double(std::array<int, 2> cpus, std::int64_t span_ns)> run;
};

/// Shared memory, and after it the kernel's mechanisms.
std::vector<bare_loop> bare_loops();
std::vector<bare_loop> bare_kernel_loops();

/// Bytes per second of memcpy of blocks of this size on one core, the block in cache as it would be
/// for a reader that has just received it.
double memcpy_bandwidth(int cpu, std::size_t block_bytes, std::int64_t span_ns);

}  // namespace ipcmark
