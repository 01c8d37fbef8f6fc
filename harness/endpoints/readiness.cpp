#include "harness/endpoints/readiness.hpp"

#include <fcntl.h>

namespace ipcmark {

namespace {

unique_fd make_epoll() {
    return unique_fd(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
}

void control(int instance, int operation, int fd, std::uint32_t events) {
    epoll_event event{.events = events, .data = {}};
    checked(::epoll_ctl(instance, operation, fd, &event), "epoll_ctl");
}

}  // namespace

void set_nonblocking(int fd) {
    if (fd < 0) return;
    const int flags = checked(::fcntl(fd, F_GETFL), "fcntl F_GETFL");
    checked(::fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl F_SETFL");
}

void epoll_base::watch(int reader, int writer) {
    if (reader >= 0) {
        readable_ = make_epoll();
        control(readable_.get(), EPOLL_CTL_ADD, reader, EPOLLIN | mode_);
    }
    if (writer >= 0) writable_ = make_epoll();
}

void epoll_base::until_writable(int fd) {
    // Registered only when a write has found no room, so that a socket whose peer reads wakes
    // nobody needlessly. Adding and arming both look whether there is room by now.
    const bool edge = (mode_ & EPOLLET) != 0;
    const std::uint32_t events = EPOLLOUT | (edge ? mode_ : EPOLLONESHOT);
    if (!writer_known_)
        control(writable_.get(), EPOLL_CTL_ADD, fd, events);
    else if (!edge)
        control(writable_.get(), EPOLL_CTL_MOD, fd, events);
    writer_known_ = true;
    wait(writable_.get());
}

}  // namespace ipcmark
