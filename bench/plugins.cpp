#include "bench/plugins.hpp"

#include <dlfcn.h>
#include <filesystem>

#include "bench/outside_options.hpp"
#include "bench/subcommand.hpp"

namespace ipcmark {

namespace {
constexpr std::string_view plugin_flag = "--plugin";

/// Both sides read the same structs; one that was compiled with others would be misread.
void require_same_interface(void* handle, const std::string& file) {
    const auto told = reinterpret_cast<const char* (*)()>(::dlsym(handle, plugin_interface_symbol));
    const std::string ours = IPCMARK_PLUGIN_INTERFACE;
    const std::string theirs = told == nullptr ? "none" : told();
    if (theirs == ours) return;
    throw command_error("--plugin: " + file + " was compiled for version " + theirs +
                        " of the plug-in interface, and this ipcmark has version " + ours +
                        ": compile it again with this ipcmark's headers");
}

}  // namespace

// Never unloaded: the registry points into it until the process ends.
void plugin_set::unloader::operator()(void*) const {}

plugin_set::plugin_set(std::vector<std::string>& arguments, registry& all) {
    for (const auto& file : take_values(arguments, plugin_flag, "a file"))
        load(file, all);
}

void plugin_set::load(const std::string& file, registry& all) {
    const std::string path = std::filesystem::absolute(file);
    std::unique_ptr<void, unloader> handle(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!handle) throw command_error(std::string("--plugin: ") + ::dlerror());
    require_same_interface(handle.get(), file);
    void* entry = ::dlsym(handle.get(), plugin_entry);
    if (entry == nullptr)
        throw command_error("--plugin: " + file + " does not export " + plugin_entry +
                            "(ipcmark::registry&)");
    const std::size_t before = all.all().size();
    try {
        reinterpret_cast<void (*)(registry&)>(entry)(all);
    } catch (const registration_refused& e) {
        throw command_error("--plugin: " + file + ": " + e.what());
    }
    all.came_from(path, before);
    handles_.push_back(std::move(handle));
    files_.push_back(path);
}

}  // namespace ipcmark
