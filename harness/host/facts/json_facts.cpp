#include "harness/host/facts/json_facts.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ipcmark {

namespace {

constexpr std::int64_t largest_exact_number = std::int64_t{1} << 53;

std::string why_unreadable(std::string_view path) {
    return std::string(path) + ": " + std::strerror(errno);
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const auto& part : parts)
        text += (text.empty() ? "" : std::string(separator)) + part;
    return text;
}

}  // namespace

tree unavailable(std::string reason) {
    return {{"unavailable", std::move(reason)}};
}

bool is_available(const tree& fact) {
    return !(fact.is_object() && fact.size() == 1 && fact.contains("unavailable"));
}

tree file_fact(const host_files& files, std::string_view path) {
    const auto content = files.text(path);
    if (!content) return unavailable(why_unreadable(path));
    if (const auto value = whole_number(*content); value && std::abs(*value) < largest_exact_number)
        return *value;
    return joined(words_of(*content), " ");
}

tree selected_fact(const host_files& files, std::string_view path) {
    const auto content = files.text(path);
    if (!content) return unavailable(why_unreadable(path));
    const auto open = content->find('[');
    const auto close = content->find(']', open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) return *content;
    return content->substr(open + 1, close - open - 1);
}

tree per_cpu_fact(const host_files& files, std::string_view file) {
    std::vector<std::string> values;
    const auto folders = files.cpu_folders();
    if (folders.empty()) return unavailable("/sys/devices/system/cpu lists no CPU");
    for (const auto& folder : folders)
        if (auto value = files.text("/sys/devices/system/cpu/" + folder + "/" + std::string(file)))
            values.push_back(std::move(*value));
    if (values.empty())
        return unavailable("/sys/devices/system/cpu/" + folders.front() + "/" + std::string(file) +
                           ": " + std::strerror(ENOENT));
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return joined(values, ", ");
}

}  // namespace ipcmark
