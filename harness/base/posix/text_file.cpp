#include "harness/base/posix/text_file.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

namespace {

unique_fd open_input(const std::filesystem::path& file) {
    return unique_fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
}

/// Appends up to `limit_bytes`; false on a read error.
bool read_up_to(int fd, std::size_t limit_bytes, std::string& text) {
    char buffer[16384];
    while (text.size() < limit_bytes) {
        const ssize_t got = ::read(fd, buffer, std::min(sizeof buffer, limit_bytes - text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) return true;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return true;
}

std::filesystem::path temporary_beside(const std::filesystem::path& file) {
    return file.string() + ".tmp." + std::to_string(::getpid());
}

/// Pipes, terminals and devices such as /dev/stdout are written in place, never renamed over.
bool is_special(const std::filesystem::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

void write_text(int fd, const std::filesystem::path& file, const std::string& content) {
    try {
        write_exact(fd, std::as_bytes(std::span(content)));
    } catch (const call_failed& e) {
        throw call_failed(e.code().value(), "write " + file.string());
    }
}

}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& file, std::size_t limit_bytes) {
    const unique_fd fd = open_input(file);
    std::string text;
    if (!fd || !read_up_to(fd.get(), limit_bytes, text)) return std::nullopt;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\0'))
        text.pop_back();
    return text;
}

std::optional<std::int64_t> read_number(const std::filesystem::path& file) {
    const auto text = read_text(file);
    if (!text) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{}) return std::nullopt;
    return value;
}

std::string read_input(const std::filesystem::path& file, std::size_t limit_bytes) {
    const unique_fd fd = open_input(file);
    if (!fd) throw_errno("open " + file.string());
    std::string text;
    if (!read_up_to(fd.get(), limit_bytes + 1, text)) throw_errno("read " + file.string());
    if (text.size() > limit_bytes)
        throw call_failed(EFBIG, "read " + file.string(),
                          "more than " + std::to_string(limit_bytes) + " bytes");
    return text;
}

void replace_file(const std::filesystem::path& file, const std::string& content) {
    if (is_special(file)) {
        const unique_fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
        if (!fd) throw_errno("open " + file.string());
        write_text(fd.get(), file, content);
        return;
    }
    const auto temporary = temporary_beside(file);
    unique_fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!fd) throw_errno("create " + temporary.string());
    try {
        write_text(fd.get(), file, content);
        checked(::fsync(fd.get()), "fsync");
        if (::rename(temporary.c_str(), file.c_str()) != 0)
            throw_errno("rename " + temporary.string() + " to " + file.string());
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

void require_writable(const std::filesystem::path& file) {
    if (std::filesystem::is_directory(file))
        throw call_failed(EISDIR, "open " + file.string(), "name a file, not a folder");
    if (is_special(file)) {
        if (::access(file.c_str(), W_OK) != 0) throw_errno("open " + file.string());
        return;
    }
    const auto temporary = temporary_beside(file);
    const unique_fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (!fd)
        throw_errno("create " + file.string(),
                    "choose another place for it or make the folder writable");
    ::unlink(temporary.c_str());
}

}  // namespace ipcmark
