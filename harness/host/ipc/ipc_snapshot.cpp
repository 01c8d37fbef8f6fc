#include "harness/host/ipc/ipc_snapshot.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <sys/statvfs.h>
#include <unistd.h>

namespace ipcmark {

namespace {

using kind = ipc_object::kind;

/// An abstract name has no file that would tell whose it is; the process that bound it does.
void add_owners(ipc_snapshot& snapshot) {
    for (auto& object : snapshot.objects) {
        if (object.owner != ipc_object::no_owner) continue;
        if (const auto users = snapshot.users_of(object); !users.empty())
            object.owner = users.front()->user;
    }
}

void note_unseen(ipc_snapshot& snapshot, const host_files& files) {
    if (snapshot.held.hidden > 0)
        snapshot.unseen.push_back(fmt::format(
            "what {} process{} of other users hold{}: run as root to see it", snapshot.held.hidden,
            snapshot.held.hidden == 1 ? "" : "es", snapshot.held.hidden == 1 ? "s" : ""));
    if (files.real() && !message_queues_visible())
        snapshot.unseen.emplace_back(
            "POSIX message queues, whose file system is not mounted: sudo mkdir -p /dev/mqueue && "
            "sudo mount -t mqueue mqueue /dev/mqueue");
    if (!files.exists("/proc/sysvipc"))
        snapshot.unseen.emplace_back("System V objects: this kernel was built without them");
    if (!files.exists("/proc/net/unix"))
        snapshot.unseen.emplace_back("Unix sockets: /proc/net/unix is not there");
}

class tally {
public:
    explicit tally(const ipc_snapshot& snapshot) : snapshot_(snapshot) {}

    std::uint64_t objects(kind what) const {
        return static_cast<std::uint64_t>(
            std::ranges::count(snapshot_.objects, what, &ipc_object::what));
    }
    std::uint64_t segment_pages() const {
        const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        std::uint64_t pages = 0;
        for (const auto& object : snapshot_.objects)
            if (object.what == kind::sysv_shm)
                pages += (object.bytes.value_or(0) + page - 1) / page;
        return pages;
    }
    template <class Part>
    std::uint64_t of_user(uid_t user, Part part) const {
        std::uint64_t sum = 0;
        for (const auto& process : snapshot_.held.processes)
            if (process.user == user) sum += part(process);
        return sum;
    }

private:
    const ipc_snapshot& snapshot_;
};

unsigned count_of(const process_ipc& process, descriptor what) {
    const auto at = process.counts.find(what);
    return at == process.counts.end() ? 0 : at->second;
}

/// The first number of a file such as fs.file-nr.
std::optional<std::uint64_t> first_number(const host_files& files, std::string_view path) {
    const auto words = words_of(files.text(path).value_or(""));
    const auto value = words.empty() ? std::nullopt : whole_number(words.front());
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

std::optional<std::uint64_t> huge_pages_taken(const host_files& files) {
    const std::string memory = files.text("/proc/meminfo").value_or("");
    const auto all = whole_number(keyed_value(memory, "HugePages_Total").value_or(""));
    const auto free = whole_number(keyed_value(memory, "HugePages_Free").value_or(""));
    if (!all || !free || *free > *all) return std::nullopt;
    return static_cast<std::uint64_t>(*all - *free);
}

}  // namespace

std::vector<const process_ipc*> ipc_snapshot::users_of(const ipc_object& object) const {
    std::set<pid_t> pids;
    for (const auto& handle : object.handles)
        if (const auto at = held.users.find(handle); at != held.users.end())
            pids.insert(at->second.begin(), at->second.end());
    std::vector<const process_ipc*> users;
    for (const auto& process : held.processes)
        if (pids.count(process.pid) > 0) users.push_back(&process);
    return users;
}

ipc_snapshot take_ipc_snapshot(const host_files& files) {
    ipc_snapshot snapshot;
    snapshot.held = scan_descriptors(files);
    unix_sockets sockets = find_unix_sockets(files);
    snapshot.unnamed_sockets = sockets.unnamed.size();
    snapshot.objects = files_below(files.at("/dev/shm"));
    const auto add = [&](std::vector<ipc_object> more) {
        std::ranges::move(more, std::back_inserter(snapshot.objects));
    };
    if (files.real()) add(message_queues());
    add(system_v_objects(files));
    add(std::move(sockets.named));
    add(snapshot.held.fifos);
    // System V objects come in the order of their identifiers, which sorting as text would upset.
    std::ranges::stable_sort(snapshot.objects, {}, [](const ipc_object& object) {
        return std::pair(object.what, object.numbered() ? std::string() : object.name);
    });
    add_owners(snapshot);
    note_unseen(snapshot, files);
    return snapshot;
}

std::map<std::string_view, std::uint64_t> limits_in_use(const ipc_snapshot& snapshot, uid_t user,
                                                        const host_files& files) {
    const tally now(snapshot);
    std::map<std::string_view, std::uint64_t> taken{
        {"sysv_shmmni", now.objects(kind::sysv_shm)},
        {"sysv_shmall_pages", now.segment_pages()},
        {"sysv_msgmni", now.objects(kind::sysv_msg)},
        {"rlimit_nproc", now.of_user(user, [](const auto& each) { return each.threads; })},
        {"inotify_max_user_instances",
         now.of_user(user, [](const auto& each) { return count_of(each, descriptor::inotify); })},
        {"inotify_max_user_watches",
         now.of_user(user, [](const auto& each) { return each.inotify_watches; })},
        {"epoll_max_user_watches",
         now.of_user(user, [](const auto& each) { return each.epoll_watches; })}};
    if (files.real() && message_queues_visible())
        taken["mqueue_queues_max"] = now.objects(kind::queue);
    if (const auto open = first_number(files, "/proc/sys/fs/file-nr")) taken["file_max"] = *open;
    if (const auto pages = huge_pages_taken(files)) taken["huge_pages"] = *pages;
    struct statvfs space {};
    if (::statvfs(files.at("/dev/shm").c_str(), &space) == 0)
        taken["dev_shm_bytes"] = std::uint64_t{space.f_blocks - space.f_bfree} * space.f_frsize;
    return taken;
}

}  // namespace ipcmark
