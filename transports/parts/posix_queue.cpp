#include "transports/parts/posix_queue.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/resource.h>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

namespace {

constexpr std::int64_t usual_msg_max = 10;
constexpr std::int64_t usual_msgsize_max = 8192;
constexpr std::size_t message_overhead_bytes = 128;  // what mq_overview(7) counts, rounded up

std::int64_t msg_max() {
    return read_number("/proc/sys/fs/mqueue/msg_max").value_or(usual_msg_max);
}

rlim_t queue_bytes_allowed() {
    rlimit allowed{};
    ::getrlimit(RLIMIT_MSGQUEUE, &allowed);
    return allowed.rlim_cur;
}

/// Messages that every one of the pair's queues may hold within RLIMIT_MSGQUEUE.
std::int64_t messages_allowed(const demand& asked) {
    const rlim_t message_bytes =
        asked.directions() * (asked.payload_bytes + message_overhead_bytes);
    return static_cast<std::int64_t>(
        std::min<rlim_t>(queue_bytes_allowed() / message_bytes, 1'000'000));
}

std::string out_of_queue_bytes() {
    return "RLIMIT_MSGQUEUE = " + std::to_string(queue_bytes_allowed()) +
           " bytes leaves no room for this queue; raise it (ulimit -q) or close other queues";
}

/// Creates with as many messages as the limits grant: half as many after each refusal.
unique_fd create(const std::string& name, std::size_t payload_bytes, std::int64_t messages) {
    for (;; messages /= 2) {
        mq_attr attributes{};
        attributes.mq_maxmsg = messages;
        attributes.mq_msgsize = static_cast<long>(payload_bytes);
        const mqd_t queue =
            ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
        if (queue >= 0) return unique_fd(queue);
        if (errno == EMFILE && messages <= 1) throw limit_exceeded(out_of_queue_bytes());
        if (errno == ENOSPC)
            throw limit_exceeded(
                "fs.mqueue.queues_max is reached; raise it (sysctl -w fs.mqueue.queues_max=...)");
        if (errno != EMFILE) throw_errno("mq_open");
    }
}

unique_fd open_existing(const std::string& name) {
    return unique_fd(checked(::mq_open(name.c_str(), O_RDWR | O_CLOEXEC), "mq_open"));
}

std::int64_t capacity(const unique_fd& queue) {
    mq_attr attributes{};
    checked(::mq_getattr(queue.get(), &attributes), "mq_getattr");
    return attributes.mq_maxmsg;
}

}  // namespace

std::optional<std::string> posix_queue::limit(const demand& asked) {
    const std::size_t payload_bytes = asked.payload_bytes;
    const std::int64_t most =
        read_number("/proc/sys/fs/mqueue/msgsize_max").value_or(usual_msgsize_max);
    if (payload_bytes > static_cast<std::size_t>(most))
        return "payload " + std::to_string(payload_bytes) +
               " exceeds /proc/sys/fs/mqueue/msgsize_max = " + std::to_string(most) +
               "; raise it (sysctl -w fs.mqueue.msgsize_max=" + std::to_string(payload_bytes) +
               ") or drop the size";
    if (messages_allowed(asked) == 0) return out_of_queue_bytes();
    return std::nullopt;
}

posix_queue::posix_queue(setup& cell)
    : payload_bytes_(cell.payload_bytes),
      outgoing_(mapping::anonymous(cell.payload_bytes)),
      incoming_(mapping::anonymous(cell.payload_bytes)) {
    const std::string forward = "/" + directed_name(cell.name, direction::forward);
    const std::string backward = "/" + directed_name(cell.name, direction::backward);
    if (cell.makes()) {
        const std::int64_t most = std::min(msg_max(), messages_allowed(cell.asked()));
        const std::int64_t messages = std::clamp<std::int64_t>(
            static_cast<std::int64_t>(cell.depth), 1, std::max<std::int64_t>(most, 1));
        out_ = create(forward, payload_bytes_, messages);
        if (cell.both_ways()) in_ = create(backward, payload_bytes_, messages);
        cell.notes["queue_messages"] = capacity(out_);
        cell.peer.meet();
        cell.peer.meet();
        ::mq_unlink(forward.c_str());
        ::mq_unlink(backward.c_str());
    } else {
        cell.peer.meet();
        (cell.producer() ? out_ : in_) = open_existing(forward);
        if (cell.both_ways()) out_ = open_existing(backward);
        cell.peer.meet();
    }
}

}  // namespace ipcmark
