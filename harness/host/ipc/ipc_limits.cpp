#include "harness/host/ipc/ipc_limits.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sstream>
#include <stdexcept>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/host/facts/json_facts.hpp"
#include "harness/host/ipc/ipc_limit_table.hpp"

namespace ipcmark {

namespace {

using limit_table::aim;
using limit_table::no_end;
using limit_table::resource;
using limit_table::row;

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;
constexpr std::int64_t gib = 1024 * mib;

const resource* resource_of(const row& limit) {
    const auto at =
        std::ranges::find(limit_table::resources(), std::string_view(limit.name), &resource::name);
    return at == limit_table::resources().end() ? nullptr : &*at;
}

const row& find_row(std::string_view key) {
    for (const auto& each : limit_table::groups())
        for (const auto& limit : each.rows)
            if (limit.key == key) return limit;
    throw std::logic_error("no limit is called " + std::string(key));
}

std::string reason() {
    return std::strerror(errno);
}

tree default_pipe_bytes() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return unavailable("pipe2: " + reason());
    const unique_fd reader(ends[0]);
    const unique_fd writer(ends[1]);
    const int held = ::fcntl(writer.get(), F_GETPIPE_SZ);
    if (held < 0) return unavailable("F_GETPIPE_SZ: " + reason());
    return held;
}

tree shared_memory_bytes(const host_files& files) {
    struct statvfs space {};
    if (::statvfs(files.at("/dev/shm").c_str(), &space) != 0)
        return unavailable("/dev/shm: " + reason());
    return std::uint64_t{space.f_blocks} * space.f_frsize;
}

/// Column 0: the soft limit; 1: the hard one.
tree resource_fact(std::string_view line_name, std::size_t column, const host_files& files) {
    const auto table = files.text("/proc/self/limits");
    if (!table) return unavailable("/proc/self/limits: " + reason());
    std::istringstream lines(*table);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(line_name)) continue;
        const auto columns = words_of(line.substr(line_name.size()));
        if (columns.size() <= column) break;
        if (const auto value = whole_number(columns[column])) return *value;
        return columns[column];
    }
    return unavailable("/proc/self/limits has no line '" + std::string(line_name) + "'");
}

tree value_of(const row& limit, const host_files& files) {
    const std::string_view key = limit.key;
    if (key == "pipe_default_bytes") return default_pipe_bytes();
    if (key == "dev_shm_bytes") return shared_memory_bytes(files);
    if (const auto* resource = resource_of(limit)) return resource_fact(resource->line, 0, files);
    if (key == "thp_shmem") return selected_fact(files, limit.path);
    if (*limit.path != '\0') return file_fact(files, limit.path);
    std::string path = limit.name;
    std::ranges::replace(path, '.', '/');
    return file_fact(files, "/proc/sys/" + path);
}

/// The value as a number: the last one of several, the largest for "unlimited".
std::optional<std::int64_t> number_in(const tree& value) {
    if (value.is_whole()) return value.as_int();
    if (!value.is_text()) return std::nullopt;
    const auto text = value.as_text();
    if (text == "unlimited") return no_end;
    const std::string last = text.substr(text.find_last_of(' ') + 1);
    if (last.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    return whole_number(last).value_or(no_end);  // beyond 2^63: as good as no limit
}

std::string in_shell_units(const resource& limit, std::int64_t value) {
    return value == no_end ? "unlimited" : std::to_string(value / limit.shell_unit);
}

std::string raise_resource(const row& limit, const resource& how, std::int64_t soft,
                           const tree& hard) {
    const std::int64_t most = number_in(hard).value_or(soft);
    if (soft < most) return fmt::format("ulimit -S {} {}", how.shell, in_shell_units(how, most));
    return soft >= std::min(limit.wider.goal, limit.wider.ceiling)
               ? std::string()
               : set_limit_command(limit.key, limit.wider.goal);
}

std::string raise_command(const row& limit, const tree& value, const tree& most) {
    const auto& [to, goal, ceiling, command] = limit.wider;
    if (to == aim::way::nowhere) return {};
    if (value.is_text() && value.as_text() == "never") return command;
    const auto now = number_in(value);
    if (!now) return {};
    if (const auto* how = resource_of(limit)) return raise_resource(limit, *how, *now, most);
    if (to == aim::way::down) return *now > goal ? set_limit_command(limit.key, goal) : "";
    if (*command != '\0') return *now < goal ? command : "";
    if (*now >= ceiling || *now > no_end / 2) return {};
    return set_limit_command(limit.key, std::min(*now < goal ? goal : 2 * *now, ceiling));
}

}  // namespace

std::vector<ipc_limit> ipc_limits(const host_files& files) {
    std::vector<ipc_limit> all;
    for (const auto& each : limit_table::groups())
        for (const auto& limit : each.rows) {
            const auto* resource = resource_of(limit);
            tree value = value_of(limit, files);
            tree most = resource == nullptr ? tree() : resource_fact(resource->line, 1, files);
            std::string raise = raise_command(limit, value, most);
            all.push_back({limit.key, each.title, limit.name, limit.unit, limit.bounds,
                           std::move(value), std::move(most), std::move(raise)});
        }
    return all;
}

std::optional<std::int64_t> ipc_limit_number(std::string_view key, const host_files& files) {
    return number_in(value_of(find_row(key), files));
}

std::string_view ipc_limit_name(std::string_view key) {
    return find_row(key).name;
}

std::string set_limit_command(std::string_view key, std::int64_t value) {
    const row& limit = find_row(key);
    if (const auto* how = resource_of(limit))
        return fmt::format("sudo prlimit --pid $$ --{}={}", how->option,
                           value == no_end ? "unlimited" : std::to_string(value));
    if (*limit.wider.command != '\0') return limit.wider.command;
    return fmt::format("sudo sysctl {}={}", limit.name, value);
}

std::string limit_bytes_text(std::int64_t bytes) {
    if (bytes == no_end) return "unlimited";
    for (const auto& [unit, word] : {std::pair{gib, "GiB"}, {mib, "MiB"}})
        if (bytes >= 10 * unit || (bytes >= unit && bytes % unit == 0))
            return fmt::format("{} {}", bytes / unit, word);
    if (bytes >= 10 * kib) return fmt::format("{} KiB", bytes / kib);
    return fmt::format("{} bytes", bytes);
}

tree ipc_limit_facts(const host_files& files) {
    tree facts;
    for (const auto& limit : ipc_limits(files))
        facts[std::string(limit.key)] = limit.value;
    return facts;
}

}  // namespace ipcmark
