#include "transports/parts/sysv_messages.hpp"

#include <cstring>

#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

namespace {

std::optional<std::string> beyond(std::size_t payload_bytes, const std::string& sysctl,
                                  std::int64_t usual) {
    const std::int64_t most = read_number("/proc/sys/kernel/" + sysctl).value_or(usual);
    if (payload_bytes <= static_cast<std::size_t>(most)) return std::nullopt;
    return "payload " + std::to_string(payload_bytes) + " exceeds kernel." + sysctl + " = " +
           std::to_string(most) + "; raise it (sysctl -w kernel." + sysctl + "=" +
           std::to_string(payload_bytes) + ") or drop the size";
}

}  // namespace

std::optional<std::string> sysv_messages::limit(const demand& asked) {
    constexpr std::int64_t usual_msgmax = 8192;
    constexpr std::int64_t usual_msgmnb = 16'384;
    if (auto why = beyond(asked.payload_bytes, "msgmax", usual_msgmax)) return why;
    // A message longer than the queue would wait for room for ever.
    return beyond(asked.payload_bytes, "msgmnb", usual_msgmnb);
}

sysv_messages::sysv_messages(const setup& cell, long sends_as, long takes)
    : payload_bytes_(cell.payload_bytes),
      takes_(takes),
      outgoing_(mapping::anonymous(sizeof(long) + cell.payload_bytes)),
      incoming_(mapping::anonymous(sizeof(long) + cell.payload_bytes)) {
    std::memcpy(outgoing_.data(), &sends_as, sizeof sends_as);
}

sysv_queue sysv_messages::create(setup& cell, direction which) {
    sysv_queue queue = sysv_queue::create(sysv_key(cell.name, which));
    msqid_ds state{};
    checked(::msgctl(queue.id(), IPC_STAT, &state), "msgctl");
    cell.notes["queue_bytes"] = static_cast<std::int64_t>(state.msg_qbytes);
    return queue;
}

}  // namespace ipcmark
