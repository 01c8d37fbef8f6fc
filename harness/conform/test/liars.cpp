#include "liars.hpp"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "harness/endpoints/fd_datagram.hpp"
#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/memfd_ring_pair.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/posix/error.hpp"
#include "harness/posix/socket.hpp"

namespace ipcmark::conform {

namespace {

constexpr traits packet_facts{.message_boundaries = true,
                              .duplex = true,
                              .fan_in = true,
                              .fan_out = sharing::competing,
                              .survives_producer_exit = true,
                              .peer_death_detected = true,
                              .control = access::descriptor};
constexpr traits stream_facts{.duplex = true,
                              .survives_producer_exit = true,
                              .peer_death_detected = true,
                              .control = access::descriptor};
constexpr traits pipe_facts{
    .survives_producer_exit = true, .peer_death_detected = true, .control = access::descriptor};
constexpr traits ring_facts{
    .message_boundaries = true, .survives_producer_exit = true, .control = access::descriptor};

constexpr transport_info card(std::string_view name, const traits& facts = packet_facts) {
    return {.name = name,
            .summary = "for the tests of the laws",
            .family = "test",
            .reference = "harness/conform/test/liars.cpp",
            .payload = {.max_bytes = 65'536},
            .facts = facts,
            .test_only = true};
}

/// With room for messages longer than a pipe holds.
constexpr transport_info large_card(std::string_view name, const traits& facts) {
    transport_info info = card(name, facts);
    info.payload.max_bytes = std::size_t{4} << 20;
    return info;
}

/// One change to one trait.
template <class Change>
constexpr traits with(traits facts, Change change) {
    change(facts);
    return facts;
}

unique_fd socket_pair(setup& cell, int type) {
    if (!cell.producer()) return cell.peer.take();
    int ends[2];
    checked(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
    const unique_fd theirs(ends[1]);
    cell.peer.give(theirs.get());
    return unique_fd(ends[0]);
}

/// What every liar over packets starts from.
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
        if (cell.producer()) {
            auto forward = make_pipe(cell);
            cell.peer.give(forward.reader.get());
            pipe_ends backward;
            if (cell.both_ways()) {
                backward = make_pipe(cell);
                cell.peer.give(backward.writer.get());
            }
            use(std::move(backward.reader), std::move(forward.writer));
        } else {
            auto reader = cell.peer.take();
            use(std::move(reader), cell.both_ways() ? cell.peer.take() : unique_fd());
        }
    }
};

/// An honest mechanism under another card: the card is the lie.
template <class Base, const transport_info& Card>
struct carded : Base {
    static constexpr const transport_info& info = Card;
    using Base::Base;
};

// --- honest

constexpr transport_info honest_packets = card("honest_packets");
constexpr transport_info honest_bytes = card("honest_bytes", stream_facts);

// --- description

constexpr transport_info no_summary = [] {
    transport_info info = card("no_summary");
    info.summary = {};
    return info;
}();
constexpr transport_info claims_encryption =
    card("claims_encryption", with(packet_facts, [](traits& t) { t.encrypted = true; }));
constexpr transport_info claims_daemon =
    card("claims_daemon", with(packet_facts, [](traits& t) { t.needs_daemon = true; }));
constexpr transport_info not_on_linux =
    card("not_on_linux", with(packet_facts, [](traits& t) { t.platforms = "plan9"; }));

// --- limits

struct breaks_when_large : packets {
    static constexpr transport_info info = card("breaks_when_large");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        if (payload_bytes > 10'000) throw limit_exceeded("too large after all");
        packets::send(fill);
    }
};

struct refuses_silently : packets {
    static constexpr transport_info info = card("refuses_silently");
    using packets::packets;
    static std::optional<std::string> limit(const demand& asked) {
        return asked.payload_bytes > 5'000 ? std::optional<std::string>("") : std::nullopt;
    }
};

// --- delivery

struct loses_one : packets {
    static constexpr transport_info info = card("loses_one");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        if (++sent_ != 3) return packets::send(fill);
        std::vector<std::byte> lost(payload_bytes);
        fill(writable(lost));
    }
    int sent_ = 0;
};

struct repeats_one : packets {
    static constexpr transport_info info = card("repeats_one");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            if (++sent_ == 2) send_bytes(to);
        });
    }
    int sent_ = 0;
};

struct tears_pages : packets {
    static constexpr transport_info info = card("tears_pages");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            if (to.size() > 4096) to[4096] ^= std::byte{1};
        });
    }
};

// --- exactly_once

struct fills_twice : packets {
    static constexpr transport_info info = card("fills_twice");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            fill(to);
        });
    }
};

struct consumes_short : packets {
    static constexpr transport_info info = card("consumes_short");
    using packets::packets;
    template <class Consume>
    bool recv(Consume consume) {
        return packets::recv([&](readable from) { consume(from.first(from.size() - 1)); });
    }
};

struct forgets_to_consume : packets {
    static constexpr transport_info info = card("forgets_to_consume");
    using packets::packets;
    template <class Consume>
    bool recv(Consume) {
        return packets::recv([](readable) {});
    }
};

// --- ordered

struct reorders : packets {
    static constexpr transport_info info = card("reorders");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        if (sent_++ % 7 == 3) {
            held_.resize(payload_bytes);
            fill(writable(held_));
            return;
        }
        packets::send(fill);
        if (!held_.empty()) send_bytes(held_);
        held_.clear();
    }
    int sent_ = 0;
    std::vector<std::byte> held_;
};

// --- round_trip_after_one_way

struct tires_of_streaming : packets {
    static constexpr transport_info info = card("tires_of_streaming");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        ++in_a_row_;
        packets::send(fill);
    }
    template <class Consume>
    bool recv(Consume consume) {
        return packets::recv([&](readable from) {
            std::vector<std::byte> stale(from.begin(), from.end());
            if (in_a_row_ > 250) stale.back() ^= std::byte{1};
            in_a_row_ = 0;
            consume(readable(stale));
        });
    }
    int in_a_row_ = 0;
};

// --- slow_consumer, full_queue

struct drops_when_full : packets {
    static constexpr transport_info info = card("drops_when_full");
    explicit drops_when_full(setup& cell) : packets(cell) {}
    template <class Fill>
    void send(Fill fill) {
        std::vector<std::byte> message(payload_bytes);
        fill(writable(message));
        ::send(fd(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
};

struct never_full : packets {
    static constexpr transport_info info = card("never_full");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        waiting_.emplace_back(payload_bytes);
        fill(writable(waiting_.back()));
        while (!waiting_.empty() && ::send(fd(), waiting_.front().data(), payload_bytes,
                                           MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
            waiting_.pop_front();
    }
    ~never_full() {
        for (const auto& message : waiting_)
            ::send(fd(), message.data(), payload_bytes, MSG_NOSIGNAL);
    }
    std::deque<std::vector<std::byte>> waiting_;
};

constexpr transport_info waits_though_lossy =
    card("waits_though_lossy", with(packet_facts, [](traits& t) { t.may_drop = true; }));

// --- boundaries, duplex, unrelated_processes, cross_host

constexpr transport_info claims_boundaries =
    card("claims_boundaries", with(stream_facts, [](traits& t) { t.message_boundaries = true; }));
constexpr transport_info denies_boundaries =
    card("denies_boundaries", with(packet_facts, [](traits& t) { t.message_boundaries = false; }));
constexpr transport_info claims_duplex =
    card("claims_duplex", with(pipe_facts, [](traits& t) { t.duplex = true; }));
constexpr transport_info denies_duplex =
    card("denies_duplex", with(packet_facts, [](traits& t) { t.duplex = false; }));
constexpr transport_info claims_unrelated =
    card("claims_unrelated", with(packet_facts, [](traits& t) { t.unrelated_processes = true; }));
constexpr transport_info claims_cross_host =
    card("claims_cross_host", with(packet_facts, [](traits& t) { t.cross_host = true; }));

struct tcp_pair : fd_stream {
    explicit tcp_pair(setup& cell) : fd_stream(cell) { use(connect_tcp_pair(cell)); }
};
constexpr traits tcp_facts = with(stream_facts, [](traits& t) {
    t.unrelated_processes = true;
    t.cross_host = true;
    t.control = access::anyone;
});
constexpr transport_info denies_cross_host =
    card("denies_cross_host", with(tcp_facts, [](traits& t) { t.cross_host = false; }));
constexpr transport_info denies_unrelated =
    card("denies_unrelated", with(tcp_facts, [](traits& t) { t.unrelated_processes = false; }));

// --- fan_in, fan_out

constexpr transport_info claims_fan_in =
    large_card("claims_fan_in", with(pipe_facts, [](traits& t) { t.fan_in = true; }));
constexpr transport_info claims_fan_out = large_card(
    "claims_fan_out", with(pipe_facts, [](traits& t) { t.fan_out = sharing::competing; }));

constexpr transport_info ring_claims_fan_in =
    card("ring_claims_fan_in", with(ring_facts, [](traits& t) { t.fan_in = true; }));
constexpr transport_info ring_claims_fan_out = card(
    "ring_claims_fan_out", with(ring_facts, [](traits& t) { t.fan_out = sharing::competing; }));

// --- priorities

constexpr traits priority_facts = with(packet_facts, [](traits& t) { t.priorities = true; });
constexpr transport_info claims_priorities = card("claims_priorities", priority_facts);

template <const transport_info& Card>
struct urgent_in_name_only : packets {
    static constexpr const transport_info& info = Card;
    using packets::packets;
    template <class Fill>
    void send_urgent(Fill fill) {
        packets::send(fill);
    }
};
constexpr transport_info queues_urgent = card("queues_urgent", priority_facts);
constexpr transport_info hides_urgent = card("hides_urgent");

// --- survives_producer_exit

struct forgets_on_exit : packets {
    static constexpr transport_info info = card("forgets_on_exit");
    explicit forgets_on_exit(setup& cell) : packets(cell) {
        if (cell.producer()) {
            theirs_ = cell.peer.take();
        } else {
            cell.peer.give(fd());
        }
    }
    ~forgets_on_exit() {
        char byte = 0;
        while (theirs_ && ::recv(theirs_.get(), &byte, 1, MSG_DONTWAIT) > 0) {
        }
    }
    unique_fd theirs_;
};
constexpr transport_info denies_survival = card(
    "denies_survival", with(packet_facts, [](traits& t) { t.survives_producer_exit = false; }));

// --- peer_death

struct deaf_to_death : packets {
    static constexpr transport_info info = card("deaf_to_death");
    explicit deaf_to_death(setup& cell) : packets(cell) {
        cell.peer.give(fd());
        theirs_ = cell.peer.take();  // keeps the dead one's end open
    }
    unique_fd theirs_;
};
constexpr transport_info denies_hearing =
    card("denies_hearing", with(packet_facts, [](traits& t) { t.peer_death_detected = false; }));

// --- access

/// Leaves a file in /dev/shm or in its folder while it lives.
template <const transport_info& Card, int Mode>
struct with_a_name : packets {
    static constexpr const transport_info& info = Card;
    explicit with_a_name(setup& cell) : packets(cell) {
        if (cell.producer()) {
            const std::string name = "/" + cell.name + ".x";
            const unique_fd file(
                checked(::shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600), "shm_open"));
            checked(::fchmod(file.get(), Mode), "fchmod");
        }
        cell.peer.meet();
    }
};
constexpr traits file_facts = with(packet_facts, [](traits& t) { t.control = access::file_mode; });
constexpr transport_info leaves_door_open = card("leaves_door_open", file_facts);
constexpr transport_info named_descriptor = card("named_descriptor");
constexpr transport_info claims_file_mode = card("claims_file_mode", file_facts);
constexpr transport_info claims_anyone =
    card("claims_anyone", with(packet_facts, [](traits& t) { t.control = access::anyone; }));
constexpr transport_info hides_inet =
    card("hides_inet", with(tcp_facts, [](traits& t) { t.control = access::descriptor; }));

// --- isolation, rerun_after_kill

/// One abstract address for all: a second pair cannot have it.
struct one_for_all : packets {
    static constexpr transport_info info = card("one_for_all");
    explicit one_for_all(setup& cell) : packets(cell) {
        if (!cell.producer()) return;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = "ipcmark-liar-" + std::to_string(::getppid());
        std::memcpy(address.sun_path + 1, name.data(), name.size());
        taken_.reset(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        checked(::bind(taken_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
                "bind");
    }
    unique_fd taken_;
};

struct locks_for_ever : packets {
    static constexpr transport_info info = card("locks_for_ever");
    explicit locks_for_ever(setup& cell)
        : packets(cell), lock_(cell.directory.parent_path() / "locked"), mine_(cell.producer()) {
        if (mine_)
            unique_fd(checked(::open(lock_.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600), "open"));
    }
    ~locks_for_ever() {
        if (mine_) ::unlink(lock_.c_str());
    }
    std::filesystem::path lock_;
    bool mine_;
};

// --- nothing_left

/// What each leaver leaves; the test sweeps "liar-*" and the System V segment.
void leave_shm(const setup&) {
    const std::string name = "/liar-" + std::to_string(::getpid());
    unique_fd(::shm_open(name.c_str(), O_CREAT | O_RDWR, 0600));
}
void leave_queue(const setup&) {
    const std::string name = "/liar-" + std::to_string(::getpid());
    mq_attr attributes{};
    attributes.mq_maxmsg = 1;
    attributes.mq_msgsize = 16;
    unique_fd(::mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, &attributes));
}
void leave_segment(const setup&) {
    ::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
}
void leave_file(const setup& cell) {
    std::ofstream(cell.directory.parent_path() / ("left-" + std::to_string(::getpid())));
}
void leave_process(const setup&) {
    if (::fork() != 0) return;
    ::closefrom(3);
    ::alarm(60);  // should nobody find it
    ::pause();
    ::_exit(0);
}

template <void (*Leave)(const setup&), const transport_info& Card>
struct leaver : packets {
    static constexpr const transport_info& info = Card;
    explicit leaver(setup& cell) : packets(cell) {
        if (cell.producer()) Leave(cell);
    }
};
constexpr transport_info leaves_shm = card("leaves_shm");
constexpr transport_info leaves_queue = card("leaves_queue");
constexpr transport_info leaves_segment = card("leaves_segment");
constexpr transport_info leaves_file = card("leaves_file");
constexpr transport_info leaves_process = card("leaves_process");

// --- wait_style

constexpr transport_info spins_secretly = card("spins_secretly", ring_facts);
constexpr transport_info sleeps_secretly = [] {
    transport_info info = card("sleeps_secretly", ring_facts);
    info.wait = wait_style::spins;
    return info;
}();

// --- no_allocation

struct allocates_by_new : packets {
    static constexpr transport_info info = card("allocates_by_new");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            copy_ = std::make_unique<std::byte>(to.front());
        });
    }
    std::unique_ptr<std::byte> copy_;
};

struct allocates_by_malloc : packets {
    static constexpr transport_info info = card("allocates_by_malloc");
    using packets::packets;
    template <class Consume>
    bool recv(Consume consume) {
        void* scratch = std::malloc(16);
        asm volatile("" : : "r"(scratch) : "memory");
        std::free(scratch);
        return packets::recv(consume);
    }
};

template <class Base, const transport_info&... Cards>
void add_carded(registry& all) {
    (all.add<carded<Base, Cards>>(), ...);
}

template <class... Transports>
void add_all(registry& all) {
    (all.add<Transports>(), ...);
}

}  // namespace

void register_liars(registry& all) {
    add_carded<packets, honest_packets, no_summary, claims_encryption, claims_daemon, not_on_linux,
               waits_though_lossy, denies_boundaries, denies_duplex, claims_unrelated,
               claims_cross_host, claims_priorities, denies_survival, denies_hearing,
               claims_file_mode, claims_anyone>(all);
    add_carded<bytes, honest_bytes, claims_boundaries>(all);
    add_carded<piped, claims_duplex, claims_fan_in, claims_fan_out>(all);
    add_carded<tcp_pair, denies_cross_host, denies_unrelated, hides_inet>(all);
    add_carded<memfd_ring_pair<spin_wait>, spins_secretly>(all);
    add_carded<memfd_ring_pair<futex_wait>, sleeps_secretly, ring_claims_fan_in,
               ring_claims_fan_out>(all);
    add_all<breaks_when_large, refuses_silently, loses_one, repeats_one, tears_pages, fills_twice,
            consumes_short, forgets_to_consume, reorders, tires_of_streaming, drops_when_full,
            never_full, urgent_in_name_only<queues_urgent>, urgent_in_name_only<hides_urgent>,
            forgets_on_exit, deaf_to_death, with_a_name<leaves_door_open, 0644>,
            with_a_name<named_descriptor, 0600>, one_for_all, locks_for_ever,
            leaver<leave_shm, leaves_shm>, leaver<leave_queue, leaves_queue>,
            leaver<leave_segment, leaves_segment>, leaver<leave_file, leaves_file>,
            leaver<leave_process, leaves_process>, allocates_by_new, allocates_by_malloc>(all);
}

}  // namespace ipcmark::conform
