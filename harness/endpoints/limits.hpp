#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace ipcmark {

/// Why a Unix seqpacket or datagram socket cannot carry one message of this size here; nullopt
/// when it can. The whole message must fit into the send buffer, net.core.wmem_max at most.
std::optional<std::string> unix_message_limit(std::size_t payload_bytes);

/// Why /dev/shm cannot hold `bytes` more now; nullopt when it can.
std::optional<std::string> shared_memory_limit(std::size_t bytes);

}  // namespace ipcmark
