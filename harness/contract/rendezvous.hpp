#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// The untimed line between the two processes of a pair: passes descriptors and short texts, and
/// holds barriers. Both sides must make the matching calls in the same order; a mismatch throws
/// std::logic_error. Blocks; the parent's deadline ends a hang. Throws peer_gone when the other
/// side has exited. Method: SCM_RIGHTS over a SOCK_SEQPACKET pair, see unix(7).
class rendezvous {
public:
    explicit rendezvous(unique_fd socket) : socket_(std::move(socket)) {}

    /// Hands a duplicate of `fd` to the peer; the caller keeps its own.
    void give(int fd);
    /// Receives a descriptor, close-on-exec.
    unique_fd take();

    /// Sends a text of at most 4 KiB (an address, a name).
    void tell(std::string_view text);
    std::string hear();

    /// Returns on both sides only after both have called it.
    void meet();

    /// Descriptors handed over so far in either direction (a law reads it).
    std::uint64_t descriptors_passed() const noexcept { return descriptors_passed_; }

    /// Blocks until the peer has closed its end (exited).
    void wait_for_peer_exit();

private:
    void post(char kind, std::string_view text, int fd);
    std::string expect(char kind, unique_fd* fd);

    unique_fd socket_;
    std::uint64_t descriptors_passed_ = 0;
};

}  // namespace ipcmark
