#include "harness/conform/access_probe.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark::conform {

namespace fs = std::filesystem;

namespace {

constexpr uid_t nobody = 65'534;
using kind = ipc_object::kind;

/// Whether errno tells of something other than a refusal; a name that has just gone is no door.
bool got_past() {
    return errno != EACCES && errno != EPERM && errno != ENOENT && errno != EIDRM;
}

bool open_any_way(const ipc_object& object) {
    for (const int way : {O_RDWR, O_RDONLY, O_WRONLY}) {
        const int fd = object.what == kind::queue
                           ? ::mq_open(object.name.c_str(), way | O_NONBLOCK | O_CLOEXEC)
                           : ::open(object.name.c_str(), way | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 || got_past()) return true;
    }
    return false;
}

bool connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    // Permission is checked before the socket's type, so one type tells for all.
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
           got_past();
}

bool look_at(const ipc_object& object, int id) {
    switch (object.what) {
        case kind::socket:
            return connect_to(object.name);
        case kind::sysv_shm: {
            shmid_ds state{};
            return ::shmctl(id, IPC_STAT, &state) == 0 || got_past();
        }
        case kind::sysv_msg: {
            msqid_ds state{};
            return ::msgctl(id, IPC_STAT, &state) == 0 || got_past();
        }
        case kind::sysv_sem: {
            semid_ds state{};
            return ::semctl(id, 0, IPC_STAT, &state) == 0 || got_past();
        }
        default:
            return open_any_way(object);
    }
}

/// A socket's own address, as getsockname gives it.
struct bound_address {
    sockaddr_storage storage{};
    socklen_t bytes = sizeof storage;

    explicit bound_address(int fd) {
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &bytes) != 0) bytes = 0;
    }
    int family() const { return bytes == 0 ? AF_UNSPEC : storage.ss_family; }
    /// An abstract Unix name: it begins with a zero byte, and no file's mode guards it.
    bool abstract() const {
        const auto& address = reinterpret_cast<const sockaddr_un&>(storage);
        return family() == AF_UNIX && bytes > offsetof(sockaddr_un, sun_path) &&
               address.sun_path[0] == '\0';
    }
};

bool is_internet(const bound_address& address) {
    return address.family() == AF_INET || address.family() == AF_INET6;
}

bool has_no_owner(const bound_address& address) {
    const int family = address.family();
    return is_internet(address) || family == AF_PACKET || family == AF_NETLINK ||
           family == AF_VSOCK || address.abstract();
}

std::uint64_t sockets_bound_to(bool (*wanted)(const bound_address&)) {
    std::uint64_t count = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd", ignored)) {
        const std::string text = entry.path().filename();
        int fd = -1;
        std::from_chars(text.data(), text.data() + text.size(), fd);
        if (wanted(bound_address(fd))) ++count;
    }
    return count;
}

/// Whether the user nobody gets a yes from `attempt`, in a copy of this process.
template <class Attempt>
bool nobody_can(Attempt attempt, const std::string& what) {
    constexpr int could = 1;
    constexpr int cannot_drop = 2;
    // Between fork and _exit only system calls: another thread may have held a lock.
    const pid_t pid = checked(::fork(), "fork");
    if (pid == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
            ::setresuid(nobody, nobody, nobody) != 0)
            ::_exit(cannot_drop);
        ::_exit(attempt() ? could : 0);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) == cannot_drop)
        throw std::runtime_error("cannot become the user nobody to " + what);
    return WEXITSTATUS(status) == could;
}

}  // namespace

bool nobody_can_open(const ipc_object& object) {
    int id = 0;
    std::from_chars(object.name.data(), object.name.data() + object.name.size(), id);
    return nobody_can([&] { return look_at(object, id); }, "open " + object.text());
}

bool nobody_can_signal(pid_t pid) {
    return nobody_can([pid] { return ::kill(pid, 0) == 0; }, "signal a process");
}

std::uint64_t inet_sockets() {
    return sockets_bound_to(is_internet);
}

std::uint64_t unguarded_addresses() {
    return sockets_bound_to(has_no_owner);
}

}  // namespace ipcmark::conform
