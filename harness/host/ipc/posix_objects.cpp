#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <mqueue.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/host/ipc/ipc_objects.hpp"

/// What has a name in a file system.
namespace ipcmark {

namespace fs = std::filesystem;

namespace {

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

kind kind_of(const fs::path& file, mode_t mode) {
    if (S_ISSOCK(mode)) return kind::socket;
    if (S_ISFIFO(mode)) return kind::fifo;
    // sem_overview(7): a named semaphore is a file called sem.<name> on /dev/shm.
    return file.filename().string().starts_with("sem.") ? kind::semaphore : kind::file;
}

ipc_object object_of(kind what, std::string name, const struct stat& state) {
    ipc_object object{what, std::move(name), state.st_mode & permission_bits, state.st_uid};
    // Not st_ctime: the kernel sets a queue's when somebody reads what waits in it.
    object.since_s = state.st_mtime;
    object.handles = {file_handle(state.st_dev, state.st_ino)};
    return object;
}

/// When the file was made, where its file system notes that (tmpfs does since Linux 5.18).
std::int64_t birth_s(const fs::path& file, std::int64_t otherwise) {
    struct statx state {};
    const bool told =
        ::statx(AT_FDCWD, file.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME, &state) == 0;
    return told && (state.stx_mask & STATX_BTIME) != 0 ? state.stx_btime.tv_sec : otherwise;
}

/// A queue's descriptor is a file's, so that its attributes can be asked through either.
void add_attributes(ipc_object& queue, int fd) {
    mq_attr attributes{};
    if (fd < 0 || ::mq_getattr(fd, &attributes) != 0) return;
    queue.state = fmt::format("{} of {} messages of up to {} bytes", attributes.mq_curmsgs,
                              attributes.mq_maxmsg, attributes.mq_msgsize);
}

/// The kernel shows in the queue's file what waits: "QSIZE:129 NOTIFY:0 ...". mq_overview(7).
std::optional<std::uint64_t> waiting_bytes(int fd) {
    std::array<char, 128> text{};
    constexpr std::string_view key = "QSIZE:";
    const ssize_t got = fd < 0 ? -1 : ::pread(fd, text.data(), text.size(), 0);
    const std::string_view line(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (!line.starts_with(key)) return std::nullopt;
    const auto value = whole_number(line.substr(key.size(), line.find(' ') - key.size()));
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

}  // namespace

std::string file_handle(dev_t device, std::uint64_t inode) {
    return fmt::format("file:{:02x}:{:02x}:{}", major(device), minor(device), inode);
}

std::string ipc_object::title() const {
    constexpr std::array words{"",
                               "",
                               "message queue ",
                               "System V shared memory ",
                               "System V message queue ",
                               "System V semaphore ",
                               "",
                               ""};
    return words[static_cast<std::size_t>(what)] + name;
}

std::string ipc_object::text() const {
    return fmt::format("{} (mode {:04o})", title(), mode);
}

std::vector<ipc_object> files_below(const fs::path& folder) {
    std::vector<ipc_object> found;
    std::error_code ignored;
    constexpr auto on_refusal = fs::directory_options::skip_permission_denied;
    fs::recursive_directory_iterator entry(folder, on_refusal, ignored);
    for (const fs::recursive_directory_iterator end; !ignored && entry != end;
         entry.increment(ignored)) {
        struct stat state {};
        const fs::path& path = entry->path();
        if (::lstat(path.c_str(), &state) != 0 || S_ISDIR(state.st_mode)) continue;
        auto object = object_of(kind_of(path, state.st_mode), path.string(), state);
        object.since_s = birth_s(path, object.since_s);
        if (S_ISREG(state.st_mode)) object.bytes = static_cast<std::uint64_t>(state.st_size);
        found.push_back(std::move(object));
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
        auto queue = object_of(kind::queue, "/" + name, state);
        const unique_fd file(::openat(fd, entry->d_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        queue.bytes = waiting_bytes(file.get());
        add_attributes(queue, file.get());
        found.push_back(std::move(queue));
    }
    return found;
}

bool message_queues_visible() {
    return static_cast<bool>(open_queue_folder());
}

std::optional<ipc_object> find_message_queue(const std::string& name) {
    const unique_fd file(::mq_open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat state {};
    if (!file || ::fstat(file.get(), &state) != 0) return std::nullopt;
    auto queue = object_of(kind::queue, name, state);
    queue.bytes = waiting_bytes(file.get());
    add_attributes(queue, file.get());
    return queue;
}

}  // namespace ipcmark
