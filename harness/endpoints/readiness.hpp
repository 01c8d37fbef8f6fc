#pragma once

#include <cerrno>
#include <poll.h>
#include <string_view>
#include <sys/epoll.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/waits.hpp"

/// How a byte stream waits for the kernel: policies of basic_fd_stream. Each has
///   watch(reader, writer)       once, when the descriptors are there; either may be -1
///   read_exact, write_exact     as in posix/io.hpp
///   suffix, phrase, style       what its variants are called and how they wait
namespace ipcmark {

/// read(2) and write(2) block.
struct blocking {
    static constexpr std::string_view suffix = "";
    static constexpr std::string_view phrase = "";
    static constexpr wait_style style = wait_style::blocks;

    static void watch(int, int) noexcept {}
    static bool read_exact(int fd, writable bytes) { return ipcmark::read_exact(fd, bytes); }
    static void write_exact(int fd, readable bytes) { ipcmark::write_exact(fd, bytes); }
};

/// Sets O_NONBLOCK; -1 is no descriptor and is left alone.
void set_nonblocking(int fd);

/// Descriptors that answer EAGAIN. Wait passes the time until there is data or room: it has
/// until_readable(fd), until_writable(fd) and asks_first: whether a read is tried only after the
/// wait has said that there is something, as level-triggered loops do. Writes are always tried
/// first, since there is mostly room.
template <class Wait>
class nonblocking {
public:
    static constexpr std::string_view suffix = Wait::suffix;
    static constexpr std::string_view phrase = Wait::phrase;
    static constexpr wait_style style = Wait::style;

    void watch(int reader, int writer) {
        set_nonblocking(reader);
        set_nonblocking(writer);
        wait_.watch(reader, writer);
    }

    bool read_exact(int fd, writable bytes) {
        const std::size_t wanted = bytes.size();
        while (!bytes.empty()) {
            if constexpr (Wait::asks_first) wait_.until_readable(fd);
            const ssize_t got = ::read(fd, bytes.data(), bytes.size());
            if (got < 0) {
                if (!nothing_yet()) throw_errno("read");
                if constexpr (!Wait::asks_first) wait_.until_readable(fd);
                continue;
            }
            if (got == 0) [[unlikely]] {
                if (bytes.size() == wanted) return false;
                throw peer_gone("the stream ended inside a message");
            }
            bytes = bytes.subspan(static_cast<std::size_t>(got));
        }
        return true;
    }

    void write_exact(int fd, readable bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(fd, bytes.data(), bytes.size());
            if (written < 0) {
                if (!nothing_yet()) throw_errno("write");
                wait_.until_writable(fd);
                continue;
            }
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }

private:
    /// An interrupted call counts as one that found nothing: what follows is a wait or a retry,
    /// and both are right.
    static bool nothing_yet() noexcept { return errno == EAGAIN || errno == EINTR; }

    [[no_unique_address]] Wait wait_;
};

/// poll(2) on the one descriptor at stake.
struct poll_wait {
    static constexpr std::string_view suffix = "_poll";
    static constexpr std::string_view phrase = ", non-blocking, waits in poll(2)";
    static constexpr wait_style style = wait_style::blocks;
    static constexpr bool asks_first = true;

    static void watch(int, int) noexcept {}
    static void until_readable(int fd) { until(fd, POLLIN); }
    static void until_writable(int fd) { until(fd, POLLOUT); }

private:
    static void until(int fd, short event) {
        pollfd watched{fd, event, 0};
        while (::poll(&watched, 1, -1) < 0)
            if (errno != EINTR) throw_errno("poll");
    }
};

/// epoll(7) with an instance for either direction, because a call waits for one alone.
/// Level-triggered asks before each read, and arms the way out anew for each wait. Edge-triggered
/// must find EAGAIN before it may wait, and registers once.
class epoll_base {
protected:
    explicit epoll_base(std::uint32_t mode) noexcept : mode_(mode) {}

    void watch(int reader, int writer);
    void until_readable() { wait(readable_.get()); }
    void until_writable(int fd);

private:
    static void wait(int instance) {
        epoll_event event;
        while (::epoll_wait(instance, &event, 1, -1) < 0)
            if (errno != EINTR) throw_errno("epoll_wait");
    }

    std::uint32_t mode_;
    bool writer_known_ = false;
    unique_fd readable_;
    unique_fd writable_;
};

template <bool EdgeTriggered>
class epoll_wait_for : epoll_base {
public:
    static constexpr std::string_view suffix = EdgeTriggered ? "_epoll_et" : "_epoll";
    static constexpr std::string_view phrase =
        EdgeTriggered ? ", non-blocking, waits in epoll(7), edge-triggered"
                      : ", non-blocking, waits in epoll(7), level-triggered";
    static constexpr wait_style style = wait_style::blocks;
    static constexpr bool asks_first = !EdgeTriggered;

    epoll_wait_for() noexcept : epoll_base(EdgeTriggered ? EPOLLET : 0u) {}
    void watch(int reader, int writer) { epoll_base::watch(reader, writer); }
    void until_readable(int) { epoll_base::until_readable(); }
    void until_writable(int fd) { epoll_base::until_writable(fd); }
};

/// Asks again and again, with the CPU's pause instruction in between.
struct busy_wait {
    static constexpr std::string_view suffix = "_busy";
    static constexpr std::string_view phrase = ", non-blocking, asked again until it answers";
    static constexpr wait_style style = wait_style::spins;
    static constexpr bool asks_first = false;

    static void watch(int, int) noexcept {}
    static void until_readable(int) noexcept { pause_cpu(); }
    static void until_writable(int) noexcept { pause_cpu(); }
};

}  // namespace ipcmark
