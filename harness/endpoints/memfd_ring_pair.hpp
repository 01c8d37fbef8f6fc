#pragma once

#include <optional>
#include <stdexcept>

#include "harness/endpoints/shm_ring.hpp"

namespace ipcmark {

/// Two rings, one per direction, on one memory file that the producer makes and hands over.
/// fill and consume run on the shared slot: no copies. A one-way cell has the forward ring alone.
template <class Wait>
class memfd_ring_pair {
public:
    explicit memfd_ring_pair(setup& cell)
        : ring_bytes_(shm_ring<Wait>::bytes_for(cell.payload_bytes, cell.depth)),
          memory_file_(cell.producer() ? make_memfd(cell.name, total_bytes(cell))
                                       : cell.peer.take()),
          memory_(mapping::shared(memory_file_.get(), total_bytes(cell))),
          forward_(memory_.data(), cell.payload_bytes, cell.depth, cell.producer()),
          producer_(cell.producer()) {
        if (cell.both_ways())
            backward_.emplace(memory_.data() + ring_bytes_, cell.payload_bytes, cell.depth,
                              cell.producer());
        if (cell.producer()) cell.peer.give(memory_file_.get());
        memory_file_.reset();
        cell.notes["ring_slots"] = static_cast<std::int64_t>(shm_ring<Wait>::slots_for(cell.depth));
    }

    template <class Fill>
    void send(Fill fill) {
        if (producer_) return forward_.send(fill);
        if (!backward_) [[unlikely]]
            throw std::logic_error("a one-way ring has no way back");
        backward_->send(fill);
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (!producer_) return forward_.recv(consume);
        if (!backward_) [[unlikely]]
            throw std::logic_error("a one-way ring has no way back");
        return backward_->recv(consume);
    }

private:
    std::size_t total_bytes(const setup& cell) const {
        return ring_bytes_ * (cell.both_ways() ? 2 : 1);
    }

    std::size_t ring_bytes_;
    unique_fd memory_file_;
    mapping memory_;
    shm_ring<Wait> forward_;
    std::optional<shm_ring<Wait>> backward_;
    bool producer_;
};

}  // namespace ipcmark
