#include "bench/bare_loops.hpp"

#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <new>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "bench/bare_queues.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/measure/clock.hpp"
#include "harness/posix/affinity.hpp"
#include "harness/posix/error.hpp"

namespace ipcmark {

namespace {

/// What the two processes of a bare pair share.
struct shared_words {
    alignas(128) std::atomic<std::uint64_t> there{0};
    alignas(128) std::atomic<std::uint64_t> back{0};
    alignas(128) std::atomic<std::uint32_t> futex_there{0};
    alignas(128) std::atomic<std::uint32_t> futex_back{0};
    alignas(128) std::atomic<std::uint64_t> stop_after{~std::uint64_t{0}};
    alignas(128) double figure = 0;
};

template <class T>
T* share() {
    void* memory = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) throw_errno("mmap");
    return new (memory) T;
}

/// Runs `leader` and `follower` in two forked processes, each pinned; returns leader's figure.
double run_pair(std::array<int, 2> cpus, shared_words* words, const std::function<double()>& leader,
                const std::function<void()>& follower) {
    const auto start = [&](int cpu, const std::function<void()>& body) {
        const pid_t pid = checked(::fork(), "fork");
        if (pid != 0) return pid;
        pin_to(cpu);
        body();
        ::_exit(0);
    };
    const pid_t second = start(cpus[1], follower);
    const pid_t first = start(cpus[0], [&] { words->figure = leader(); });
    ::waitpid(first, nullptr, 0);
    ::waitpid(second, nullptr, 0);
    const double figure = words->figure;
    ::munmap(words, sizeof *words);
    return figure;
}

constexpr std::uint64_t round_trips_between_clocks = 64;
constexpr std::uint64_t warm_up_round_trips = 1000;

/// Times blocks of exchange(i) until the span is over; `words->stop_after` tells the follower.
template <class Exchange>
double time_round_trips(shared_words* words, std::int64_t span_ns, Exchange exchange) {
    std::uint64_t i = 0;
    for (; i < warm_up_round_trips; ++i)
        exchange(i);
    const std::uint64_t start = shared_clock::raw_ns();
    const std::uint64_t first = i;
    std::uint64_t now = start;
    while (now - start < static_cast<std::uint64_t>(span_ns)) {
        for (std::uint64_t n = 0; n < round_trips_between_clocks; ++n)
            exchange(i++);
        now = shared_clock::raw_ns();
    }
    words->stop_after.store(i, std::memory_order_release);
    exchange(i);
    return static_cast<double>(now - start) / static_cast<double>(i - first);
}

template <class Answer>
void answer_until_stopped(shared_words* words, Answer answer) {
    for (std::uint64_t i = 0;; ++i) {
        answer(i);
        if (i >= words->stop_after.load(std::memory_order_acquire)) return;
    }
}

/// One cache line each way, 128 bytes apart.
double two_cache_lines(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    const auto leader = [&] {
        return time_round_trips(words, span_ns, [&](std::uint64_t i) {
            words->there.store(i + 1, std::memory_order_release);
            while (words->back.load(std::memory_order_acquire) != i + 1)
                pause_cpu();
        });
    };
    const auto follower = [&] {
        answer_until_stopped(words, [&](std::uint64_t i) {
            while (words->there.load(std::memory_order_acquire) != i + 1)
                pause_cpu();
            words->back.store(i + 1, std::memory_order_release);
        });
    };
    return run_pair(cpus, words, leader, follower);
}

/// One cache line that carries both directions.
double one_cache_line(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    const auto leader = [&] {
        return time_round_trips(words, span_ns, [&](std::uint64_t i) {
            words->there.store(2 * i + 1, std::memory_order_release);
            while (words->there.load(std::memory_order_acquire) != 2 * i + 2)
                pause_cpu();
        });
    };
    const auto follower = [&] {
        answer_until_stopped(words, [&](std::uint64_t i) {
            while (words->there.load(std::memory_order_acquire) != 2 * i + 1)
                pause_cpu();
            words->there.store(2 * i + 2, std::memory_order_release);
        });
    };
    return run_pair(cpus, words, leader, follower);
}

void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value) {
    ::syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

double futex_round_trip(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    const auto post = [](std::atomic<std::uint32_t>& word, std::uint64_t i) {
        word.store(static_cast<std::uint32_t>(i + 1), std::memory_order_release);
        futex(word, FUTEX_WAKE, 1);
    };
    const auto await = [](std::atomic<std::uint32_t>& word, std::uint64_t i) {
        while (word.load(std::memory_order_acquire) != static_cast<std::uint32_t>(i + 1))
            futex(word, FUTEX_WAIT, static_cast<std::uint32_t>(i));
    };
    const auto leader = [&] {
        return time_round_trips(words, span_ns, [&](std::uint64_t i) {
            post(words->futex_there, i);
            await(words->futex_back, i);
        });
    };
    const auto follower = [&] {
        answer_until_stopped(words, [&](std::uint64_t i) {
            await(words->futex_there, i);
            post(words->futex_back, i);
        });
    };
    return run_pair(cpus, words, leader, follower);
}

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

/// A queue in shared memory, 64-byte messages by value, both sides spinning.
template <class Queue>
double queue_stream(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    auto* channel = share<Queue>();
    constexpr std::uint64_t batch = 1024;
    const auto leader = [&] {
        const std::uint64_t start = shared_clock::raw_ns();
        std::uint64_t sent = 0;
        small_message m{};
        while (shared_clock::raw_ns() - start < static_cast<std::uint64_t>(span_ns))
            for (std::uint64_t n = 0; n < batch; ++n) {
                for (std::uint64_t& word : m.words)
                    word = sent;
                while (!channel->push(m))
                    pause_cpu();
                ++sent;
            }
        words->stop_after.store(sent, std::memory_order_release);
        while (words->back.load(std::memory_order_acquire) == 0)
            pause_cpu();
        const std::uint64_t end = words->there.load(std::memory_order_relaxed);
        return static_cast<double>(sent) / static_cast<double>(end - start) * 1e9;
    };
    const auto follower = [&] {
        std::uint64_t sum = 0;
        const auto read = [&sum](const small_message& m) {
            for (const std::uint64_t word : m.words)
                sum += word;
        };
        for (std::uint64_t got = 0; got < words->stop_after.load(std::memory_order_acquire);)
            if (channel->consume_one(read))
                ++got;
            else
                pause_cpu();
        words->futex_back.store(static_cast<std::uint32_t>(sum), std::memory_order_relaxed);
        words->there.store(shared_clock::raw_ns(), std::memory_order_relaxed);
        words->back.store(1, std::memory_order_release);
    };
    const double figure = run_pair(cpus, words, leader, follower);
    ::munmap(channel, sizeof(Queue));
    return figure;
}

}  // namespace

std::vector<bare_loop> bare_loops() {
    const auto sized = [](auto loop, std::size_t bytes) {
        return [=](std::array<int, 2> cpus, std::int64_t span_ns) {
            return loop(cpus, span_ns, bytes);
        };
    };
    return {
        {"one cache line", "shm_ring_spin", 8, false, one_cache_line},
        {"two cache lines", "shm_ring_spin", 8, false, two_cache_lines},
        {"pipe", "pipe", 64, false, sized(pipe_round_trip, 64)},
        {"unix stream", "unix_stream", 64, false, sized(unix_round_trip<SOCK_STREAM>, 64)},
        {"unix seqpacket", "unix_seqpacket", 64, false, sized(unix_round_trip<SOCK_SEQPACKET>, 64)},
        {"tcp", "tcp", 64, false, sized(tcp_round_trip, 64)},
        {"udp connected", "udp_connected", 64, false, sized(udp_round_trip, 64)},
        {"sysv msg typed", "sysv_msg_typed", 64, false, sized(sysv_round_trip, 64)},
        {"eventfd", "eventfd", 0, false, eventfd_round_trip},
        {"posix mq", "posix_mq", 64, false, sized(mq_round_trip, 64)},
        {"futex", "shm_ring_futex", 64, false, futex_round_trip},
        {"boost spsc_queue", "shm_packed_spin", 64, true, queue_stream<boost_queue>},
        {"rigtorp's queue", "shm_packed_spin", 64, true, queue_stream<rigtorp_style_queue>}};
}

double memcpy_bandwidth(int cpu, std::size_t block_bytes, std::int64_t span_ns) {
    pin_to(cpu);
    std::vector<std::byte> from(block_bytes, std::byte{1});
    std::vector<std::byte> to(block_bytes);
    const std::uint64_t start = shared_clock::raw_ns();
    std::uint64_t now = start;
    std::uint64_t blocks = 0;
    for (; now - start < static_cast<std::uint64_t>(span_ns); ++blocks) {
        std::memcpy(to.data(), from.data(), block_bytes);
        asm volatile("" ::"r"(to.data()) : "memory");
        now = shared_clock::raw_ns();
    }
    return static_cast<double>(blocks * block_bytes) / static_cast<double>(now - start) * 1e9;
}

}  // namespace ipcmark
