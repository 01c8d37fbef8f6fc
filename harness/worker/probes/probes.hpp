#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/base/function_view.hpp"
#include "harness/base/posix/child.hpp"
#include "harness/contract/transport.hpp"

/// The probes behind floors.hpp. Each works for about `span_ns` and gives its figure; those of two
/// processes settle before that as cells do.
namespace ipcmark::floors {

double line_round_trip(setup& cell, std::int64_t span_ns);
double futex_wake(setup& cell, std::int64_t span_ns);
double eventfd_wake(setup& cell, std::int64_t span_ns);
double pipe_wake(setup& cell, std::int64_t span_ns);
double system_call(setup& cell, std::int64_t span_ns);
double clock_read(setup& cell, std::int64_t span_ns);
/// From before `start` until that process has ended by itself, ns.
double lifetime(std::int64_t span_ns, function_view<child()> start);
double fork_exec(setup& cell, std::int64_t span_ns);
double transfer(setup& cell, std::int64_t span_ns);
double copy_block(setup& cell, std::int64_t span_ns);
double read_block(setup& cell, std::int64_t span_ns);

/// The sum of all whole words, read `passes` times, modulo 2^64, by the widest loads of this CPU.
std::uint64_t wide_sum(const std::byte* from, std::size_t bytes, std::uint64_t passes) noexcept;

}  // namespace ipcmark::floors
