#include "bench/plugins.hpp"

#include <dlfcn.h>
#include <filesystem>

#include "bench/subcommand.hpp"

namespace ipcmark {

namespace {
constexpr std::string_view flag = "--plugin";
}

// Never unloaded: the registry points into it until the process ends.
void plugin_set::unloader::operator()(void*) const {}

plugin_set::plugin_set(std::vector<std::string>& arguments, registry& all) {
    std::vector<std::string> rest;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == flag) {
            if (++i == arguments.size()) throw command_error("--plugin needs a file");
            load(arguments[i], all);
        } else if (argument.starts_with(std::string(flag) + "=")) {
            load(argument.substr(flag.size() + 1), all);
        } else {
            rest.push_back(argument);
        }
    }
    arguments = std::move(rest);
}

void plugin_set::load(const std::string& file, registry& all) {
    const std::string path = std::filesystem::absolute(file);
    std::unique_ptr<void, unloader> handle(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!handle) throw command_error(std::string("--plugin: ") + ::dlerror());
    void* entry = ::dlsym(handle.get(), plugin_entry);
    if (entry == nullptr)
        throw command_error("--plugin: " + file + " does not export " + plugin_entry +
                            "(ipcmark::registry&)");
    reinterpret_cast<void (*)(registry&)>(entry)(all);
    handles_.push_back(std::move(handle));
    files_.push_back(path);
}

}  // namespace ipcmark
