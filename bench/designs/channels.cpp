#include "bench/designs/channels.hpp"

#include <functional>
#include <stdexcept>
#include <sys/socket.h>

#include "bench/designs/descriptors.hpp"
#include "bench/designs/ring.hpp"

namespace bare {

namespace {

struct channel_row {
    std::string name;
    bool joinable = false;
    std::function<channel_ends(std::size_t payload_bytes)> open;
};

/// A byte stream or packets in each way to wait for them.
template <class Open>
void add_each_wait(std::vector<channel_row>& rows, const std::string& name, bool joinable,
                   Open open) {
    for (const auto& [end, how] :
         {std::pair{"", waits::in_read}, std::pair{"_poll", waits::in_poll},
          std::pair{"_epoll", waits::in_epoll}})
        rows.push_back({name + end, joinable, [open, how = how](std::size_t payload_bytes) {
                            return over_descriptors(open(payload_bytes), how, payload_bytes);
                        }});
}

std::vector<channel_row> all_rows() {
    std::vector<channel_row> rows{
        {"posix_mq", true, over_posix_queues},
        {"sysv_msg", true, over_sysv_queues},
        {"shm_ring_futex", false, [](std::size_t bytes) { return over_rings(bytes, true); }},
        {"shm_ring_spin", false, [](std::size_t bytes) { return over_rings(bytes, false); }},
    };
    const auto unix_socket = [](int type, bool abstract) {
        return [=](std::size_t bytes) { return open_unix_sockets(type, abstract, bytes); };
    };
    const auto tcp = [](int family, bool at_once) {
        return [=](std::size_t bytes) { return open_tcp_sockets(family, at_once, bytes); };
    };
    add_each_wait(rows, "pipe", true, open_pipes);
    add_each_wait(rows, "fifo", true, open_fifos);
    add_each_wait(rows, "socketpair_stream", false,
                  [](std::size_t bytes) { return open_socketpair(SOCK_STREAM, bytes); });
    add_each_wait(rows, "unix_dgram", true,
                  [](std::size_t bytes) { return open_socketpair(SOCK_DGRAM, bytes); });
    add_each_wait(rows, "unix_stream", false, unix_socket(SOCK_STREAM, false));
    add_each_wait(rows, "unix_abstract", false, unix_socket(SOCK_STREAM, true));
    add_each_wait(rows, "unix_seqpacket", false, unix_socket(SOCK_SEQPACKET, false));
    add_each_wait(rows, "tcp", false, tcp(AF_INET, true));
    add_each_wait(rows, "tcp_nagle", false, tcp(AF_INET, false));
    add_each_wait(rows, "tcp_ipv6", false, tcp(AF_INET6, true));
    return rows;
}

const channel_row& row_of(const std::string& mechanism) {
    static const std::vector<channel_row> rows = all_rows();
    for (const channel_row& each : rows)
        if (each.name == mechanism) return each;
    throw std::invalid_argument("there is no bare channel '" + mechanism + "'");
}

}  // namespace

channel_ends open_channel(const std::string& mechanism, std::size_t payload_bytes) {
    return row_of(mechanism).open(payload_bytes);
}

bool is_joinable(const std::string& mechanism) {
    return row_of(mechanism).joinable;
}

std::vector<std::string> channel_names() {
    std::vector<std::string> names;
    for (const channel_row& each : all_rows())
        names.push_back(each.name);
    return names;
}

}  // namespace bare
