#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <sstream>
#include <sys/stat.h>

#include "harness/host/ipc/ipc_objects.hpp"

namespace ipcmark {

namespace {

/// "Num RefCount Protocol Flags Type St Inode Path"; numbers are hexadecimal but for the inode.
struct socket_row {
    unsigned flags = 0;
    unsigned type = 0;
    unsigned state = 0;
    std::uint64_t inode = 0;
    std::string name;

    bool listening() const noexcept {
        constexpr unsigned accepts = 1U << 16;  // the kernel's __SO_ACCEPTCON
        return (flags & accepts) != 0;
    }
    bool connected() const noexcept {
        constexpr unsigned ss_connected = 3;
        return state == ss_connected;
    }
};

template <class Number>
bool read_number(const std::string& word, Number& value, int base) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    return error == std::errc{} && end == word.data() + word.size();
}

std::optional<socket_row> parse_row(const std::string& line) {
    constexpr int hexadecimal = 16;
    std::istringstream words(line);
    std::string number, references, protocol, flags, type, state, inode;
    if (!(words >> number >> references >> protocol >> flags >> type >> state >> inode))
        return std::nullopt;
    socket_row row;
    if (!read_number(flags, row.flags, hexadecimal) || !read_number(type, row.type, hexadecimal) ||
        !read_number(state, row.state, hexadecimal) || !read_number(inode, row.inode, 10))
        return std::nullopt;
    words.get();
    std::getline(words, row.name);
    return row;
}

std::string_view type_word(unsigned type) {
    constexpr unsigned stream = 1, datagram = 2, packets = 5;
    if (type == stream) return "stream";
    if (type == datagram) return "datagram";
    return type == packets ? "seqpacket" : "of unknown type";
}

/// The sockets that share one name: who listens, and who was accepted there.
struct name_sharers {
    std::vector<std::uint64_t> inodes;
    bool listening = false;
    unsigned connections = 0;
};

void add_file(ipc_object& object, const host_files& files) {
    struct stat state {};
    object.owner = ipc_object::no_owner;
    if (object.name.front() == '@') return;
    if (object.name.front() != '/') {
        object.state += ", bound by a relative path";
    } else if (::stat(files.at(object.name).c_str(), &state) == 0) {
        object.owner = state.st_uid;
        object.mode = state.st_mode & permission_bits;
        object.since_s = state.st_mtime;
    } else if (errno == ENOENT) {
        object.state += ", its file is gone";
    }
}

ipc_object object_of(const std::string& name, unsigned type, const name_sharers& sharers,
                     const host_files& files) {
    ipc_object object{ipc_object::kind::socket, name, 0, 0};
    object.state = type_word(type);
    if (sharers.listening) object.state += ", listening";
    if (sharers.connections > 0)
        object.state += fmt::format(", {} connection{}", sharers.connections,
                                    sharers.connections == 1 ? "" : "s");
    for (const auto inode : sharers.inodes)
        object.handles.push_back(socket_handle(inode));
    add_file(object, files);
    return object;
}

}  // namespace

std::string socket_handle(std::uint64_t inode) {
    return fmt::format("socket:{}", inode);
}

unix_sockets find_unix_sockets(const host_files& files) {
    unix_sockets found;
    std::map<std::pair<std::string, unsigned>, name_sharers> named;
    std::istringstream lines(files.text("/proc/net/unix").value_or(""));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const auto row = parse_row(line);
        if (!row) continue;
        if (row->name.empty()) {
            found.unnamed.push_back(row->inode);
            continue;
        }
        auto& sharers = named[{row->name, row->type}];
        sharers.inodes.push_back(row->inode);
        sharers.listening |= row->listening();
        sharers.connections += row->connected() ? 1 : 0;
    }
    for (const auto& [key, sharers] : named)
        found.named.push_back(object_of(key.first, key.second, sharers, files));
    return found;
}

}  // namespace ipcmark
