#pragma once

#include <cstddef>
#include <span>

namespace ipcmark {

using writable = std::span<std::byte>;
using readable = std::span<const std::byte>;

/// Writes all bytes to a stream descriptor; blocks; retries EINTR and short writes.
/// Throws call_failed; a reader that has gone shows as EPIPE (SIGPIPE is ignored in workers).
void write_exact(int fd, readable bytes);

/// Fills the whole span from a stream descriptor; blocks; retries EINTR and short reads.
/// false: end of file before the first byte. Throws peer_gone when the stream ends inside the span.
bool read_exact(int fd, writable bytes);

}  // namespace ipcmark
