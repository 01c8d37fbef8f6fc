#include "harness/base/posix/error.hpp"
#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/zerocopy_sender.hpp"

namespace ipcmark::transports {

/// TCP with MSG_ZEROCOPY: the kernel pins the sender's pages instead of copying them, and reports
/// when it has done with them; fill runs on a ring of such buffers. Over the loopback it copies
/// when it hands the bytes to the receiver, and the reports say so: what is measured is what the
/// bookkeeping costs there. Blocking; docs.kernel.org/networking/msg_zerocopy.html.
struct tcp_zerocopy : fd_stream {
    static constexpr transport_info info{
        .name = "tcp_zerocopy",
        .summary =
            "TCP with MSG_ZEROCOPY over the IPv4 loopback, where the kernel copies after all",
        .family = "network sockets",
        .reference = "docs.kernel.org/networking/msg_zerocopy.html",
        .facts = tcp_facts,
    };

    static std::optional<std::string> unavailable() try {
        constexpr std::size_t page_bytes = 4096;
        const auto [ours, theirs] = make_tcp_ends();
        zerocopy_sender sender(page_bytes, 1);
        sender.use(ours.get());
        sender.send(sender.free_buffer());
        return std::nullopt;
    } catch (const limit_exceeded& e) {
        return e.what();
    } catch (const call_failed& e) {
        return std::string(e.what()) + "; it takes Linux 4.14";
    }

    explicit tcp_zerocopy(setup& cell)
        : fd_stream(cell), sender_(cell.payload_bytes, std::max<std::size_t>(cell.depth, 2)) {
        unique_fd socket = connect_tcp_pair(cell);
        send_at_once(socket.get());
        sender_.use(socket.get());
        use(std::move(socket));
        ask_whether_it_copies(cell);
    }

    template <class Fill>
    void send(Fill fill) {
        const writable bytes = sender_.free_buffer();
        fill(bytes);
        sender_.send(bytes);
    }

    /// Buffers that come back make the socket readable as well, with no message there.
    int wait_fd() = delete;

private:
    /// One byte each way that is used, and what the kernel reports of it.
    void ask_whether_it_copies(setup& cell) {
        const bool sends = cell.producer() || cell.both_ways();
        const bool receives = !cell.producer() || cell.both_ways();
        if (sends) sender_.send(readable(sender_.free_buffer()).first(1));
        std::byte probe{};
        if (receives && !read_exact(read_fd(), {&probe, 1}))
            throw peer_gone("the peer closed before it had sent anything");
        if (!sends) return;
        sender_.settle();
        cell.notes["zerocopy_copied"] = sender_.copied() ? 1 : 0;
    }

    zerocopy_sender sender_;
};

void register_tcp_zerocopy(registry& all) {
    all.add<tcp_zerocopy>();
}

}  // namespace ipcmark::transports
