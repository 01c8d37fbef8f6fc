#include "bench/history_place.hpp"

#include <cstdlib>
#include <memory>
#include <regex>

#include "bench/subcommand.hpp"

namespace ipcmark {

std::filesystem::path history_folder(const std::string& asked) {
    if (!asked.empty()) return asked;
    const char* data = std::getenv("XDG_DATA_HOME");  // NOLINT(concurrency-mt-unsafe): one thread
    if (data != nullptr && *data == '/') return std::filesystem::path(data) / "ipcmark";
    const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): one thread
    if (home != nullptr && *home == '/')
        return std::filesystem::path(home) / ".local" / "share" / "ipcmark";
    throw command_error(
        "neither HOME nor XDG_DATA_HOME says where the history is; --store FOLDER "
        "does");
}

std::function<bool(const std::string& cell)> cell_filter(const std::string& expression) {
    if (expression.empty()) return [](const std::string&) { return true; };
    try {
        return [filter = std::make_shared<std::regex>(expression)](const std::string& cell) {
            return std::regex_search(cell, *filter);
        };
    } catch (const std::regex_error& e) {
        throw command_error("--filter: '" + expression + "' is no regular expression: " + e.what());
    }
}

}  // namespace ipcmark
