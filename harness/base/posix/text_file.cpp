#include "harness/base/posix/text_file.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
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

}  // namespace ipcmark
