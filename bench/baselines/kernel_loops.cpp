#include <cstring>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <vector>

#include "bench/baselines/forked_pair.hpp"
#include "bench/baselines/loops.hpp"

namespace ipcmark {

namespace {

/// A ping-pong over two descriptors a side: write one, read the other.
double descriptor_round_trip(std::array<int, 2> cpus, std::int64_t span_ns, std::size_t bytes,
                             std::array<int, 2> leader_fds, std::array<int, 2> follower_fds) {
    auto* words = share<shared_words>();
    const auto read_all = [bytes](int fd, char* buffer) {
        for (std::size_t got = 0; got < bytes;)
            got += static_cast<std::size_t>(checked(::read(fd, buffer + got, bytes - got), "read"));
    };
    const auto leader = [&] {
        std::vector<char> buffer(bytes);
        return time_round_trips(words, span_ns, [&](std::uint64_t) {
            checked(::write(leader_fds[1], buffer.data(), bytes), "write");
            read_all(leader_fds[0], buffer.data());
        });
    };
    const auto follower = [&] {
        std::vector<char> buffer(bytes);
        answer_until_stopped(words, [&](std::uint64_t) {
            read_all(follower_fds[0], buffer.data());
            checked(::write(follower_fds[1], buffer.data(), bytes), "write");
        });
    };
    const double figure = run_pair(cpus, words, leader, follower);
    for (const auto& fds : {leader_fds, follower_fds}) {
        ::close(fds[0]);
        if (fds[1] != fds[0]) ::close(fds[1]);
    }
    return figure;
}

double pipe_round_trip(std::array<int, 2> cpus, std::int64_t span_ns, std::size_t bytes) {
    int there[2];
    int back[2];
    checked(::pipe2(there, O_CLOEXEC), "pipe2");
    checked(::pipe2(back, O_CLOEXEC), "pipe2");
    return descriptor_round_trip(cpus, span_ns, bytes, {back[0], there[1]}, {there[0], back[1]});
}

template <int Type>
double unix_round_trip(std::array<int, 2> cpus, std::int64_t span_ns, std::size_t bytes) {
    int ends[2];
    checked(::socketpair(AF_UNIX, Type | SOCK_CLOEXEC, 0, ends), "socketpair");
    return descriptor_round_trip(cpus, span_ns, bytes, {ends[0], ends[0]}, {ends[1], ends[1]});
}

/// A socket bound to a free port of the IPv4 loopback, and its address.
int loopback_socket(int type, sockaddr_in& address) {
    const int fd = checked(::socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");
    address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    checked(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), "bind");
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return fd;
}

void connect_to(int fd, const sockaddr_in& address) {
    checked(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
}

double tcp_round_trip(std::array<int, 2> cpus, std::int64_t span_ns, std::size_t bytes) {
    sockaddr_in address;
    const int listener = loopback_socket(SOCK_STREAM, address);
    checked(::listen(listener, 1), "listen");
    const int first = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    connect_to(first, address);
    const int second = checked(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "accept4");
    ::close(listener);
    const int on = 1;
    for (const int fd : {first, second})
        checked(::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
    return descriptor_round_trip(cpus, span_ns, bytes, {first, first}, {second, second});
}

double udp_round_trip(std::array<int, 2> cpus, std::int64_t span_ns, std::size_t bytes) {
    std::array<sockaddr_in, 2> addresses;
    const int first = loopback_socket(SOCK_DGRAM, addresses[0]);
    const int second = loopback_socket(SOCK_DGRAM, addresses[1]);
    connect_to(first, addresses[1]);
    connect_to(second, addresses[0]);
    return descriptor_round_trip(cpus, span_ns, bytes, {first, first}, {second, second});
}

/// Its 8 bytes are the count that eventfd(2) adds.
double eventfd_round_trip(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    const int there = checked(::eventfd(0, EFD_CLOEXEC), "eventfd");
    const int back = checked(::eventfd(0, EFD_CLOEXEC), "eventfd");
    const auto post = [](int fd) { ::eventfd_write(fd, 1); };
    const auto take = [](int fd) {
        eventfd_t value = 0;
        ::eventfd_read(fd, &value);
    };
    const auto leader = [&] {
        return time_round_trips(words, span_ns, [&](std::uint64_t) {
            post(there);
            take(back);
        });
    };
    const auto follower = [&] {
        answer_until_stopped(words, [&](std::uint64_t) {
            take(there);
            post(back);
        });
    };
    const double figure = run_pair(cpus, words, leader, follower);
    ::close(there);
    ::close(back);
    return figure;
}

double sysv_round_trip(std::array<int, 2> cpus, std::int64_t span_ns, std::size_t bytes) {
    auto* words = share<shared_words>();
    const int queue = checked(::msgget(IPC_PRIVATE, 0600), "msgget");
    constexpr long there = 1;
    constexpr long back = 2;
    const auto send = [&](std::vector<char>& buffer, long type) {
        std::memcpy(buffer.data(), &type, sizeof type);
        checked(::msgsnd(queue, buffer.data(), bytes, 0), "msgsnd");
    };
    const auto take = [&](std::vector<char>& buffer, long type) {
        checked(::msgrcv(queue, buffer.data(), bytes, type, 0), "msgrcv");
    };
    const auto leader = [&] {
        std::vector<char> buffer(sizeof(long) + bytes);
        return time_round_trips(words, span_ns, [&](std::uint64_t) {
            send(buffer, there);
            take(buffer, back);
        });
    };
    const auto follower = [&] {
        std::vector<char> buffer(sizeof(long) + bytes);
        answer_until_stopped(words, [&](std::uint64_t) {
            take(buffer, there);
            send(buffer, back);
        });
    };
    const double figure = run_pair(cpus, words, leader, follower);
    ::msgctl(queue, IPC_RMID, nullptr);
    return figure;
}

mqd_t anonymous_queue(std::size_t bytes) {
    mq_attr attributes{};
    attributes.mq_maxmsg = 10;
    attributes.mq_msgsize = static_cast<long>(bytes);
    const std::string name = "/ipcmark-bare-" + std::to_string(::getpid());
    const mqd_t queue =
        checked(::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes), "mq_open");
    ::mq_unlink(name.c_str());
    return queue;
}

double mq_round_trip(std::array<int, 2> cpus, std::int64_t span_ns, std::size_t bytes) {
    auto* words = share<shared_words>();
    const mqd_t there = anonymous_queue(bytes);
    const mqd_t back = anonymous_queue(bytes);
    const auto leader = [&] {
        std::vector<char> buffer(bytes);
        return time_round_trips(words, span_ns, [&](std::uint64_t) {
            checked(::mq_send(there, buffer.data(), bytes, 0), "mq_send");
            checked(::mq_receive(back, buffer.data(), bytes, nullptr), "mq_receive");
        });
    };
    const auto follower = [&] {
        std::vector<char> buffer(bytes);
        answer_until_stopped(words, [&](std::uint64_t) {
            checked(::mq_receive(there, buffer.data(), bytes, nullptr), "mq_receive");
            checked(::mq_send(back, buffer.data(), bytes, 0), "mq_send");
        });
    };
    const double figure = run_pair(cpus, words, leader, follower);
    ::mq_close(there);
    ::mq_close(back);
    return figure;
}

/// A loop of 64-byte messages.
bare_loop small(std::string name, std::string against,
                double (*loop)(std::array<int, 2>, std::int64_t, std::size_t)) {
    constexpr std::size_t bytes = 64;
    return {std::move(name), std::move(against), bytes, false,
            [loop](std::array<int, 2> cpus, std::int64_t span_ns) {
                return loop(cpus, span_ns, bytes);
            }};
}

}  // namespace

std::vector<bare_loop> bare_kernel_loops() {
    return {small("pipe", "pipe", pipe_round_trip),
            small("unix stream", "unix_stream", unix_round_trip<SOCK_STREAM>),
            small("unix seqpacket", "unix_seqpacket", unix_round_trip<SOCK_SEQPACKET>),
            small("tcp", "tcp", tcp_round_trip),
            small("udp connected", "udp_connected", udp_round_trip),
            small("sysv msg typed", "sysv_msg_typed", sysv_round_trip),
            small("posix mq", "posix_mq", mq_round_trip),
            {"eventfd", "eventfd", 0, false, eventfd_round_trip}};
}

}  // namespace ipcmark
