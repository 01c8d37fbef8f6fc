#include "harness/host/ipc/run_objects.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <mqueue.h>
#include <stdexcept>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/base/run_names.hpp"

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

using kind = ipc_object::kind;

constexpr std::string_view semaphore_prefix = "sem.";  // sem_overview(7)

/// What lies directly in the folder of shared memory: some mechanisms keep a folder there.
std::vector<ipc_object> entries_of(const object_places& places, kind wanted) {
    std::vector<ipc_object> found;
    std::error_code ignored;
    for (const auto& each : fs::directory_iterator(places.shared_memory, ignored)) {
        const bool is_semaphore = each.path().filename().string().starts_with(semaphore_prefix);
        struct stat state {};
        if (is_semaphore != (wanted == kind::semaphore) ||
            ::lstat(each.path().c_str(), &state) != 0)
            continue;
        ipc_object object{wanted, each.path(), state.st_mode & permission_bits, state.st_uid};
        object.since_s = state.st_ctime;
        if (S_ISDIR(state.st_mode))
            object.state = fmt::format("{} files", files_below(each.path()).size());
        else
            object.bytes = static_cast<std::uint64_t>(state.st_size);
        found.push_back(std::move(object));
    }
    return found;
}

template <kind What>
std::vector<ipc_object> list_entries(const object_places& places) {
    return entries_of(places, What);
}

std::string file_name(const ipc_object& object) {
    return fs::path(object.name).filename();
}

std::string semaphore_name(const ipc_object& object) {
    return file_name(object).substr(semaphore_prefix.size());
}

template <kind What, auto OwnName>
std::vector<ipc_object> entries_named(const std::string& name, const object_places& places) {
    std::vector<ipc_object> found = entries_of(places, What);
    std::erase_if(found, [&](const ipc_object& each) { return !OwnName(each).starts_with(name); });
    return found;
}

std::string remove_path(const ipc_object& object) {
    std::error_code failed;
    fs::remove_all(object.name, failed);
    return failed ? failed.message() : "";
}

std::string removed(int result) {
    const bool gone = result == 0 || errno == ENOENT || errno == EINVAL || errno == EIDRM;
    return gone ? "" : std::strerror(errno);
}

std::vector<ipc_object> list_queues(const object_places&) {
    return message_queues();
}

std::string queue_name(const ipc_object& object) {
    return object.name.substr(1);
}

/// By the names that transports give them too: no list may be had where the queues' file system is
/// not mounted.
std::vector<ipc_object> queues_named(const std::string& name, const object_places&) {
    std::vector<ipc_object> found = message_queues();
    std::erase_if(found,
                  [&](const ipc_object& each) { return !queue_name(each).starts_with(name); });
    for (const auto which : {direction::forward, direction::backward}) {
        auto queue = find_message_queue("/" + directed_name(name, which));
        if (queue && std::ranges::find(found, *queue) == found.end())
            found.push_back(std::move(*queue));
    }
    return found;
}

std::string remove_queue(const ipc_object& object) {
    return removed(::mq_unlink(object.name.c_str()));
}

template <kind What>
std::vector<ipc_object> list_numbered(const object_places&) {
    std::vector<ipc_object> found = system_v_objects();
    std::erase_if(found, [](const ipc_object& each) { return each.what != What; });
    return found;
}

ipc_object numbered(kind what, int id, const ipc_perm& permissions, std::time_t changed) {
    ipc_object object{what, std::to_string(id), permissions.mode & permission_bits,
                      permissions.uid};
    object.since_s = changed;
    object.key = permissions.__key;
    return object;
}

std::optional<ipc_object> segment_of(key_t key) {
    shmid_ds state{};
    const int id = ::shmget(key, 0, 0);
    if (id < 0 || ::shmctl(id, IPC_STAT, &state) != 0) return std::nullopt;
    ipc_object object = numbered(kind::sysv_shm, id, state.shm_perm, state.shm_ctime);
    object.bytes = state.shm_segsz;
    return object;
}

std::optional<ipc_object> queue_of(key_t key) {
    msqid_ds state{};
    const int id = ::msgget(key, 0);
    if (id < 0 || ::msgctl(id, IPC_STAT, &state) != 0) return std::nullopt;
    return numbered(kind::sysv_msg, id, state.msg_perm, state.msg_ctime);
}

std::optional<ipc_object> semaphores_of(key_t key) {
    semid_ds state{};
    const int id = ::semget(key, 0, 0);
    if (id < 0 || ::semctl(id, 0, IPC_STAT, &state) != 0) return std::nullopt;
    return numbered(kind::sysv_sem, id, state.sem_perm, state.sem_ctime);
}

/// Asked for by key too, where no table lists them.
template <kind What, std::optional<ipc_object> (*OfKey)(key_t)>
std::vector<ipc_object> under_keys(const std::string& repetition, const object_places& places) {
    std::vector<ipc_object> found = list_numbered<What>(places);
    std::erase_if(found, [&](const ipc_object& each) { return !has_key_of(each, repetition); });
    for (unsigned slot = 0; slot < sysv_slots; ++slot)
        if (auto object = OfKey(sysv_key(repetition, slot));
            object && std::ranges::find(found, *object) == found.end())
            found.push_back(std::move(*object));
    return found;
}

std::string remove_segment(const ipc_object& object) {
    return removed(::shmctl(std::stoi(object.name), IPC_RMID, nullptr));
}

std::string remove_numbered_queue(const ipc_object& object) {
    return removed(::msgctl(std::stoi(object.name), IPC_RMID, nullptr));
}

std::string remove_semaphores(const ipc_object& object) {
    return removed(::semctl(std::stoi(object.name), 0, IPC_RMID));
}

constexpr std::array kinds{
    run_object_kind{kind::file, "shared memory with a name, and folders of files, in /dev/shm",
                    list_entries<kind::file>, file_name, entries_named<kind::file, file_name>,
                    remove_path},
    run_object_kind{kind::semaphore, "semaphores with a name, in /dev/shm",
                    list_entries<kind::semaphore>, semaphore_name,
                    entries_named<kind::semaphore, semaphore_name>, remove_path},
    run_object_kind{kind::queue, "POSIX message queues, in /dev/mqueue where that is mounted",
                    list_queues, queue_name, queues_named, remove_queue},
    run_object_kind{kind::sysv_shm, "System V shared memory, by the keys of repetitions",
                    list_numbered<kind::sysv_shm>, nullptr, under_keys<kind::sysv_shm, segment_of>,
                    remove_segment},
    run_object_kind{kind::sysv_msg, "System V message queues, by the keys of repetitions",
                    list_numbered<kind::sysv_msg>, nullptr, under_keys<kind::sysv_msg, queue_of>,
                    remove_numbered_queue},
    run_object_kind{kind::sysv_sem, "System V semaphores, by the keys of repetitions",
                    list_numbered<kind::sysv_sem>, nullptr,
                    under_keys<kind::sysv_sem, semaphores_of>, remove_semaphores},
};

}  // namespace

std::span<const run_object_kind> run_object_kinds() {
    return kinds;
}

const run_object_kind& run_object_kind_of(const ipc_object& object) {
    const auto row = std::ranges::find(kinds, object.what, &run_object_kind::what);
    if (row == kinds.end()) throw std::out_of_range("no run leaves " + object.title());
    return *row;
}

std::optional<std::string> run_name_in(std::string_view object_name) {
    if (!object_name.starts_with(run_prefix)) return std::nullopt;
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    const auto is_letter = [](unsigned char c) { return std::isalnum(c) != 0; };
    const char* const end = object_name.data() + object_name.size();
    const char* const pid = object_name.data() + run_prefix.size();
    const char* const dash = std::find_if_not(pid, end, is_digit);
    constexpr std::ptrdiff_t random_letters = 6;  // of mkdtemp(3)
    if (dash == pid || end - dash <= random_letters || *dash != '-') return std::nullopt;
    const char* const name_end = dash + 1 + random_letters;
    if (!std::all_of(dash + 1, name_end, is_letter)) return std::nullopt;
    if (name_end != end && *name_end != '-' && *name_end != '.') return std::nullopt;
    return std::string(object_name.data(), name_end);
}

std::optional<std::string> run_of(const ipc_object& object) {
    const run_object_kind& row = run_object_kind_of(object);
    return row.own_name == nullptr ? std::nullopt : run_name_in(row.own_name(object));
}

bool has_key_of(const ipc_object& object, std::string_view repetition) {
    if (!object.numbered()) return false;
    for (unsigned slot = 0; slot < sysv_slots; ++slot)
        if (object.key == sysv_key(repetition, slot)) return true;
    return false;
}

bool made_by_run(const ipc_object& object, uid_t owner, std::int64_t since_s) {
    // The kernel dates System V objects by whole seconds of a clock that lags the file system's by
    // up to a tick: an object that was made after the run's lock can bear the second before it.
    constexpr std::int64_t coarse_clock_s = 1;
    return object.owner == owner &&
           (!object.numbered() || object.since_s + coarse_clock_s >= since_s);
}

std::vector<ipc_object> files_within(const ipc_object& object) {
    return object.what == kind::file ? files_below(object.name) : std::vector<ipc_object>();
}

void for_each_listed(const object_places& places, const std::function<void(ipc_object)>& visit) {
    for (const run_object_kind& row : kinds)
        for (ipc_object& object : row.list(places))
            visit(std::move(object));
}

void remove_objects_of(const std::string& name, std::int64_t since_s, const object_places& places) {
    for (const run_object_kind& row : kinds)
        for (const ipc_object& object : row.of_repetition(name, places))
            if (!object.numbered() || made_by_run(object, ::geteuid(), since_s)) row.remove(object);
}

}  // namespace ipcmark
