#pragma once

#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/interprocess/managed_shared_memory.hpp>

#include "harness/base/object_names.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/limits.hpp"

namespace ipcmark {

namespace bip = boost::interprocess;

/// What the descriptions of channels that any number of processes may share have in common.
constexpr transport_info managed_info(std::string_view name, std::string_view summary,
                                      std::string_view reference) {
    return {.name = name,
            .summary = summary,
            .family = "shared memory",
            .reference = reference,
            .copies_per_message = 0,
            .facts = {.message_boundaries = true,
                      .unrelated_processes = true,
                      .fan_in = true,
                      .fan_out = sharing::competing,
                      .joinable = true,
                      .survives_producer_exit = true,
                      .control = access::file_mode}};
}

/// Two channels, one per direction, in one Boost.Interprocess managed_shared_memory that the
/// consumer finds by name; the name is gone as soon as both sides have it.
///
/// A Channel lies in the segment, the same object for both sides:
///   static std::size_t bytes_for(payload_bytes, depth)    what it allocates in the segment
///   Channel(bip::managed_shared_memory&, payload_bytes, depth)
///   send(bip::managed_shared_memory&, fill), recv(bip::managed_shared_memory&, consume)
///   std::size_t payload_bytes
template <class Channel>
class managed_pair {
public:
    static std::optional<std::string> limit(const demand& asked) {
        return shared_memory_limit(segment_bytes(asked.payload_bytes, asked.depth));
    }

    explicit managed_pair(setup& cell) : producer_(cell.producer()), both_ways_(cell.both_ways()) {
        const std::string name = directed_name(cell.name, direction::forward);
        if (cell.makes()) {
            segment_ = bip::managed_shared_memory(bip::create_only, name.c_str(),
                                                  segment_bytes(cell.payload_bytes, cell.depth),
                                                  nullptr, bip::permissions(0600));
            // Boost 1.74's construct() does not honour alignments above 16.
            auto* memory = static_cast<Channel*>(
                segment_.allocate_aligned(2 * sizeof(Channel), alignof(Channel)));
            for (int i = 0; i < 2; ++i)
                new (memory + i) Channel(segment_, cell.payload_bytes, cell.depth);
            channels_ = memory;
            segment_.construct<bip::offset_ptr<Channel>>("channels")(memory);
            cell.peer.meet();
            cell.peer.meet();
            bip::shared_memory_object::remove(name.c_str());
        } else {
            cell.peer.meet();
            segment_ = bip::managed_shared_memory(bip::open_only, name.c_str());
            channels_ = segment_.find<bip::offset_ptr<Channel>>("channels").first->get();
            if (channels_->payload_bytes != cell.payload_bytes)
                throw std::runtime_error("the two sides disagree about the payload size");
            cell.peer.meet();
        }
    }

    template <class Fill>
    void send(Fill fill) {
        if (!producer_ && !both_ways_) throw std::logic_error("a one-way cell has no way back");
        channels_[producer_ ? 0 : 1].send(segment_, fill);
    }

    template <class Consume>
    bool recv(Consume consume) {
        channels_[producer_ ? 1 : 0].recv(segment_, consume);
        return true;
    }

private:
    static std::size_t segment_bytes(std::size_t payload_bytes, std::size_t depth) {
        constexpr std::size_t bookkeeping_bytes = std::size_t{64} * 1024;
        return 2 * (sizeof(Channel) + Channel::bytes_for(payload_bytes, depth)) + bookkeeping_bytes;
    }

    bip::managed_shared_memory segment_;
    Channel* channels_ = nullptr;
    bool producer_;
    bool both_ways_;
};

}  // namespace ipcmark
