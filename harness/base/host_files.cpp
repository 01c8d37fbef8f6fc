#include "harness/base/host_files.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t largest_file_bytes = std::size_t{4} << 20;  // /proc/cpuinfo, /proc/stat

bool is_cpu_folder(const std::string& name) {
    return name.size() > 3 && name.starts_with("cpu") &&
           std::all_of(name.begin() + 3, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::filesystem::path host_files::at(std::string_view path) const {
    return root_ / std::filesystem::path(path).relative_path();
}

bool host_files::exists(std::string_view path) const {
    std::error_code ignored;
    return std::filesystem::exists(at(path), ignored);
}

std::optional<std::string> host_files::text(std::string_view path) const {
    return read_text(at(path), largest_file_bytes);
}

std::optional<std::int64_t> host_files::number(std::string_view path) const {
    const auto content = text(path);
    return content ? whole_number(trimmed(*content)) : std::nullopt;
}

std::vector<std::string> host_files::names(std::string_view folder) const {
    std::vector<std::string> found;
    std::error_code failed;
    std::filesystem::directory_iterator entry(at(folder), failed);
    for (const std::filesystem::directory_iterator end; !failed && entry != end;
         entry.increment(failed))
        found.push_back(entry->path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::string> host_files::cpu_folders() const {
    auto folders = names("/sys/devices/system/cpu");
    std::erase_if(folders, [](const std::string& name) { return !is_cpu_folder(name); });
    return folders;
}

std::optional<std::string> keyed_value(std::string_view text, std::string_view key,
                                       char separator) {
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto line = text.substr(begin, end - begin);
        const auto split = line.find(separator);
        if (split != std::string_view::npos && trimmed(line.substr(0, split)) == key)
            return trimmed(line.substr(split + 1));
        begin = end + 1;
    }
    return std::nullopt;
}

std::optional<double> decimal(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    return value;
}

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(std::move(word));
    return words;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(space) - begin + 1));
}

}  // namespace ipcmark
