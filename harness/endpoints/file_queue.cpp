#include "harness/endpoints/file_queue.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/run_names.hpp"
#include "harness/endpoints/limits.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t digits = 16;

[[noreturn, gnu::cold]] void refused(const char* operation) {
    if (errno == ENOSPC || errno == EDQUOT)
        throw limit_exceeded(std::string(operation) +
                             ": no room for another file: the reader is slower than the writer and "
                             "nothing makes that one wait; free some, or drop the size");
    throw_errno(operation);
}

}  // namespace

std::optional<std::string> file_place_unavailable(file_place where) {
    if (where == file_place::tmpfs) return shared_memory_limit(0);
    const std::filesystem::path root = temporary_root();
    struct statfs system {};
    if (::statfs(root.c_str(), &system) != 0) return root.string() + " is not there; set TMPDIR";
    if (system.f_type != TMPFS_MAGIC && system.f_type != RAMFS_MAGIC) return std::nullopt;
    return root.string() + " is in memory (tmpfs); set TMPDIR to a folder on a disk";
}

std::optional<std::string> file_place_limit(file_place where, const demand& asked) {
    const std::size_t bytes = asked.payload_bytes * asked.depth * asked.directions();
    if (where == file_place::tmpfs) return shared_memory_limit(bytes);
    const std::filesystem::path root = temporary_root();
    struct statvfs space {};
    if (::statvfs(root.c_str(), &space) != 0) return std::nullopt;
    const std::size_t free_bytes = std::size_t{space.f_bavail} * space.f_frsize;
    if (bytes <= free_bytes) return std::nullopt;
    return "no space in " + root.string() + ": " + std::to_string(bytes) + " bytes needed, " +
           std::to_string(free_bytes) + " free; free some, or set TMPDIR to another disk";
}

numbered_files::numbered_files(const setup& cell, direction which, file_place where)
    : folder_((where == file_place::tmpfs ? std::filesystem::path("/dev/shm") : cell.directory) /
              directed_name(cell.name, which)),
      name_(directed_name(cell.name, which) + "." + std::string(digits, '0')),
      other_(name_) {}

void numbered_files::create() {
    checked(::mkdir(folder_.c_str(), 0700), "mkdir");
    open();
}

void numbered_files::open() {
    handle_.reset(checked(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open"));
}

const char* numbered_files::name_of(std::uint64_t number) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    for (auto at = name_.rbegin(); at != name_.rbegin() + digits; ++at, number >>= 4)
        *at = hexadecimal[number & 15];
    return name_.c_str();
}

unique_fd numbered_files::make(std::uint64_t number) {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC;
    const int fd = ::openat(handle_.get(), name_of(number), flags, 0600);
    if (fd < 0) refused("openat");
    return unique_fd(fd);
}

unique_fd numbered_files::find(std::uint64_t number) {
    const int fd = ::openat(handle_.get(), name_of(number), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT) throw_errno("openat");
    return unique_fd(fd);
}

void numbered_files::rename(std::uint64_t from, std::uint64_t to) {
    name_of(from);
    name_.swap(other_);
    if (::renameat(handle_.get(), other_.c_str(), handle_.get(), name_of(to)) != 0)
        refused("renameat");
}

void numbered_files::remove(std::uint64_t number) {
    checked(::unlinkat(handle_.get(), name_of(number), 0), "unlinkat");
}

void write_file(int fd, readable bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0) [[unlikely]] {
            if (errno == EINTR) continue;
            refused("write");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::size_t read_file(int fd, writable bytes, std::uint64_t offset, std::size_t enough) {
    std::size_t done = 0;
    while (done < enough) {
        const ssize_t got = ::pread(fd, bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("pread");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

owned_folder::~owned_folder() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace ipcmark
