#include "harness/worker/counters/usage.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <string_view>
#include <sys/resource.h>

#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

namespace {

std::int64_t to_ns(const timeval& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1'000;
}

std::optional<std::int64_t> number_at(std::string_view text, std::size_t at) {
    while (at < text.size() && (text[at] < '0' || text[at] > '9'))
        ++at;
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data() + std::min(at, text.size()), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    return value;
}

std::string_view pread_text(int fd, std::array<char, 4096>& buffer) {
    const ssize_t got = fd < 0 ? -1 : ::pread(fd, buffer.data(), buffer.size(), 0);
    return {buffer.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
}

/// "run_ns delay_ns slices"
std::optional<std::int64_t> read_run_delay(int fd) {
    std::array<char, 4096> buffer;
    const std::string_view text = pread_text(fd, buffer);
    const auto space = text.find(' ');
    return space == std::string_view::npos ? std::nullopt : number_at(text, space);
}

std::optional<std::int64_t> read_migrations(int fd) {
    std::array<char, 4096> buffer;
    const std::string_view text = pread_text(fd, buffer);
    const auto key = text.find("nr_migrations");
    return key == std::string_view::npos ? std::nullopt : number_at(text, key);
}

unique_fd open_for_reading(const char* path) {
    return unique_fd(::open(path, O_RDONLY | O_CLOEXEC));
}

/// A line of /proc/PID/status, which counts in KiB.
std::optional<std::int64_t> bytes_after(const std::string& text, std::string_view word) {
    const auto key = text.find(word);
    if (key == std::string::npos) return std::nullopt;
    const auto kibibytes = number_at(text, key);
    return kibibytes ? std::optional(*kibibytes * 1024) : std::nullopt;
}

}  // namespace

usage_reader::usage_reader()
    : schedstat_(open_for_reading("/proc/self/schedstat")),
      sched_(open_for_reading("/proc/self/sched")) {}

usage usage_reader::read() const {
    rusage raw{};
    ::getrusage(RUSAGE_SELF, &raw);
    return {to_ns(raw.ru_utime),
            to_ns(raw.ru_stime),
            raw.ru_nvcsw,
            raw.ru_nivcsw,
            raw.ru_minflt,
            raw.ru_majflt,
            read_run_delay(schedstat_.get()),
            read_migrations(sched_.get())};
}

std::optional<resident_memory> read_resident_memory() {
    const auto text = read_text("/proc/self/status");
    if (!text) return std::nullopt;
    const auto all = bytes_after(*text, "VmRSS:");
    const auto shared = bytes_after(*text, "RssShmem:");
    if (!all || !shared) return std::nullopt;
    return resident_memory{*all, *shared};
}

std::optional<std::int64_t> peak_resident_bytes() {
    const auto text = read_text("/proc/self/status");
    return text ? bytes_after(*text, "VmHWM:") : std::nullopt;
}

}  // namespace ipcmark
