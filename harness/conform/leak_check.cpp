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
#include "harness/host/ipc/run_objects.hpp"

namespace ipcmark::conform {

namespace fs = std::filesystem;

namespace {

/// Whether a name, or a key, says that it belongs to another run of ipcmark.
bool of_another_run(const ipc_object& object, const std::string& our_run,
                    const std::set<std::int32_t>& keys_of_others) {
    if (object.numbered()) return keys_of_others.contains(object.key);
    return run_of(object).value_or(our_run) != our_run;
}

/// LeakSanitizer looks through a process that ends by a helper, which outlives it for a moment
/// where it is killed meanwhile.
#ifdef __SANITIZE_ADDRESS__
constexpr bool helpers_linger = true;
#else
constexpr bool helpers_linger = false;
#endif

std::optional<pid_t> parent_of(pid_t pid) {
    const auto stat =
        process_stat::parse(read_text(fmt::format("/proc/{}/stat", pid)).value_or(""));
    const auto parent = stat ? stat->field(process_stat::parent) : std::nullopt;
    return parent ? std::optional(static_cast<pid_t>(*parent)) : std::nullopt;
}

}  // namespace

subreaper::subreaper() {
    ::prctl(PR_GET_CHILD_SUBREAPER, &before_);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

subreaper::~subreaper() {
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
        if (run_name_in(name) != name || name == run_folder.filename()) continue;
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
            if (object.owner == ::geteuid()) inventory.insert(object.text());
    };
    const auto foreign = keys_of_other_runs(run_folder);
    for_each_listed({}, [&](const ipc_object& object) {
        if (of_another_run(object, run, foreign)) return;
        add({object});
        add(files_within(object));
    });
    add(files_below(run_folder));
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(run_folder, ignored))
        if (entry.is_directory(ignored)) inventory.insert("folder " + entry.path().string());
    for (const pid_t pid : children()) {
        if (helpers_linger && ::waitpid(pid, nullptr, WNOHANG | __WALL) == pid) continue;
        inventory.insert(fmt::format("process {} ({})", pid,
                                     read_text(fmt::format("/proc/{}/comm", pid)).value_or("?")));
    }
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
        return (!helpers_linger && text.starts_with("process ")) ||
               text.find(run) != std::string::npos;
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

std::size_t end_orphans(const std::vector<pid_t>& known) {
    std::size_t ended = 0;
    for (const pid_t pid : children()) {
        if (std::ranges::find(known, pid) != known.end()) continue;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, __WALL);
        ++ended;
    }
    return ended;
}

}  // namespace ipcmark::conform
