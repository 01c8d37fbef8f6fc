#pragma once

#include <cstddef>
#include <cstdint>

namespace ipcmark {

/// The Castagnoli checksum of iSCSI (RFC 3720, B.4), by the CPU's own instruction where it has one
/// (SSE4.2, ARMv8 CRC): some 7 GB/s, against 0.4 GB/s by tables. The result is the same.
std::uint32_t crc32c(const void* from, std::size_t bytes) noexcept;

/// By tables, whatever the CPU has.
std::uint32_t crc32c_by_tables(const void* from, std::size_t bytes) noexcept;

}  // namespace ipcmark
