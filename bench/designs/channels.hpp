#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace bare {

/// One end of a channel of messages of one size, in both directions.
class channel {
public:
    channel() = default;
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    virtual ~channel() = default;

    /// Where the next message is made; it may block until there is room.
    virtual std::byte* slot() = 0;
    virtual void send() = 0;
    /// Blocks. The message stays until done().
    virtual const std::byte* receive() = 0;
    virtual void done() {}
    /// What poll(2) takes; -1: none.
    virtual int descriptor() const { return -1; }
};

/// Made before the processes are: the first end for those that send or ask, the second for the one
/// that receives or answers.
using channel_ends = std::array<std::unique_ptr<channel>, 2>;

/// Throws std::invalid_argument for a mechanism that there is no plain channel of.
channel_ends open_channel(const std::string& mechanism, std::size_t payload_bytes);

/// Whether several may send into the first end of one channel.
bool is_joinable(const std::string& mechanism);

std::vector<std::string> channel_names();

}  // namespace bare
