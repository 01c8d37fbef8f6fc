#include "harness/conform/ipc_objects.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <memory>
#include <mqueue.h>
#include <sstream>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "harness/posix/error.hpp"
#include "harness/posix/text_file.hpp"
#include "harness/posix/unique_fd.hpp"

namespace ipcmark::conform {

namespace fs = std::filesystem;

namespace {

constexpr uid_t nobody = 65'534;
constexpr unsigned permission_bits = 0777;
using kind = ipc_object::kind;

unique_fd open_queue_folder() {
    constexpr decltype(statfs::f_type) mqueue_magic = 0x19800202;
    struct statfs system {};
    if (::statfs("/dev/mqueue", &system) == 0 && system.f_type == mqueue_magic)
        return unique_fd(::open("/dev/mqueue", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const unique_fd context(::fsopen("mqueue", FSOPEN_CLOEXEC));
    if (!context || ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return {};
    const unique_fd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
    return unique_fd(::openat(mount.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

struct directory_closer {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// The rows of a /proc/sysvipc table, by its header's column names.
std::vector<ipc_object> read_table(const char* file, kind what, const std::string& id_column) {
    constexpr std::size_t limit_bytes = std::size_t{8} << 20;
    std::istringstream lines(read_text(file, limit_bytes).value_or(""));
    std::string line;
    std::getline(lines, line);
    std::vector<std::string> columns;
    for (std::istringstream header(line); header >> line;)
        columns.push_back(line);
    std::vector<ipc_object> found;
    while (std::getline(lines, line)) {
        ipc_object object{what, {}, 0, 0};
        std::istringstream row(line);
        std::string value;
        for (const auto& column : columns) {
            if (!(row >> value)) break;
            if (column == id_column) object.name = value;
            if (column == "perms")
                std::from_chars(value.data(), value.data() + value.size(), object.mode, 8);
            if (column == "uid")
                std::from_chars(value.data(), value.data() + value.size(), object.owner);
        }
        object.mode &= permission_bits;
        found.push_back(std::move(object));
    }
    return found;
}

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

}  // namespace

std::string ipc_object::text() const {
    constexpr const char* words[] = {"",
                                     "",
                                     "message queue ",
                                     "System V shared memory ",
                                     "System V message queue ",
                                     "System V semaphore "};
    return fmt::format("{}{} (mode {:04o})", words[static_cast<std::size_t>(what)], name, mode);
}

std::vector<ipc_object> files_below(const fs::path& folder) {
    std::vector<ipc_object> found;
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
        struct stat state {};
        if (::lstat(entry.path().c_str(), &state) != 0 || S_ISDIR(state.st_mode)) continue;
        found.push_back({S_ISSOCK(state.st_mode) ? kind::socket : kind::file, entry.path().string(),
                         state.st_mode & permission_bits, state.st_uid});
    }
    return found;
}

std::vector<ipc_object> message_queues() {
    std::vector<ipc_object> found;
    unique_fd folder = open_queue_folder();
    if (!folder) return found;
    const std::unique_ptr<DIR, directory_closer> entries(::fdopendir(folder.get()));
    if (!entries) return found;
    const int fd = folder.release();
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string name = entry->d_name;
        struct stat state {};
        if (name == "." || name == ".." || ::fstatat(fd, entry->d_name, &state, 0) != 0) continue;
        found.push_back({kind::queue, "/" + name, state.st_mode & permission_bits, state.st_uid});
    }
    return found;
}

std::vector<ipc_object> system_v_objects() {
    std::vector<ipc_object> found = read_table("/proc/sysvipc/shm", kind::sysv_shm, "shmid");
    std::ranges::copy(read_table("/proc/sysvipc/msg", kind::sysv_msg, "msqid"),
                      std::back_inserter(found));
    std::ranges::copy(read_table("/proc/sysvipc/sem", kind::sysv_sem, "semid"),
                      std::back_inserter(found));
    return found;
}

bool nobody_can_open(const ipc_object& object) {
    constexpr int opened = 1;
    constexpr int cannot_drop = 2;
    int id = 0;
    std::from_chars(object.name.data(), object.name.data() + object.name.size(), id);
    // Between fork and _exit only system calls: another thread may have held a lock.
    const pid_t pid = checked(::fork(), "fork");
    if (pid == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
            ::setresuid(nobody, nobody, nobody) != 0)
            ::_exit(cannot_drop);
        ::_exit(look_at(object, id) ? opened : 0);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) == cannot_drop)
        throw std::runtime_error("cannot become the user nobody to try " + object.text());
    return WEXITSTATUS(status) == opened;
}

std::uint64_t inet_sockets() {
    return sockets_bound_to(is_internet);
}

std::uint64_t open_addresses() {
    return sockets_bound_to(has_no_owner);
}

}  // namespace ipcmark::conform
