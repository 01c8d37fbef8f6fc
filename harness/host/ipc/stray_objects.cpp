#include "harness/host/ipc/stray_objects.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace ipcmark {

namespace {

constexpr std::size_t shown_at_most = 3;

/// For a shell, where the name has other characters than those that need no quotes.
std::string quoted(const std::string& path) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+:@%";
    if (path.find_first_not_of(plain) == std::string::npos) return path;
    std::string text = "'";
    for (const char each : path)
        text += each == '\'' ? std::string("'\\''") : std::string(1, each);
    return text + "'";
}

/// The commands, joined into one where `rm` or `ipcrm` takes several.
std::string removal_of_all(const std::vector<ipc_object>& strays) {
    std::vector<std::pair<std::string, std::string>> words;  // command, its arguments
    for (const ipc_object& each : strays) {
        const std::string command = removal_command(each);
        const std::size_t end = command.find(' ');
        const std::string first = command.substr(0, end);
        const auto same =
            std::ranges::find_if(words, [&](const auto& known) { return known.first == first; });
        if (same == words.end())
            words.emplace_back(first, command.substr(end));
        else
            same->second += command.substr(end);
    }
    std::string text;
    for (const auto& [command, arguments] : words)
        text += (text.empty() ? "" : "; ") + command + arguments;
    return text;
}

}  // namespace

stray_watch::stray_watch(object_places places) : places_(std::move(places)) {
    for (const ipc_object& each : nameless())
        before_.insert(each.title());
}

std::vector<ipc_object> stray_watch::nameless() const {
    std::vector<ipc_object> found;
    for_each_listed(places_, [&](ipc_object object) {
        if (object.owner == ::geteuid() && !run_of(object)) found.push_back(std::move(object));
    });
    return found;
}

std::vector<ipc_object> stray_watch::appeared() const {
    std::vector<ipc_object> found = nameless();
    std::erase_if(found, [this](const ipc_object& each) { return before_.contains(each.title()); });
    return found;
}

std::string removal_command(const ipc_object& object) {
    using kind = ipc_object::kind;
    switch (object.what) {
        case kind::sysv_shm:
            return "ipcrm -m " + object.name;
        case kind::sysv_msg:
            return "ipcrm -q " + object.name;
        case kind::sysv_sem:
            return "ipcrm -s " + object.name;
        case kind::queue:
            return "rm " + quoted("/dev/mqueue" + object.name);
        case kind::file:
        case kind::semaphore:
        case kind::socket:
        case kind::fifo:
            break;
    }
    return "rm " + quoted(object.name);
}

std::string stray_text(const std::vector<ipc_object>& strays) {
    if (strays.empty()) return {};
    std::string names;
    for (std::size_t i = 0; i < std::min(strays.size(), shown_at_most); ++i)
        names += (i == 0 ? "" : ", ") + strays[i].title();
    if (strays.size() > shown_at_most) names += ", ...";
    return fmt::format(
        "{} IPC object{} of no run's name appeared meanwhile and remain{}: {}. If no other program "
        "made {}, a mechanism leaves {}; remove {}: {}",
        strays.size(), strays.size() == 1 ? "" : "s", strays.size() == 1 ? "s" : "", names,
        strays.size() == 1 ? "it" : "them", strays.size() == 1 ? "it" : "them",
        strays.size() == 1 ? "it" : "them", removal_of_all(strays));
}

}  // namespace ipcmark
