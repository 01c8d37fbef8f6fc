#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// What the processes of a repetition share besides sockets. Between machines, and to a worker that
/// maps no memory, there is nothing: the trait cross_host says which transports do without.
struct channel_capabilities {
    bool shared_memory = true;  // the state that the parent and all workers map
    bool descriptors = true;    // can be handed over (SCM_RIGHTS)

    bool is_local() const noexcept { return shared_memory && descriptors; }
};

template <class Visitor>
void visit_fields(Visitor& visit, channel_capabilities& c) {
    visit("shared_memory", c.shared_memory);
    visit("descriptors", c.descriptors);
}

/// A transport asked for what the channel between its processes does not have.
class channel_lacks : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The untimed lines between the processes of a repetition: pass descriptors and short texts, and
/// hold barriers. Both ends of a line must make the matching calls in the same order; a mismatch
/// throws std::logic_error. Blocks; the parent's deadline ends a hang. Throws peer_gone when the
/// other side has exited. Method: SCM_RIGHTS over SOCK_SEQPACKET pairs, one between any two
/// parties, see unix(7).
class rendezvous {
public:
    /// Of a pair: the line to the other party.
    explicit rendezvous(unique_fd socket);
    /// `lines[i]` leads to party i; the one at `self` is empty. A list without another party is
    /// that of a process that meets nobody.
    rendezvous(std::vector<unique_fd> lines, std::size_t self,
               const channel_capabilities& channel = {});

    /// Hands a duplicate of `fd` to a party; the caller keeps its own. Throws channel_lacks where
    /// the channel passes no descriptors.
    void give(std::size_t party, int fd);
    /// Receives a descriptor, close-on-exec.
    unique_fd take(std::size_t party);

    /// Sends a text of at most 4 KiB (an address, a name).
    void tell(std::size_t party, std::string_view text);
    std::string hear(std::size_t party);

    /// Returns in all parties only after all have called it.
    void meet();

    std::size_t parties() const noexcept { return lines_.size(); }
    /// Of several: a pair's rendezvous with one of them, over the same line. What both still have
    /// to hear on it they hear in either.
    rendezvous with(std::size_t party) const;
    /// Descriptors handed over so far in either direction (a check reads it).
    std::uint64_t descriptors_passed() const noexcept { return descriptors_passed_; }

    /// Of a pair: the same with the other party. Throws std::logic_error where there are more.
    void give(int fd) { give(peer(), fd); }
    unique_fd take() { return take(peer()); }
    void tell(std::string_view text) { tell(peer(), text); }
    std::string hear() { return hear(peer()); }
    /// Blocks until the peer has closed its end (exited).
    void wait_for_peer_exit();

private:
    std::size_t peer() const;
    int line_to(std::size_t party) const;
    static void post(int line, char kind, std::string_view text, int fd);
    static std::string expect(int line, char kind, unique_fd* fd);

    std::vector<unique_fd> lines_;
    std::size_t self_;
    channel_capabilities channel_;
    std::uint64_t descriptors_passed_ = 0;
};

}  // namespace ipcmark
