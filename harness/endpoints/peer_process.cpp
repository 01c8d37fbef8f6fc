#include "harness/endpoints/peer_process.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

namespace {

constexpr const char* yama_scope_file = "/proc/sys/kernel/yama/ptrace_scope";

/// Without Yama there is nobody to tell, which is no error.
void let_in(pid_t pid) {
    ::prctl(PR_SET_PTRACER, static_cast<unsigned long>(pid), 0, 0, 0);
}

pid_t exchange_pids(rendezvous& peer) {
    peer.tell(std::to_string(::getpid()));
    const std::string told = peer.hear();
    pid_t pid = -1;
    std::from_chars(told.data(), told.data() + told.size(), pid);
    return pid;
}

using transfer = ssize_t (*)(pid_t, const iovec*, unsigned long, const iovec*, unsigned long,
                             unsigned long);

/// Part by part, as the kernel may do less than asked for.
bool transfer_all(transfer call, const char* name, pid_t pid, std::byte* ours,
                  std::uintptr_t theirs, std::size_t bytes) {
    for (std::size_t done = 0; done < bytes;) {
        const iovec local{ours + done, bytes - done};
        // The address is the peer's: it is nothing that this process could dereference.
        const iovec remote{
            reinterpret_cast<void*>(theirs + done),  // NOLINT(performance-no-int-to-ptr)
            bytes - done};
        const ssize_t moved = call(pid, &local, 1, &remote, 1, 0);
        if (moved > 0)
            done += static_cast<std::size_t>(moved);
        else if (moved < 0 && errno == ESRCH)
            return false;
        else if (moved == 0 || errno != EINTR)
            throw_errno(name);
    }
    return true;
}

/// Waits to be let in, then makes the attempt on the parent and exits with its errno. Only calls
/// that are safe in the child of a process with threads.
[[noreturn]] void attempt_in_child(int gate, int gates_other_end,
                                   const peer_process::target& parent,
                                   long (*attempt)(const peer_process::target&)) {
    ::close(gates_other_end);  // a parent that dies opens the gate, too
    char opened = 0;
    while (::read(gate, &opened, 1) < 0 && errno == EINTR) {
    }
    errno = 0;
    ::_exit(attempt(parent) < 0 ? errno : 0);
}

std::string remedy(int error) {
    if (error == ENOSYS) return "; a newer kernel has it, unless a seccomp filter hides it";
    const auto scope = read_number(yama_scope_file);
    if (scope.value_or(0) > 1)
        return fmt::format("; {} = {} forbids it: set it to 1 or 0{}", yama_scope_file, *scope,
                           *scope == 2 ? " or grant CAP_SYS_PTRACE" : " at boot");
    return "; a container or its seccomp filter forbids it: allow it or grant CAP_SYS_PTRACE";
}

}  // namespace

peer_process::peer_process(setup& cell)
    : pid_(exchange_pids(cell.peer)),
      // pidfd_open(2): Linux 5.3. Also tells of a zombie that it lives no more, as kill(2) does
      // not.
      pidfd_(static_cast<int>(checked(::syscall(SYS_pidfd_open, pid_, 0), "pidfd_open"))) {
    let_in(pid_);
    cell.peer.meet();
}

bool peer_process::lives() const noexcept {
    pollfd watched{pidfd_.get(), POLLIN, 0};
    return ::poll(&watched, 1, 0) == 0;
}

bool peer_process::write_into(std::uintptr_t address, readable bytes) const {
    return transfer_all(::process_vm_writev, "process_vm_writev", pid_,
                        const_cast<std::byte*>(bytes.data()), address, bytes.size());
}

bool peer_process::read_from(std::uintptr_t address, writable bytes) const {
    return transfer_all(::process_vm_readv, "process_vm_readv", pid_, bytes.data(), address,
                        bytes.size());
}

unique_fd peer_process::take(int number) const {
    unique_fd fd(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd_.get(), number, 0)));
    if (!fd && errno != ESRCH) throw_errno("pidfd_getfd");
    return fd;
}

std::optional<std::string> peer_process::why_nothing_to_take() {
    return why_unreachable("pidfd_getfd", [](const target& parent) {
        const long process = ::syscall(SYS_pidfd_open, parent.pid, 0);
        return process < 0 ? process : ::syscall(SYS_pidfd_getfd, process, parent.fd, 0);
    });
}

std::optional<std::string> peer_process::why_unreachable(std::string_view call,
                                                         long (*attempt)(const target&)) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fmt::format("pipe2: {}", std::strerror(errno));
    const unique_fd reader(ends[0]);
    const unique_fd writer(ends[1]);
    std::byte word{};
    const target self{::getpid(), &word, reader.get()};
    const pid_t child = ::fork();
    if (child < 0) return fmt::format("fork: {}", std::strerror(errno));
    if (child == 0) attempt_in_child(reader.get(), writer.get(), self, attempt);
    let_in(child);
    int ended = 0;
    const bool opened = ::write(writer.get(), "", 1) == 1;
    while (::waitpid(child, &ended, 0) < 0 && errno == EINTR) {
    }
    ::prctl(PR_SET_PTRACER, 0, 0, 0, 0);
    if (opened && WIFEXITED(ended) && WEXITSTATUS(ended) == 0) return std::nullopt;
    if (WIFSIGNALED(ended))
        return fmt::format("{}: killed by signal {}, as by a seccomp filter", call,
                           WTERMSIG(ended));
    const int error = WEXITSTATUS(ended);
    return fmt::format("{}: {}{}", call, std::strerror(error), remedy(error));
}

}  // namespace ipcmark
