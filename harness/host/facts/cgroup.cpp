#include "harness/host/facts/cgroup.hpp"

#include <algorithm>
#include <functional>

namespace ipcmark {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(separator, begin), text.size());
        if (end > begin) parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// "4:memory:/job/1" -> the path of the controller's group ("" names v2).
std::optional<std::string> own_path(const std::string& memberships, std::string_view controller) {
    for (const auto& line : split(memberships, '\n')) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const auto controllers = split(line.substr(first + 1, second - first - 1), ',');
        if (controller.empty() ? controllers.empty() : contains(controllers, controller))
            return line.substr(second + 1);
    }
    return std::nullopt;
}

/// A mount may show only a part of the hierarchy: mountinfo's root field says which.
std::string below_mount(std::string path, const std::string& mounted_root) {
    if (mounted_root != "/" && path.starts_with(mounted_root)) path.erase(0, mounted_root.size());
    const bool below = path.starts_with('/') && path != "/" && path.find("/..") == path.npos;
    return below ? path : std::string();
}

std::string path_of(const std::string& folder, const std::string& file) {
    return folder + '/' + file;
}

using limit_reader = std::function<std::optional<std::optional<double>>(const std::string& folder)>;

group_limit tightest(const std::vector<std::string>& folders, const std::string& file,
                     const limit_reader& read) {
    group_limit found;
    for (const auto& folder : folders) {
        const auto limit = read(folder);
        if (!limit) continue;
        const bool tighter = *limit && (!found.value || **limit < *found.value);
        if (!found.known || tighter) found.file = path_of(folder, file);
        found.known = true;
        if (tighter) found.value = *limit;
    }
    return found;
}

}  // namespace

control_groups::control_groups(const host_files& files) : files_(files) {
    const auto memberships = files.text("/proc/self/cgroup");
    const auto mounts = files.text("/proc/self/mountinfo");
    if (!memberships || !mounts) return;
    for (const auto& line : split(*mounts, '\n')) {
        const auto fields = words_of(line);
        const auto dash = std::find(fields.begin(), fields.end(), "-");
        if (fields.size() < 6 || fields.end() - dash < 4) continue;
        const bool v2 = dash[1] == "cgroup2";
        if (!v2 && dash[1] != "cgroup") continue;
        const auto controllers = v2 ? std::vector<std::string>{} : split(dash[3], ',');
        for (const auto& name : v2 ? std::vector<std::string>{""} : controllers)
            if (const auto path = own_path(*memberships, name)) {
                hierarchies_.push_back({controllers, fields[4], below_mount(*path, fields[3])});
                break;
            }
    }
}

std::string control_groups::version() const {
    const auto is_v2 = [](const hierarchy& h) { return h.controllers.empty(); };
    const bool v2 = std::any_of(hierarchies_.begin(), hierarchies_.end(), is_v2);
    const bool v1 = !std::all_of(hierarchies_.begin(), hierarchies_.end(), is_v2);
    return v1 && v2 ? "v1 and v2" : v1 ? "v1" : v2 ? "v2" : "none";
}

const control_groups::hierarchy* control_groups::find(std::string_view controller) const {
    const auto at = std::find_if(hierarchies_.begin(), hierarchies_.end(), [&](const hierarchy& h) {
        return controller.empty() ? h.controllers.empty() : contains(h.controllers, controller);
    });
    return at == hierarchies_.end() ? nullptr : &*at;
}

std::vector<std::string> control_groups::folders(const hierarchy& of) const {
    std::vector<std::string> found;
    for (std::string path = of.path; !path.empty(); path.erase(path.rfind('/')))
        if (files_.exists(of.mount + path)) found.push_back(of.mount + path);
    found.push_back(of.mount);
    return found;
}

group_limit control_groups::cpu_quota() const {
    if (const hierarchy* v1 = find("cpu"))
        return tightest(folders(*v1), "cpu.cfs_quota_us",
                        [&](const std::string& folder) -> std::optional<std::optional<double>> {
                            const auto quota = files_.number(folder + "/cpu.cfs_quota_us");
                            const auto period = files_.number(folder + "/cpu.cfs_period_us");
                            if (!quota) return std::nullopt;
                            if (*quota <= 0 || !period || *period <= 0)
                                return std::optional<double>();
                            return static_cast<double>(*quota) / static_cast<double>(*period);
                        });
    const hierarchy* v2 = find("");
    if (v2 == nullptr) return {};
    return tightest(folders(*v2), "cpu.max",
                    [&](const std::string& folder) -> std::optional<std::optional<double>> {
                        const auto text = files_.text(folder + "/cpu.max");
                        if (!text) return std::nullopt;
                        const auto words = words_of(*text);
                        if (words.size() < 2) return std::optional<double>();
                        const auto quota = whole_number(words[0]);
                        const auto period = whole_number(words[1]);
                        if (!quota || !period || *period <= 0) return std::optional<double>();
                        return static_cast<double>(*quota) / static_cast<double>(*period);
                    });
}

group_limit control_groups::memory_limit_bytes() const {
    constexpr double no_limit = 0x1p62;  // v1 writes the largest page-aligned number
    const hierarchy* v1 = find("memory");
    const hierarchy* group = v1 != nullptr ? v1 : find("");
    if (group == nullptr) return {};
    const std::string file = v1 != nullptr ? "memory.limit_in_bytes" : "memory.max";
    return tightest(folders(*group), file,
                    [&](const std::string& folder) -> std::optional<std::optional<double>> {
                        const auto text = files_.text(folder + "/" + file);
                        if (!text) return std::nullopt;
                        const auto value = decimal(*text);
                        return value && *value < no_limit ? value : std::optional<double>();
                    });
}

std::optional<double> control_groups::memory_used_bytes() const {
    const group_limit limit = memory_limit_bytes();
    if (!limit.known) return std::nullopt;
    const std::string folder = limit.file.substr(0, limit.file.rfind('/') + 1);
    const bool v1 = limit.file.ends_with("limit_in_bytes");
    const auto used = files_.text(folder + (v1 ? "memory.usage_in_bytes" : "memory.current"));
    const auto bytes = used ? decimal(*used) : std::nullopt;
    if (!bytes) return std::nullopt;
    const auto kinds = files_.text(folder + "memory.stat");
    const auto files = kinds
                           ? keyed_value(*kinds, v1 ? "total_inactive_file" : "inactive_file", ' ')
                           : std::nullopt;
    return *bytes - (files ? decimal(*files).value_or(0) : 0);
}

std::optional<std::int64_t> control_groups::memory_kills() const {
    const hierarchy* v1 = find("memory");
    const hierarchy* group = v1 != nullptr ? v1 : find("");
    if (group == nullptr) return std::nullopt;
    const auto text = files_.text(folders(*group).front() +
                                  (v1 != nullptr ? "/memory.oom_control" : "/memory.events"));
    const auto value = text ? keyed_value(*text, "oom_kill", ' ') : std::nullopt;
    return value ? whole_number(*value) : std::nullopt;
}

std::optional<std::string> control_groups::cpuset() const {
    const hierarchy* v1 = find("cpuset");
    const hierarchy* group = v1 != nullptr ? v1 : find("");
    if (group == nullptr) return std::nullopt;
    for (const auto& folder : folders(*group))
        for (const char* file : {"/cpuset.cpus.effective", "/cpuset.effective_cpus"})
            if (auto text = files_.text(folder + file); text && !text->empty()) return text;
    return std::nullopt;
}

std::optional<std::int64_t> control_groups::throttled_periods() const {
    const hierarchy* v1 = find("cpu");
    const hierarchy* group = v1 != nullptr ? v1 : find("");
    if (group == nullptr) return std::nullopt;
    const auto text = files_.text(folders(*group).front() + "/cpu.stat");
    const auto value = text ? keyed_value(*text, "nr_throttled", ' ') : std::nullopt;
    return value ? whole_number(*value) : std::nullopt;
}

}  // namespace ipcmark
