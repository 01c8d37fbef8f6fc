#pragma once

#include <concepts>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "harness/endpoints/shm_ring.hpp"
#include "harness/endpoints/storages.hpp"

namespace ipcmark {

/// What the descriptions of all rings have in common.
constexpr transport_info ring_info(std::string_view name, std::string_view summary,
                                   std::string_view reference, wait_style wait) {
    return {.name = name,
            .summary = summary,
            .family = "shared memory",
            .reference = reference,
            .copies_per_message = 0,
            .wait = wait,
            .facts = {.message_boundaries = true,
                      .survives_producer_exit = true,
                      .control = access::descriptor}};
}

/// The same for a ring that both sides find by a name.
constexpr transport_info named_ring_info(std::string_view name, std::string_view summary,
                                         std::string_view reference, wait_style wait) {
    transport_info info = ring_info(name, summary, reference, wait);
    info.facts.unrelated_processes = true;
    info.facts.control = access::file_mode;
    return info;
}

/// Two rings, one per direction, in memory from Storage. fill and consume run on the shared slot:
/// no copies. A one-way cell has the forward ring alone.
template <class Wait, shared_storage Storage = memfd_storage>
class ring_pair {
public:
    explicit ring_pair(setup& cell)
        : ring_bytes_(shm_ring<Wait>::bytes_for(cell.payload_bytes, cell.depth)),
          memory_(Storage(cell, bytes_needed(cell.asked()))),
          wait_(cell, *reinterpret_cast<typename Wait::shared*>(memory_.data())),
          forward_(rings(cell), cell.payload_bytes, cell.depth, cell.producer(), wait_),
          producer_(cell.producer()) {
        if (cell.both_ways())
            backward_.emplace(memory_.data() + wait_bytes + ring_bytes_, cell.payload_bytes,
                              cell.depth, cell.producer(), wait_);
        if (cell.producer()) cell.peer.meet();
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

    /// Of one that polls: whether recv finds a message at once.
    bool ready() requires std::same_as<Wait, spin_wait> {
        return (producer_ ? backward_.value() : forward_).ready();
    }

    /// Shared memory that such a cell takes.
    static std::size_t bytes_needed(const demand& asked) {
        const std::size_t ring_bytes = shm_ring<Wait>::bytes_for(asked.payload_bytes, asked.depth);
        return wait_bytes + ring_bytes * asked.directions();
    }

private:
    static constexpr std::size_t wait_bytes = (sizeof(typename Wait::shared) + 127) / 128 * 128;

    /// Where the rings lie; for the consumer, once the producer has made them.
    std::byte* rings(setup& cell) {
        if (!cell.producer()) cell.peer.meet();
        return memory_.data() + wait_bytes;
    }

    std::size_t ring_bytes_;
    mapping memory_;
    Wait wait_;
    shm_ring<Wait> forward_;
    std::optional<shm_ring<Wait>> backward_;
    bool producer_;
};

}  // namespace ipcmark
