#pragma once

#include <sys/socket.h>
#include <utility>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/fd_datagram.hpp"
#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

/// What the faulty transports are made of.
namespace ipcmark::conform {

inline constexpr traits packet_facts{.message_boundaries = true,
                                     .duplex = true,
                                     .fan_in = true,
                                     .fan_out = sharing::competing,
                                     .survives_producer_exit = true,
                                     .peer_death_detected = true,
                                     .control = access::descriptor};
inline constexpr traits stream_facts{.duplex = true,
                                     .survives_producer_exit = true,
                                     .peer_death_detected = true,
                                     .control = access::descriptor};
inline constexpr traits pipe_facts{
    .survives_producer_exit = true, .peer_death_detected = true, .control = access::descriptor};
inline constexpr traits ring_facts{
    .message_boundaries = true, .survives_producer_exit = true, .control = access::descriptor};

constexpr transport_info describe(std::string_view name, const traits& facts = packet_facts) {
    return {.name = name,
            .summary = "for the tests of the checks",
            .family = "test",
            .reference = "harness/conform/test",
            .payload = {.max_bytes = 65'536},
            .facts = facts,
            .test_only = true};
}

/// With room for messages longer than a pipe holds.
constexpr transport_info large_info(std::string_view name, const traits& facts) {
    transport_info info = describe(name, facts);
    info.payload.max_bytes = std::size_t{4} << 20;
    return info;
}

/// One change to one trait.
template <class Change>
inline constexpr traits with(traits facts, Change change) {
    change(facts);
    return facts;
}

inline unique_fd socket_pair(setup& cell, int type) {
    if (!cell.producer()) return cell.peer.take();
    int ends[2];
    checked(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
    const unique_fd theirs(ends[1]);
    cell.peer.give(theirs.get());
    return unique_fd(ends[0]);
}

/// What every faulty transport over packets starts from.
struct packets : fd_datagram {
    explicit packets(setup& cell) : fd_datagram(cell), payload_bytes(cell.payload_bytes) {
        use(socket_pair(cell, SOCK_SEQPACKET));
    }
    std::size_t payload_bytes;
};

struct bytes : fd_stream {
    explicit bytes(setup& cell) : fd_stream(cell) { use(socket_pair(cell, SOCK_STREAM)); }
};

struct piped : fd_stream {
    explicit piped(setup& cell) : fd_stream(cell) {
        pipe_ends ends = connect_pipes(cell);
        use(std::move(ends.reader), std::move(ends.writer));
    }
};

/// An honest mechanism under another description: the description is the lie.
template <class Base, const transport_info& Info>
struct described : Base {
    static constexpr const transport_info& info = Info;
    using Base::Base;
};

struct tcp_pair : fd_stream {
    explicit tcp_pair(setup& cell) : fd_stream(cell) { use(connect_tcp_pair(cell)); }
};
inline constexpr traits tcp_facts = with(stream_facts, [](traits& t) {
    t.unrelated_processes = true;
    t.cross_host = true;
    t.control = access::anyone;
});

template <class Base, const transport_info&... Infos>
void add_described(registry& all) {
    (all.add<described<Base, Infos>>(), ...);
}

template <class... Transports>
void add_all(registry& all) {
    (all.add<Transports>(), ...);
}

}  // namespace ipcmark::conform
