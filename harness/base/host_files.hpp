#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/numbers.hpp"

namespace ipcmark {

/// What the kernel tells in files. Tests put a tree of their own under another root.
class host_files {
public:
    explicit host_files(std::filesystem::path root = "/") : root_(std::move(root)) {}

    bool real() const { return root_ == "/"; }
    std::filesystem::path at(std::string_view path) const;
    bool exists(std::string_view path) const;
    /// Text without trailing white space; nullopt: errno tells why.
    std::optional<std::string> text(std::string_view path) const;
    /// A file that holds one whole number and nothing else.
    std::optional<std::int64_t> number(std::string_view path) const;
    /// Names in a folder, sorted; empty when it cannot be read.
    std::vector<std::string> names(std::string_view folder) const;
    /// cpu0, cpu1, ... as sysfs lists them.
    std::vector<std::string> cpu_folders() const;

private:
    std::filesystem::path root_;
};

/// "key<separator>value" lines such as those of /proc/meminfo: the first value of the key.
std::optional<std::string> keyed_value(std::string_view text, std::string_view key,
                                       char separator = ':');

std::optional<double> decimal(std::string_view text);
std::vector<std::string> words_of(std::string_view text);
std::string trimmed(std::string_view text);

}  // namespace ipcmark
