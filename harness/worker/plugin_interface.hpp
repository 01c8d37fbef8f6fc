#pragma once

/// What a plug-in tells of itself without being run. Every file that includes the registry carries
/// it; the loader asks the shared object for it before it calls anything in there.
namespace ipcmark {

/// To be raised with every change of what a plug-in's code and the program share: the contract, the
/// registry, the session, the loops.
#define IPCMARK_PLUGIN_INTERFACE "2"

inline constexpr const char* plugin_interface_symbol = "ipcmark_plugin_interface";

}  // namespace ipcmark

extern "C" {
[[gnu::weak, gnu::used, gnu::visibility("default")]] const char* ipcmark_plugin_interface() {
    return IPCMARK_PLUGIN_INTERFACE;
}
}
