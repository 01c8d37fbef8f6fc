#include <linux/vm_sockets.h>

#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {

sockaddr_vm loopback_address(unsigned port) {
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_LOCAL;
    address.svm_port = port;
    return address;
}

/// Fails with EADDRNOTAVAIL where no loopback transport is loaded. A connection would then go to
/// the hypervisor instead, and time out.
unique_fd bind_to_loopback() {
    unique_fd socket = open_socket(AF_VSOCK, SOCK_STREAM);
    const sockaddr_vm any = loopback_address(VMADDR_PORT_ANY);
    checked(::bind(socket.get(), generic(any), sizeof any), "bind to the vsock loopback (CID 1)");
    return socket;
}

unsigned vsock_port(int fd) {
    sockaddr_vm address{};
    socklen_t bytes = sizeof address;
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bytes), "getsockname");
    return address.svm_port;
}

unique_fd connect_vsock_pair(setup& cell) {
    if (cell.producer()) {
        unique_fd socket = open_socket(AF_VSOCK, SOCK_STREAM);
        const sockaddr_vm address =
            loopback_address(static_cast<unsigned>(std::stoul(cell.peer.hear())));
        checked(::connect(socket.get(), generic(address), sizeof address),
                "connect to the vsock loopback");
        return socket;
    }
    const unique_fd listener = bind_to_loopback();
    checked(::listen(listener.get(), 1), "listen");
    cell.peer.tell(std::to_string(vsock_port(listener.get())));
    return accept_one(listener.get());
}

}  // namespace

/// A stream between two processes of one machine over the sockets that virtual machines and their
/// hosts use, by the loopback transport. Blocking; vsock(7).
struct vsock : fd_stream {
    static constexpr transport_info info{
        .name = "vsock",
        .summary = "vsock stream over the loopback transport",
        .family = "network sockets",
        .reference = "vsock(7)",
        .facts = {.duplex = true,
                  .unrelated_processes = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::anyone},
    };

    static std::optional<std::string> unavailable() try {
        bind_to_loopback();
        return std::nullopt;
    } catch (const call_failed& e) {
        return std::string(e.what()) +
               "; it takes the loopback transport of Linux 5.6 (CONFIG_VSOCKETS_LOOPBACK; "
               "modprobe vsock_loopback)";
    }

    explicit vsock(setup& cell) : fd_stream(cell) { use(connect_vsock_pair(cell)); }
};

void register_vsock(registry& all) {
    all.add<vsock>();
}

}  // namespace ipcmark::transports
