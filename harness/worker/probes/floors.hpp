#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "harness/contract/transport.hpp"

/// What the machine could do at best: small probes, without any mechanism, in the same run and on
/// the same CPUs as the cells, so that a figure can be read as a multiple of a physical limit.
namespace ipcmark::floors {

/// How many processes work at once; the other one of the pair waits.
enum class participants : std::uint8_t { alone, both };

struct probe {
    std::string_view name;     // the key in result files
    std::string_view unit;     // "ns" or "bytes_per_second"
    std::string_view meaning;  // one line for reports
    participants needs = participants::alone;
    bool by_block = false;      // measured for blocks of cell.payload_bytes
    bool by_placement = false;  // measured for each pair of CPUs in use
    bool needs_two_cpus = false;
    /// Works for about `span_ns` in a pinned worker; the producer's figure counts. Blocks.
    double (*measure)(setup& cell, std::int64_t span_ns) = nullptr;
};

/// line_round_trip   one cache line there and back between two pinned, polling processes
/// futex_wake        half a round trip of two processes that sleep in futex(2); on one CPU a forced
///                   context switch with its two system calls
/// eventfd_wake      the same in read(2) of an eventfd
/// pipe_wake         the same in read(2) of a pipe
/// syscall           getppid(2), which the C library does not cache
/// clock_read        clock_gettime(2) of CLOCK_MONOTONIC_RAW (what a stamp costs is in `clock`)
/// fork_exec         posix_spawn(3) of this executable to its end
/// xfer              blocks that one CPU writes and the other reads, every word as in cells with
///                   touch rw, 64 KiB or two blocks ahead: nothing is copied, the lines move
/// memcpy            copying a block that stays in this core's caches, bytes copied per second
/// stream_read       reading such a block
/// memcpy_pair       the same copy while the other CPU does so too, bytes of one side
std::span<const probe> all_probes();
const probe* find_probe(std::string_view name);

/// A worker's part: notes the figure as `floor_milli`, in thousandths of the unit.
void run_probe(const probe& which, setup& cell, std::int64_t span_ns);
double figure_from_note(std::int64_t milli);

}  // namespace ipcmark::floors
