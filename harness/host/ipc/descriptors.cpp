#include "harness/host/ipc/descriptors.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <numeric>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

struct link_form {
    std::string_view begins;
    descriptor what;
};

// proc_pid_fd(5). io_uring and the like are "anonymous inodes", which all share one number.
constexpr std::array link_forms{link_form{"pipe:[", descriptor::pipe},
                                link_form{"/memfd:", descriptor::memfd},
                                link_form{"/dev/shm/", descriptor::shared_memory},
                                link_form{"/dev/ptmx", descriptor::pty},
                                link_form{"/dev/pts/ptmx", descriptor::pty},
                                link_form{"anon_inode:[eventfd]", descriptor::eventfd},
                                link_form{"anon_inode:[eventpoll]", descriptor::epoll},
                                link_form{"anon_inode:inotify", descriptor::inotify},
                                link_form{"anon_inode:[io_uring]", descriptor::io_uring},
                                link_form{"anon_inode:[signalfd]", descriptor::signalfd},
                                link_form{"anon_inode:[timerfd]", descriptor::timerfd},
                                link_form{"anon_inode:[pidfd]", descriptor::pidfd},
                                link_form{"pidfd:[", descriptor::pidfd},
                                link_form{"anon_inode:[userfaultfd]", descriptor::userfaultfd}};

std::string link_text(const fs::path& link) {
    std::error_code gone;
    return fs::read_symlink(link, gone).string();
}

std::vector<pid_t> all_pids(const host_files& files) {
    std::vector<pid_t> pids;
    for (const auto& name : files.names("/proc"))
        if (const auto pid = whole_number<pid_t>(name)) pids.push_back(*pid);
    std::ranges::sort(pids);
    return pids;
}

bool is_queue(const fs::path& file) {
    constexpr decltype(statfs::f_type) mqueue_magic = 0x19800202;
    struct statfs system {};
    return ::statfs(file.c_str(), &system) == 0 && system.f_type == mqueue_magic;
}

unsigned lines_that_begin(const host_files& files, const std::string& path, std::string_view key) {
    std::istringstream lines(files.text(path).value_or(""));
    unsigned count = 0;
    for (std::string line; std::getline(lines, line);)
        count += line.starts_with(key) ? 1 : 0;
    return count;
}

/// Looks through the processes one by one.
class scan {
public:
    explicit scan(const host_files& files)
        : files_(files), our_ipc_(link_text(files.at("/proc/self/ns/ipc"))) {
        const unix_sockets sockets = find_unix_sockets(files);
        for (const auto& object : sockets.named)
            unix_.insert(object.handles.begin(), object.handles.end());
        for (const auto inode : sockets.unnamed)
            unix_.insert(socket_handle(inode));
    }

    descriptor_view run() {
        for (const pid_t pid : all_pids(files_))
            if (!files_.real() || pid != ::getpid()) look_at(pid);
        return std::move(view_);
    }

private:
    void look_at(pid_t pid) {
        const std::string folder = fmt::format("/proc/{}", pid);
        const auto status = files_.text(folder + "/status");
        // Kernel threads and the dead have no memory, and nothing open.
        if (!status || !keyed_value(*status, "VmSize")) return;
        std::error_code refused;
        fs::directory_iterator entry(files_.at(folder + "/fd"), refused);
        if (refused) {
            if (refused == std::errc::permission_denied) ++view_.hidden;
            return;
        }
        process_ipc process{pid, 0, keyed_value(*status, "Name").value_or("?")};
        const auto users = words_of(keyed_value(*status, "Uid").value_or(""));
        constexpr std::size_t effective = 1;
        process.threads =
            whole_number<unsigned>(keyed_value(*status, "Threads").value_or("")).value_or(1);
        if (users.size() > effective)
            process.user = whole_number<uid_t>(users[effective]).value_or(ipc_object::no_owner);
        for (const fs::directory_iterator end; !refused && entry != end; entry.increment(refused))
            count(process, folder, entry->path());
        read_mappings(pid, folder);
        view_.processes.push_back(std::move(process));
    }

    void count(process_ipc& process, const std::string& folder, const fs::path& file) {
        const std::string link = link_text(file);
        if (link.starts_with("socket:[")) return count_socket(process, link);
        const auto form = std::ranges::find_if(
            link_forms, [&](const link_form& each) { return link.starts_with(each.begins); });
        const bool has_inode = link.starts_with('/');
        const bool plain_path = has_inode && form == link_forms.end();
        struct stat state {};
        if (has_inode && ::stat(file.c_str(), &state) != 0) return;
        if (plain_path) return count_path(process, file, link, state);
        if (form == link_forms.end()) return;
        ++process.counts[form->what];
        if (has_inode) view_.users[file_handle(state.st_dev, state.st_ino)].insert(process.pid);
        const std::string info = folder + "/fdinfo/" + file.filename().string();
        if (form->what == descriptor::memfd) add_memory(process, state);
        if (form->what == descriptor::inotify)
            process.inotify_watches += lines_that_begin(files_, info, "inotify wd:");
        if (form->what == descriptor::epoll)
            process.epoll_watches += lines_that_begin(files_, info, "tfd:");
    }

    void count_socket(process_ipc& process, std::string_view link) {
        constexpr std::size_t prefix = std::string_view("socket:[").size();
        const auto inode =
            whole_number<std::uint64_t>(link.substr(prefix, link.size() - prefix - 1));
        const std::string handle = socket_handle(inode.value_or(0));
        const bool is_unix = unix_.count(handle) > 0;
        ++process.counts[is_unix ? descriptor::unix_socket : descriptor::other_socket];
        if (is_unix) view_.users[handle].insert(process.pid);
    }

    void count_path(process_ipc& process, const fs::path& file, const std::string& link,
                    const struct stat& state) {
        const std::string handle = file_handle(state.st_dev, state.st_ino);
        if (S_ISFIFO(state.st_mode)) {
            ++process.counts[descriptor::fifo];
            if (view_.users[handle].empty()) {
                ipc_object fifo{ipc_object::kind::fifo, link, state.st_mode & permission_bits,
                                state.st_uid};
                fifo.since_s = state.st_ctime;
                fifo.handles = {handle};
                view_.fifos.push_back(std::move(fifo));
            }
        } else if (S_ISREG(state.st_mode) && link.find('/', 1) == std::string::npos &&
                   is_queue(file)) {
            ++process.counts[descriptor::queue];
        } else {
            return;
        }
        view_.users[handle].insert(process.pid);
    }

    static void add_memory(process_ipc& process, const struct stat& state) {
        process.memfd_bytes += static_cast<std::uint64_t>(state.st_size);
    }

    /// "address perms offset dev inode path": memory stays in use when its descriptor is closed.
    void read_mappings(pid_t pid, const std::string& folder) {
        const auto maps = files_.text(folder + "/maps");
        if (!maps) return;
        const bool same_ipc = link_text(files_.at(folder + "/ns/ipc")) == our_ipc_;
        std::istringstream lines(*maps);
        std::string addresses, permissions, offset, device, path, line;
        std::uint64_t inode = 0;
        while (std::getline(lines, line)) {
            if (line.find(" /SYSV") == line.npos && line.find(" /dev/shm/") == line.npos) continue;
            std::istringstream words(line);
            if (!(words >> addresses >> permissions >> offset >> device >> inode >> path)) continue;
            if (path.starts_with("/SYSV") && same_ipc)
                view_.users[segment_handle(inode)].insert(pid);
            else if (path.starts_with("/dev/shm/"))
                view_.users[fmt::format("file:{}:{}", device, inode)].insert(pid);
        }
    }

    const host_files& files_;
    std::string our_ipc_;
    std::set<std::string> unix_;
    descriptor_view view_;
};

}  // namespace

std::uint64_t process_ipc::total() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

descriptor_view scan_descriptors(const host_files& files) {
    return scan(files).run();
}

std::vector<pid_t> holders_of(const std::string& path_end, const host_files& files) {
    std::vector<pid_t> found;
    for (const pid_t pid : all_pids(files)) {
        const std::string folder = fmt::format("/proc/{}/fd", pid);
        for (const auto& name : files.names(folder))
            if (link_text(files.at(folder) / name).ends_with(path_end)) {
                found.push_back(pid);
                break;
            }
    }
    return found;
}

}  // namespace ipcmark
