#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// The name of the function a plugin exports:
///   extern "C" void ipcmark_register(ipcmark::registry& all);
inline constexpr const char* plugin_entry = "ipcmark_register";

/// Shared objects given with --plugin FILE or --plugin=FILE; keeps them loaded.
class plugin_set {
public:
    /// Takes the --plugin options out of `arguments` and registers what they bring. Throws
    /// command_error for a file that cannot be loaded or has no entry.
    plugin_set(std::vector<std::string>& arguments, registry& all);

    /// Absolute paths, for the workers.
    const std::vector<std::string>& files() const noexcept { return files_; }

private:
    void load(const std::string& file, registry& all);

    struct unloader {
        void operator()(void* handle) const;
    };
    std::vector<std::string> files_;
    std::vector<std::unique_ptr<void, unloader>> handles_;
};

}  // namespace ipcmark
