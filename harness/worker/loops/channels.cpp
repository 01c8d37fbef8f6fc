#include "harness/worker/loops/channels.hpp"

#include <cerrno>
#include <sys/stat.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark::loops {

setup_values channel_values(const setup& cell, std::size_t index) {
    const std::string folder = channel_folder(index);
    setup_values values = cell.values();
    values.name = channel_name(cell.name, folder);
    values.directory /= folder;
    // Either end may come first.
    if (::mkdir(values.directory.c_str(), 0700) != 0 && errno != EEXIST)
        throw_errno("mkdir " + values.directory.string());
    values.parties = 2;
    values.party = static_cast<unsigned>(values.side);
    values.group = {};
    values.notes = {};
    return values;
}

descriptor_set::descriptor_set(bool gives_up)
    : instance_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timeout_ms_(gives_up ? loss_timeout_ms : -1) {}

void descriptor_set::add(int fd, std::size_t number) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.u64 = number;
    checked(::epoll_ctl(instance_.get(), EPOLL_CTL_ADD, fd, &wanted), "epoll_ctl");
}

void descriptor_set::wait() {
    int found = 0;
    do {
        found = ::epoll_wait(instance_.get(), events_.data(), static_cast<int>(events_.size()),
                             timeout_ms_);
    } while (found < 0 && errno == EINTR);
    checked(found, "epoll_wait");
    at_ = 0;
    found_ = static_cast<std::size_t>(found);
}

}  // namespace ipcmark::loops
