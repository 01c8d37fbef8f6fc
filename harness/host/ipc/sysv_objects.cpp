#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <sstream>

#include "harness/host/ipc/ipc_objects.hpp"

/// What System V IPC numbers.
namespace ipcmark {

namespace {

using kind = ipc_object::kind;

/// One row by the names in the table's header.
class columns {
public:
    columns(const std::vector<std::string>& names, const std::string& line) {
        std::istringstream row(line);
        std::string value;
        for (const auto& name : names)
            if (row >> value) values_[name] = value;
    }

    std::string text(const std::string& name) const {
        const auto at = values_.find(name);
        return at == values_.end() ? std::string() : at->second;
    }
    std::int64_t number(const std::string& name, int base = 10) const {
        const std::string digits = text(name);
        std::int64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
        return value;
    }
    std::uint64_t amount(const std::string& name) const {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(number(name), 0));
    }

private:
    std::map<std::string, std::string> values_;
};

std::string counted(std::uint64_t n, std::string_view thing) {
    return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

void describe_segment(ipc_object& object, const columns& row, std::int64_t flags) {
    constexpr std::int64_t to_be_removed = 01000;  // SHM_DEST
    constexpr std::int64_t locked = 02000;         // SHM_LOCKED
    object.bytes = row.amount("size");
    object.handles = {segment_handle(row.amount("shmid"))};
    object.state = fmt::format("attached {}, made by {}", counted(row.amount("nattch"), "time"),
                               row.text("cpid"));
    if ((flags & locked) != 0) object.state += ", locked";
    if ((flags & to_be_removed) != 0) object.state += ", goes with the last process";
}

void describe_queue(ipc_object& object, const columns& row) {
    object.bytes = row.amount("cbytes");
    object.state = counted(row.amount("qnum"), "message");
    if (row.number("lspid") != 0) object.state += ", last sent by " + row.text("lspid");
    if (row.number("lrpid") != 0) object.state += ", last received by " + row.text("lrpid");
}

ipc_object object_of(kind what, const std::string& id_column, const columns& row) {
    constexpr int octal = 8;
    const std::int64_t mode = row.number("perms", octal);
    ipc_object object{what, row.text(id_column), static_cast<unsigned>(mode) & permission_bits,
                      static_cast<uid_t>(row.number("uid"))};
    object.key = static_cast<std::int32_t>(row.number("key"));
    object.since_s = row.number("ctime");
    if (what == kind::sysv_shm) describe_segment(object, row, mode);
    if (what == kind::sysv_msg) describe_queue(object, row);
    if (what == kind::sysv_sem) object.state = counted(row.amount("nsems"), "semaphore");
    return object;
}

std::vector<ipc_object> read_table(const host_files& files, const char* table, kind what,
                                   const std::string& id_column) {
    std::istringstream lines(files.text(std::string("/proc/sysvipc/") + table).value_or(""));
    std::string line;
    std::getline(lines, line);
    const std::vector<std::string> names = words_of(line);
    std::vector<ipc_object> found;
    while (std::getline(lines, line))
        found.push_back(object_of(what, id_column, columns(names, line)));
    return found;
}

}  // namespace

std::string segment_handle(std::uint64_t identifier) {
    return fmt::format("sysv_shm:{}", identifier);
}

std::vector<ipc_object> system_v_objects(const host_files& files) {
    std::vector<ipc_object> found = read_table(files, "shm", kind::sysv_shm, "shmid");
    std::ranges::move(read_table(files, "msg", kind::sysv_msg, "msqid"), std::back_inserter(found));
    std::ranges::move(read_table(files, "sem", kind::sysv_sem, "semid"), std::back_inserter(found));
    return found;
}

}  // namespace ipcmark
