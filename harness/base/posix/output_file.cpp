#include "harness/base/posix/output_file.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

namespace {

namespace fs = std::filesystem;

fs::path temporary_beside(const fs::path& file) {
    return file.string() + ".tmp." + std::to_string(::getpid());
}

bool is_there(const fs::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0;
}

/// Pipes, terminals and devices such as /dev/stdout are written in place, never renamed over.
bool is_special(const fs::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

void write_text(int fd, const fs::path& file, std::span<const std::byte> content) {
    try {
        write_exact(fd, content);
    } catch (const call_failed& e) {
        throw call_failed(e.code().value(), "write " + file.string());
    }
}

/// Not every file system can.
void sync(int fd, const fs::path& file) {
    if (::fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) return;
    throw_errno("write " + file.string());
}

/// A file that exists for as long as this does.
class temporary_file {
public:
    explicit temporary_file(fs::path name)
        : name_(std::move(name)),
          fd_(::open(name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {}
    ~temporary_file() {
        if (fd_) ::unlink(name_.c_str());
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
    int fd() const noexcept { return fd_.get(); }
    bool rename_to(const fs::path& file) {
        if (::rename(name_.c_str(), file.c_str()) != 0) return false;
        fd_.reset();
        return true;
    }
    /// To another temporary name.
    bool takes_renaming() {
        const fs::path other = name_.string() + ".renamed";
        if (::rename(name_.c_str(), other.c_str()) != 0) return false;
        name_ = other;
        return true;
    }

private:
    fs::path name_;
    unique_fd fd_;
};

/// What cannot be renamed over may still be written to.
void write_in_place(const fs::path& target, const fs::path& file, const std::string& content) {
    const bool special = is_special(target);
    const unique_fd fd(
        ::open(target.c_str(), O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT), 0666));
    if (!fd) throw_errno("open " + file.string());
    write_text(fd.get(), file, std::as_bytes(std::span(content)));
    if (special) return;
    if (::ftruncate(fd.get(), static_cast<off_t>(content.size())) != 0)
        throw_errno("write " + file.string());
    sync(fd.get(), file);
}

bool takes_writing(const fs::path& target) {
    return is_there(target) && unique_fd(::open(target.c_str(), O_WRONLY | O_CLOEXEC));
}

/// A file that was mounted singly, as `docker run -v` does it, takes no renaming over.
bool is_mount_point(const fs::path& file) {
    struct statx of_file {};
    struct statx of_folder {};
    const fs::path folder = file.parent_path().empty() ? "." : file.parent_path();
    constexpr unsigned wanted = STATX_MNT_ID;
    return ::statx(AT_FDCWD, file.c_str(), 0, wanted, &of_file) == 0 &&
           ::statx(AT_FDCWD, folder.c_str(), 0, wanted, &of_folder) == 0 &&
           (of_file.stx_mask & of_folder.stx_mask & wanted) != 0 &&
           of_file.stx_mnt_id != of_folder.stx_mnt_id;
}

/// chattr(1) +i and +a: such a file is neither renamed over nor written to.
bool is_locked_by_attribute(const fs::path& file) {
    struct statx found {};
    constexpr std::uint64_t locks = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
    return ::statx(AT_FDCWD, file.c_str(), 0, 0, &found) == 0 &&
           (found.stx_attributes & locks) != 0;
}

/// Another user's file in a folder such as /tmp stays that user's.
bool is_anothers_in_sticky_folder(const fs::path& file) {
    struct stat of_file {};
    struct stat of_folder {};
    const fs::path folder = file.parent_path().empty() ? "." : file.parent_path();
    return ::geteuid() != 0 && ::stat(file.c_str(), &of_file) == 0 &&
           ::stat(folder.c_str(), &of_folder) == 0 && (of_folder.st_mode & S_ISVTX) != 0 &&
           of_file.st_uid != ::geteuid() && of_folder.st_uid != ::geteuid();
}

std::string why_not_renamed(const fs::path& target, temporary_file& temporary) {
    if (is_locked_by_attribute(target)) return "it is immutable or append-only (chattr)";
    if (is_mount_point(target)) return "it is mounted singly";
    if (is_anothers_in_sticky_folder(target))
        return "it is another user's, in a folder that lets only owners replace files";
    if (!temporary.takes_renaming())
        return std::string("its folder refuses it: ") + std::strerror(errno);
    return {};
}

}  // namespace

fs::path output_target(const fs::path& file) {
    constexpr int most_links = 40;  // as the kernel follows
    fs::path target = file;
    for (int i = 0; i < most_links; ++i) {
        std::error_code none;
        if (!fs::is_symlink(fs::symlink_status(target, none))) return target;
        const fs::path next = fs::read_symlink(target, none);
        if (none) return target;
        // What a process has open ("/dev/stdout") leads to a name that may be no name at all.
        if (is_there(target) && is_special(target)) return target;
        target = next.is_absolute() ? next : target.parent_path() / next;
    }
    throw call_failed(ELOOP, "open " + file.string());
}

void replace_file(const fs::path& file, const std::string& content) {
    const fs::path target = output_target(file);
    if (is_special(target)) return write_in_place(target, file, content);
    temporary_file temporary(temporary_beside(target));
    if (!temporary) {
        const int why = errno;
        if (!is_there(target)) throw call_failed(why, "create " + file.string());
        return write_in_place(target, file, content);
    }
    struct stat old {};
    if (::stat(target.c_str(), &old) == 0) ::fchmod(temporary.fd(), old.st_mode & 07777);
    write_text(temporary.fd(), file, std::as_bytes(std::span(content)));
    sync(temporary.fd(), file);
    if (!temporary.rename_to(target)) write_in_place(target, file, content);
}

std::string require_writable(const fs::path& file) {
    const fs::path target = output_target(file);
    std::error_code none;
    if (fs::is_directory(target, none))
        throw call_failed(EISDIR, "open " + file.string(), "name a file, not a folder");
    if (is_special(target)) {
        if (::access(target.c_str(), W_OK) != 0) throw_errno("open " + file.string());
        return {};
    }
    temporary_file temporary(temporary_beside(target));
    const int why = errno;
    if (!temporary && !takes_writing(target))
        throw call_failed(why, "create " + file.string(),
                          "choose another place for it or make the folder writable");
    if (!temporary) return std::string("its folder takes no other file: ") + std::strerror(why);
    constexpr std::array<std::byte, 4096> page{};
    write_text(temporary.fd(), file, page);
    sync(temporary.fd(), file);
    std::string in_place = why_not_renamed(target, temporary);
    if (!in_place.empty() && is_there(target) && !takes_writing(target))
        throw_errno("open " + file.string(), "neither renamed over nor written to: " + in_place);
    return in_place;
}

bool is_same_file(const fs::path& a, const fs::path& b) {
    struct stat of_a {};
    struct stat of_b {};
    const bool has_a = ::stat(a.c_str(), &of_a) == 0;
    const bool has_b = ::stat(b.c_str(), &of_b) == 0;
    if (has_a && has_b)
        return S_ISREG(of_a.st_mode) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
    if (has_a != has_b) return false;
    std::error_code none;
    const auto place = [&none](const fs::path& file) {
        return fs::weakly_canonical(fs::absolute(output_target(file), none), none);
    };
    return place(a) == place(b);
}

void let_files_grow() {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace ipcmark
