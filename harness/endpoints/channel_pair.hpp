#pragma once

#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <sys/stat.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/joining.hpp"

namespace ipcmark {

/// Which end of a channel is made.
struct channel_end {
    bool fresh;   // the first of the two: the memory is zeroed, what lies in it is to be made
    bool writes;  // sends through it
};

/// Two channels, one per direction, on one memory file that the producer makes and hands over. A
/// one-way cell has the forward channel alone, in which more than two may take part.
///
/// A Channel is one direction as one side sees it:
///   static std::size_t bytes_for(const setup&)     what it needs, a multiple of 128
///   Channel(std::span<std::byte> memory, setup&, channel_end, Shared&...)
///   send(fill), recv(consume)                      as a transport's
///   static constexpr bool keeps_boundaries         both sides must agree about payload_bytes
///   read(consume)                                  where it keeps a latest value (shares_state)
template <class Channel>
class channel_pair {
public:
    /// `shared` goes to both channels' constructors.
    template <class... Shared>
    explicit channel_pair(setup& cell, Shared&... shared)
        : file_(cell.makes() ? make_memfd(cell.name, mapping::padded_bytes(
                                                         bytes_for(cell), cell.region_offset_bytes))
                             : take_from_maker(cell)),
          memory_(map(cell)),
          forward_(part(cell, 0), cell, channel_end{cell.makes(), cell.producer()}, shared...),
          producer_(cell.producer()) {
        if (cell.both_ways())
            backward_.emplace(part(cell, 1), cell, channel_end{cell.makes(), !producer_},
                              shared...);
        if (cell.makes()) give_to_all(cell, file_.get());
        file_.reset();
        cell.peer.meet();  // all ends are made
    }

    template <class Fill>
    void send(Fill fill) {
        out().send(fill);
    }
    template <class Consume>
    bool recv(Consume consume) {
        return in().recv(consume);
    }
    template <class Consume>
    bool read(Consume consume) requires requires(Channel& channel) {
        channel.read(consume);
    }
    { return in().read(consume); }

private:
    struct header {
        std::uint64_t payload_bytes = 0;
    };
    static constexpr std::size_t header_bytes = 128;

    static std::size_t directions(const setup& cell) { return cell.asked().directions(); }
    static std::size_t bytes_for(const setup& cell) {
        return header_bytes + directions(cell) * Channel::bytes_for(cell);
    }

    mapping map(const setup& cell) const {
        struct stat state {};
        checked(::fstat(file_.get(), &state), "fstat");
        const std::size_t offset = cell.region_offset_bytes;
        const auto padded = static_cast<std::size_t>(state.st_size);
        const std::size_t padding = mapping::padded_bytes(0, offset);
        if (padded < padding + header_bytes)
            throw std::runtime_error("the two sides disagree about the shared memory");
        mapping memory = mapping::shared(file_.get(), padded - padding, offset);
        if (cell.makes()) new (memory.data()) header{cell.payload_bytes};
        const auto* made = std::launder(reinterpret_cast<const header*>(memory.data()));
        if (Channel::keeps_boundaries && made->payload_bytes != cell.payload_bytes)
            throw std::runtime_error("the two sides disagree about the payload size");
        return memory;
    }

    std::span<std::byte> part(const setup& cell, std::size_t index) const {
        const std::size_t bytes = (memory_.size() - header_bytes) / directions(cell);
        return {memory_.data() + header_bytes + index * bytes, bytes};
    }

    Channel& out() { return producer_ ? forward_ : backward(); }
    Channel& in() { return producer_ ? backward() : forward_; }
    Channel& backward() {
        if (!backward_) [[unlikely]]
            throw std::logic_error("a one-way channel has no way back");
        return *backward_;
    }

    unique_fd file_;
    mapping memory_;
    Channel forward_;
    std::optional<Channel> backward_;
    bool producer_;
};

}  // namespace ipcmark
