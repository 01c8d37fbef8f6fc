#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "harness/host/facts/json_facts.hpp"

namespace ipcmark {

/// A tree of /proc and /sys files that a test writes; gone with the object.
class fake_host {
public:
    fake_host() {
        std::string name = (std::filesystem::temp_directory_path() / "fake_host_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
        root_ = name;
    }
    fake_host(const fake_host&) = delete;
    fake_host& operator=(const fake_host&) = delete;
    ~fake_host() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    fake_host& write(const std::string& path, const std::string& text) {
        const auto file = root_ / path.substr(1);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text << '\n';
        return *this;
    }
    /// A symbolic link, such as those in /proc/PID/fd.
    fake_host& link(const std::string& path, const std::filesystem::path& target) {
        const auto file = root_ / path.substr(1);
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::create_symlink(target, file);
        return *this;
    }
    fake_host& remove(const std::string& path) {
        std::filesystem::remove_all(root_ / path.substr(1));
        return *this;
    }
    host_files files() const { return host_files(root_); }
    const std::filesystem::path& root() const { return root_; }

private:
    std::filesystem::path root_;
};

}  // namespace ipcmark
