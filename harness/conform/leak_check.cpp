#include "harness/conform/leak_check.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "harness/base/posix/sysv.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/process_stat.hpp"
#include "harness/conform/access_probe.hpp"

namespace ipcmark::conform {

namespace fs = std::filesystem;

namespace {

/// Whether the last part of a name says that it belongs to another run of ipcmark.
bool of_another_run(const std::string& name, const std::string& our_run) {
    constexpr std::string_view semaphore = "sem.";
    std::string own = fs::path(name).filename().string();
    if (own.starts_with(semaphore)) own.erase(0, semaphore.size());
    return own.starts_with("ipcmark-") && !own.starts_with(our_run);
}

std::optional<pid_t> parent_of(pid_t pid) {
    const auto stat =
        process_stat::parse(read_text(fmt::format("/proc/{}/stat", pid)).value_or(""));
    const auto parent = stat ? stat->field(process_stat::parent) : std::nullopt;
    return parent ? std::optional(static_cast<pid_t>(*parent)) : std::nullopt;
}

}  // namespace

foster_parent::foster_parent() {
    ::prctl(PR_GET_CHILD_SUBREAPER, &before_);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

foster_parent::~foster_parent() {
    ::prctl(PR_SET_CHILD_SUBREAPER, before_);
}

std::vector<pid_t> children() {
    std::vector<pid_t> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const std::string text = entry.path().filename();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
        if (error == std::errc{} && *end == '\0' && parent_of(pid) == ::getpid())
            found.push_back(pid);
    }
    return found;
}

std::set<std::int32_t> keys_of_other_runs(const fs::path& run_folder) {
    std::set<std::int32_t> keys;
    std::error_code ignored;
    for (const auto& run : fs::directory_iterator(run_folder.parent_path(), ignored)) {
        const std::string name = run.path().filename();
        if (!of_another_run(name, run_folder.filename())) continue;
        for (const auto& repetition : fs::directory_iterator(run.path(), ignored))
            for (unsigned slot = 0; slot < sysv_slots; ++slot)
                keys.insert(sysv_key(name + "-" + repetition.path().filename().string(), slot));
    }
    return keys;
}

std::set<std::string> take_inventory(const fs::path& run_folder) {
    const std::string run = run_folder.filename();
    std::set<std::string> inventory;
    const auto add = [&](const std::vector<ipc_object>& objects) {
        for (const auto& object : objects)
            if (object.owner == ::geteuid() && !of_another_run(object.name, run))
                inventory.insert(object.text());
    };
    auto numbered = system_v_objects();
    const auto foreign = keys_of_other_runs(run_folder);
    std::erase_if(numbered, [&](const auto& object) { return foreign.contains(object.key); });
    add(files_below("/dev/shm"));
    add(message_queues());
    add(numbered);
    add(files_below(run_folder));
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(run_folder, ignored))
        if (entry.is_directory(ignored)) inventory.insert("folder " + entry.path().string());
    for (const pid_t pid : children())
        inventory.insert(fmt::format("process {} ({})", pid,
                                     read_text(fmt::format("/proc/{}/comm", pid)).value_or("?")));
    return inventory;
}

std::vector<std::string> additions(const std::set<std::string>& before,
                                   const std::set<std::string>& after) {
    std::vector<std::string> result;
    std::ranges::set_difference(after, before, std::back_inserter(result));
    return result;
}

std::vector<std::string> what_stays(std::vector<std::string> added, const fs::path& run_folder) {
    using namespace std::chrono_literals;
    const std::string run = run_folder.filename();
    const auto is_ours = [&run](const std::string& text) {
        return text.starts_with("process ") || text.find(run) != std::string::npos;
    };
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (!std::ranges::all_of(added, is_ours) && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(20ms);
        const auto now = take_inventory(run_folder);
        std::erase_if(added,
                      [&](const auto& each) { return !is_ours(each) && !now.contains(each); });
    }
    return added;
}

std::size_t end_strays(const std::vector<pid_t>& known) {
    std::size_t ended = 0;
    for (const pid_t pid : children()) {
        if (std::ranges::find(known, pid) != known.end()) continue;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        ++ended;
    }
    return ended;
}

}  // namespace ipcmark::conform
