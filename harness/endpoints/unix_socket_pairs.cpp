#include <cstddef>
#include <cstring>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/endpoints/socket_pairs.hpp"

namespace ipcmark {

namespace {

struct unix_address {
    sockaddr_un bytes = {.sun_family = AF_UNIX, .sun_path = {}};
    socklen_t size = sizeof(sockaddr_un);

    explicit unix_address(const std::filesystem::path& path) {
        if (path.native().size() >= sizeof bytes.sun_path)
            throw limit_exceeded("the socket path " + path.string() +
                                 " is longer than the 107 bytes of sun_path; set TMPDIR to a "
                                 "shorter folder");
        std::memcpy(bytes.sun_path, path.c_str(), path.native().size() + 1);
    }

    /// An abstract name begins with a zero byte and is exactly as long as the address says.
    static unix_address abstract(const std::string& name) {
        unix_address result{std::filesystem::path(name)};
        std::memmove(result.bytes.sun_path + 1, name.data(), name.size());
        result.bytes.sun_path[0] = '\0';
        result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        return result;
    }
};

void bind_to(int fd, const unix_address& address) {
    // On Linux the name takes its mode from the socket; the umask is the user's affair.
    checked(::fchmod(fd, 0600), "fchmod");
    checked(::bind(fd, generic(address.bytes), address.size), "bind");
}

void connect_to(int fd, const unix_address& address) {
    checked(::connect(fd, generic(address.bytes), address.size), "connect");
}

/// The consumer listens, the producer connects. Both have their socket when this returns, and
/// nobody listens any more.
unique_fd meet_at(setup& cell, int type, const unix_address& address) {
    unique_fd socket = open_socket(AF_UNIX, type);
    if (cell.producer()) {
        cell.peer.meet();
        connect_to(socket.get(), address);
        cell.peer.meet();
        return socket;
    }
    bind_to(socket.get(), address);
    checked(::listen(socket.get(), 1), "listen");
    cell.peer.meet();
    unique_fd connection = accept_one(socket.get());
    cell.peer.meet();
    return connection;
}

}  // namespace

unique_fd connect_unix_pair(setup& cell, int type) {
    const auto path = cell.directory / "socket";
    unique_fd connection = meet_at(cell, type, unix_address(path));
    if (!cell.producer()) ::unlink(path.c_str());
    return connection;
}

unique_fd connect_abstract_pair(setup& cell, int type) {
    return meet_at(cell, type,
                   unix_address::abstract(directed_name(cell.name, direction::forward)));
}

unique_fd connect_unix_datagram_pair(setup& cell) {
    const auto path_of = [&cell](bool producer) {
        return cell.directory / (producer ? "producer" : "consumer");
    };
    const auto own = path_of(cell.producer());
    unique_fd socket = open_socket(AF_UNIX, SOCK_DGRAM);
    bind_to(socket.get(), unix_address(own));
    cell.peer.meet();
    connect_to(socket.get(), unix_address(path_of(!cell.producer())));
    cell.peer.meet();
    ::unlink(own.c_str());
    return socket;
}

unique_fd hand_over_socketpair(setup& cell, int type) {
    if (!cell.producer()) return cell.peer.take();
    int ends[2];
    checked(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
    unique_fd ours(ends[0]);
    const unique_fd theirs(ends[1]);
    cell.peer.give(theirs.get());
    return ours;
}

}  // namespace ipcmark
