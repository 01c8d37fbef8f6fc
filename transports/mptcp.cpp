#include <linux/mptcp.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

constexpr traits late_at_times = [] {
    traits facts = tcp_facts;
    facts.peer_death_may_be_late = true;
    return facts;
}();

/// Multipath TCP (RFC 8684) over the IPv4 loopback with TCP_NODELAY: one path, the protocol's own
/// framing and bookkeeping. Blocking; the kernel's networking/mptcp.
///
/// A killed peer resets its path. Unless the fast close (RFC 8684, 3.5) that goes with it arrives,
/// the connection outlives the path and waits for another, net.mptcp.close_timeout (60 s) long.
struct mptcp : fd_stream {
    static constexpr transport_info info{
        .name = "mptcp",
        .summary = "Multipath TCP over the IPv4 loopback, one path, TCP_NODELAY",
        .family = "network sockets",
        .reference = "docs.kernel.org/networking/mptcp.html",
        .facts = late_at_times,
    };

    static std::optional<std::string> unavailable() try {
        if (auto why = no_loopback(AF_INET,
                                   "it takes a kernel with CONFIG_MPTCP and net.mptcp.enabled; "
                                   "enable it (sysctl -w net.mptcp.enabled=1)",
                                   IPPROTO_MPTCP))
            return why;
        send_at_once(open_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP).get());
        return std::nullopt;
    } catch (const call_failed& e) {
        return std::string(e.what()) + "; MPTCP has TCP_NODELAY since Linux 5.17";
    }

    explicit mptcp(setup& cell) : fd_stream(cell) {
        unique_fd socket = connect_tcp_pair(cell, AF_INET, IPPROTO_MPTCP);
        send_at_once(socket.get());
        require_no_fallback(socket.get());
        use(std::move(socket));
    }

private:
    /// A firewall that strips the option, for one, leaves plain TCP under the same socket.
    static void require_no_fallback(int fd) {
        mptcp_info state{};
        socklen_t bytes = sizeof state;
        checked(::getsockopt(fd, SOL_MPTCP, MPTCP_INFO, &state, &bytes), "getsockopt MPTCP_INFO");
        if ((state.mptcpi_flags & MPTCP_INFO_FLAG_FALLBACK) != 0)
            throw std::runtime_error(
                "the connection fell back to plain TCP; look for a firewall rule or an eBPF "
                "program on the loopback that drops TCP option 30");
    }
};

void register_mptcp(registry& all) {
    all.add<mptcp>();
}

}  // namespace ipcmark::transports
