#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// The other process of a pair, for mechanisms that reach into it. The kernel allows what ptrace(2)
/// may: PTRACE_MODE_ATTACH_REALCREDS.
class peer_process {
public:
    /// Makes the two known to each other, and lets the peer reach into this process where Yama
    /// allows that to ancestors alone (ptrace_scope 1; PR_SET_PTRACER, prctl(2)).
    explicit peer_process(setup& cell);

    pid_t pid() const noexcept { return pid_; }
    int pidfd() const noexcept { return pidfd_.get(); }
    bool lives() const noexcept;

    /// process_vm_writev(2) and process_vm_readv(2) of the whole span; `address` is the peer's.
    /// False: the peer has gone. Throws call_failed.
    bool write_into(std::uintptr_t address, readable bytes) const;
    bool read_from(std::uintptr_t address, writable bytes) const;

    /// pidfd_getfd(2), Linux 5.6: a duplicate of the peer's descriptor `number`, close-on-exec.
    /// Empty: the peer has gone. Throws call_failed.
    unique_fd take(int number) const;
    /// Why that does not work here.
    static std::optional<std::string> why_nothing_to_take();

    /// What a probe is to reach: a byte and a descriptor of this process.
    struct target {
        pid_t pid;
        std::byte* address;
        int fd;
    };
    /// Tries it: a forked child makes `attempt` on this process, which has let it in as a peer
    /// would. Why it failed, with the remedy; nullopt when it worked. `attempt` must be
    /// async-signal-safe; it returns a negative number and sets errno to tell of failure.
    static std::optional<std::string> why_unreachable(std::string_view call,
                                                      long (*attempt)(const target&));

private:
    pid_t pid_ = -1;
    unique_fd pidfd_;
};

}  // namespace ipcmark
