#pragma once

#include <cstdint>

/// Counts this process's heap allocations, C++ and C alike.
///
/// Method: the calls of malloc and its kin that the loaded objects make are redirected to counting
/// functions through their global offset tables. Against the alternatives: a replaced operator new
/// misses what C libraries allocate; a malloc defined here would be linked into every program that
/// uses the harness, counted or not, and would clash with a preloaded allocator; mallinfo2 shows
/// only what has not been freed again. Under a sanitizer, which owns malloc, its own hook is used.
namespace ipcmark::conform::allocation_count {

/// Puts the counting in place and tries it; false: this build or machine does not allow it. To be
/// called after every plugin is loaded.
bool ready();

void start() noexcept;
/// Allocations since start().
std::uint64_t stop() noexcept;

}  // namespace ipcmark::conform::allocation_count
