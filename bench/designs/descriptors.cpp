#include "bench/designs/descriptors.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "bench/designs/bare.hpp"

namespace bare {

namespace {

constexpr std::size_t queued_bytes = 1 << 18;  // at least: what fits between the two

/// A folder of its own that is gone again once both ends are open.
class folder {
public:
    folder() {
        if (::mkdtemp(path_.data()) == nullptr)
            throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() {
        for (const auto& name : names_)
            ::unlink(name.c_str());
        ::rmdir(path_.c_str());
    }
    std::string name(const char* of) { return names_.emplace_back(path_ + "/" + of); }

private:
    std::string path_ = "/dev/shm/ipcmark_bare.XXXXXX";
    std::vector<std::string> names_;
};

void widen_pipe(int fd, std::size_t payload_bytes) {
    constexpr std::size_t most = 1 << 20;  // what anybody may have
    ::fcntl(fd, F_SETPIPE_SZ,
            static_cast<int>(std::clamp(payload_bytes, std::size_t{1} << 16, most)));
}

void widen_socket(int fd, std::size_t payload_bytes) {
    const int bytes = static_cast<int>(std::max(queued_bytes, 2 * payload_bytes));
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

descriptors one_way_by_name(const std::string& name, std::size_t payload_bytes) {
    checked(::mkfifo(name.c_str(), 0600), "mkfifo");
    const int reader =
        static_cast<int>(checked(::open(name.c_str(), O_RDONLY | O_NONBLOCK), name.c_str()));
    const int writer = static_cast<int>(checked(::open(name.c_str(), O_WRONLY), name.c_str()));
    checked(::fcntl(reader, F_SETFL, 0), "fcntl");
    widen_pipe(writer, payload_bytes);
    return {reader, writer};
}

descriptor_ends crossed(descriptors there, descriptors back) {
    return {descriptors{back.read, there.write}, descriptors{there.read, back.write}};
}

descriptor_ends over_sockets(int first, int second, std::size_t payload_bytes) {
    widen_socket(first, payload_bytes);
    widen_socket(second, payload_bytes);
    return {descriptors{first, first}, descriptors{second, second}};
}

/// A socket that listens at `address`, one connected to it, and the accepted one.
descriptor_ends connect_to(const sockaddr* address, socklen_t bytes, int type,
                           std::size_t payload_bytes, const std::function<void(int)>& set_up) {
    const auto socket_of = [&] {
        return static_cast<int>(checked(::socket(address->sa_family, type, 0), "socket"));
    };
    const int listener = socket_of();
    checked(::bind(listener, address, bytes), "bind");
    checked(::listen(listener, 1), "listen");
    sockaddr_storage at{};
    socklen_t length = sizeof at;
    checked(::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &length), "getsockname");
    const int first = socket_of();
    checked(::connect(first, reinterpret_cast<sockaddr*>(&at), length), "connect");
    const int second = static_cast<int>(checked(::accept(listener, nullptr, nullptr), "accept"));
    ::close(listener);
    set_up(first);
    set_up(second);
    return over_sockets(first, second, payload_bytes);
}

class descriptor_channel : public channel {
public:
    descriptor_channel(descriptors ends, waits how, std::size_t payload_bytes)
        : ends_(ends), how_(how), sent_(payload_bytes), received_(payload_bytes) {}

    std::byte* slot() override { return sent_.data(); }
    void send() override {
        for (std::size_t at = 0; at < sent_.size();)
            at += static_cast<std::size_t>(
                checked(::write(ends_.write, sent_.data() + at, sent_.size() - at), "write"));
    }
    const std::byte* receive() override {
        for (std::size_t at = 0; at < received_.size();) {
            if (how_ != waits::in_read) wait();
            const auto bytes = static_cast<std::size_t>(
                checked(::read(ends_.read, received_.data() + at, received_.size() - at), "read"));
            if (bytes == 0) throw std::runtime_error("the other side is gone");
            at += bytes;
        }
        return received_.data();
    }
    int descriptor() const override { return ends_.read; }

private:
    void wait() {
        if (how_ == waits::in_poll) {
            pollfd one{ends_.read, POLLIN, 0};
            ::poll(&one, 1, -1);
            return;
        }
        epoll_event one{EPOLLIN, {}};
        if (epoll_ < 0) {
            epoll_ = static_cast<int>(checked(::epoll_create1(0), "epoll_create1"));
            checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, ends_.read, &one), "epoll_ctl");
        }
        ::epoll_wait(epoll_, &one, 1, -1);
    }

    descriptors ends_;
    waits how_;
    int epoll_ = -1;
    std::vector<std::byte> sent_;
    std::vector<std::byte> received_;
};

class posix_queue_channel : public channel {
public:
    posix_queue_channel(mqd_t in, mqd_t out, std::size_t payload_bytes)
        : in_(in), out_(out), sent_(payload_bytes), received_(payload_bytes) {}

    std::byte* slot() override { return sent_.data(); }
    void send() override {
        checked(::mq_send(out_, reinterpret_cast<const char*>(sent_.data()), sent_.size(), 0),
                "mq_send");
    }
    const std::byte* receive() override {
        checked(
            ::mq_receive(in_, reinterpret_cast<char*>(received_.data()), received_.size(), nullptr),
            "mq_receive");
        return received_.data();
    }
    int descriptor() const override { return in_; }

private:
    mqd_t in_;
    mqd_t out_;
    std::vector<std::byte> sent_;
    std::vector<std::byte> received_;
};

mqd_t open_queue(const char* way, std::size_t payload_bytes) {
    const std::string name = "/ipcmark_bare." + std::to_string(::getpid()) + way;
    mq_attr about{};
    about.mq_maxmsg = 10;
    about.mq_msgsize = static_cast<long>(payload_bytes);
    const mqd_t queue = static_cast<mqd_t>(
        checked(::mq_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600, &about), "mq_open"));
    ::mq_unlink(name.c_str());
    return queue;
}

/// Removed with its owner's end: a System V queue outlives its processes.
class sysv_queue {
public:
    sysv_queue() : id_(static_cast<int>(checked(::msgget(IPC_PRIVATE, 0600), "msgget"))) {}
    sysv_queue(const sysv_queue&) = delete;
    sysv_queue& operator=(const sysv_queue&) = delete;
    ~sysv_queue() {
        if (::getpid() == owner_) ::msgctl(id_, IPC_RMID, nullptr);
    }
    int id() const { return id_; }

private:
    int id_;
    pid_t owner_ = ::getpid();
};

class sysv_channel : public channel {
public:
    using queue = std::shared_ptr<sysv_queue>;
    sysv_channel(queue in, queue out, std::size_t payload_bytes)
        : in_(std::move(in)),
          out_(std::move(out)),
          payload_bytes_(payload_bytes),
          sent_(sizeof(long) + payload_bytes),
          received_(sizeof(long) + payload_bytes) {
        const long type = 1;
        std::memcpy(sent_.data(), &type, sizeof type);
    }

    std::byte* slot() override { return sent_.data() + sizeof(long); }
    void send() override {
        checked(::msgsnd(out_->id(), sent_.data(), payload_bytes_, 0), "msgsnd");
    }
    const std::byte* receive() override {
        checked(::msgrcv(in_->id(), received_.data(), payload_bytes_, 0, 0), "msgrcv");
        return received_.data() + sizeof(long);
    }

private:
    queue in_;
    queue out_;
    std::size_t payload_bytes_;
    std::vector<std::byte> sent_;
    std::vector<std::byte> received_;
};

}  // namespace

descriptor_ends open_pipes(std::size_t payload_bytes) {
    const auto one = [&] {
        int ends[2];
        checked(::pipe(ends), "pipe");
        widen_pipe(ends[1], payload_bytes);
        return descriptors{ends[0], ends[1]};
    };
    const descriptors there = one();
    return crossed(there, one());
}

descriptor_ends open_fifos(std::size_t payload_bytes) {
    folder in;
    const descriptors there = one_way_by_name(in.name("there"), payload_bytes);
    return crossed(there, one_way_by_name(in.name("back"), payload_bytes));
}

descriptor_ends open_socketpair(int type, std::size_t payload_bytes) {
    int ends[2];
    checked(::socketpair(AF_UNIX, type, 0, ends), "socketpair");
    return over_sockets(ends[0], ends[1], payload_bytes);
}

descriptor_ends open_unix_sockets(int type, bool abstract, std::size_t payload_bytes) {
    folder in;
    const std::string name = in.name("socket");
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    name.copy(at.sun_path + (abstract ? 1 : 0), sizeof at.sun_path - 2);
    const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return connect_to(reinterpret_cast<const sockaddr*>(&at), bytes, type, payload_bytes,
                      [](int) {});
}

descriptor_ends open_tcp_sockets(int family, bool at_once, std::size_t payload_bytes) {
    sockaddr_storage at{};
    at.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET)
        reinterpret_cast<sockaddr_in*>(&at)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        reinterpret_cast<sockaddr_in6*>(&at)->sin6_addr = in6addr_loopback;
    const socklen_t bytes = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    return connect_to(reinterpret_cast<const sockaddr*>(&at), bytes, SOCK_STREAM, payload_bytes,
                      [at_once](int fd) {
                          const int on = at_once ? 1 : 0;
                          ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                      });
}

channel_ends over_descriptors(const descriptor_ends& ends, waits how, std::size_t payload_bytes) {
    return {std::make_unique<descriptor_channel>(ends[0], how, payload_bytes),
            std::make_unique<descriptor_channel>(ends[1], how, payload_bytes)};
}

channel_ends over_posix_queues(std::size_t payload_bytes) {
    const mqd_t there = open_queue(".there", payload_bytes);
    const mqd_t back = open_queue(".back", payload_bytes);
    return {std::make_unique<posix_queue_channel>(back, there, payload_bytes),
            std::make_unique<posix_queue_channel>(there, back, payload_bytes)};
}

channel_ends over_sysv_queues(std::size_t payload_bytes) {
    const auto there = std::make_shared<sysv_queue>();
    const auto back = std::make_shared<sysv_queue>();
    return {std::make_unique<sysv_channel>(back, there, payload_bytes),
            std::make_unique<sysv_channel>(there, back, payload_bytes)};
}

}  // namespace bare
