#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>

#include "harness/base/posix/error.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/storages.hpp"
#include "harness/endpoints/waits.hpp"

namespace ipcmark {

/// One cache line that carries the request there and comes back with the reply: the least that two
/// processes can move. fill and consume run on the line: no copies.
///
/// Who may write the line is said by the word in it, a count of how often it has changed hands:
/// even, the producer. Sending hands it over with a message. A reader keeps it, to send its answer
/// in it; one that reads again instead hands it back empty, which makes a stream of single messages
/// where no answer comes. Where both send at once, the line's reader sets the message aside.
template <class Wait>
class mailbox {
public:
    static constexpr std::size_t most_bytes = 56;  // what a line holds besides its word

    explicit mailbox(setup& cell)
        : memory_(memfd_storage(cell, sizeof(contents))),
          contents_(cell.producer() ? *new (memory_.data()) contents{}
                                    : *std::launder(reinterpret_cast<contents*>(memory_.data()))),
          wait_(cell, contents_.wait),
          payload_bytes_(cell.payload_bytes),
          parity_(cell.producer() ? 0 : 1) {
        if (cell.producer()) contents_.payload_bytes = payload_bytes_;
        cell.peer.meet();
        if (contents_.payload_bytes != payload_bytes_)
            throw std::runtime_error(
                "the two sides of the mailbox disagree about the payload size");
    }

    template <class Fill>
    void send(Fill fill) {
        if (!may_write(seen_)) [[unlikely]]
            await_line();
        fill(writable(contents_.payload.data(), payload_bytes_));
        hand_over(with_message);
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (is_aside_) [[unlikely]] {
            is_aside_ = false;
            consume(readable(aside_.data(), payload_bytes_));
            return true;
        }
        if (may_write(seen_)) hand_over(0);
        const bool lives = wait_.until(awaited::message, [this]() noexcept {
            seen_ = contents_.word.load(std::memory_order_acquire);
            return may_write(seen_) && (seen_ & with_message) != 0;
        });
        if (!lives) return false;
        consume(readable(contents_.payload.data(), payload_bytes_));
        return true;
    }

private:
    static constexpr std::uint64_t with_message = 1;

    struct contents {
        alignas(128) std::atomic<std::uint64_t> word{0};  // twice the count, plus with_message
        std::array<std::byte, most_bytes> payload;
        alignas(128) std::uint64_t payload_bytes = 0;
        alignas(128) typename Wait::shared wait;
    };

    bool may_write(std::uint64_t word) const noexcept { return (word >> 1) % 2 == parity_; }

    void hand_over(std::uint64_t message) {
        seen_ = ((seen_ >> 1) + 1) << 1 | message;
        contents_.word.store(seen_, std::memory_order_release);
        wait_.notify(awaited::message);
    }

    /// The reader of the last message hands the line back, or has sent one itself meanwhile.
    [[gnu::noinline]] void await_line() {
        const bool lives = wait_.until(awaited::message, [this]() noexcept {
            seen_ = contents_.word.load(std::memory_order_acquire);
            return may_write(seen_);
        });
        if (!lives) throw peer_gone("the other side of the mailbox has gone");
        if ((seen_ & with_message) == 0) return;
        if (is_aside_) throw std::logic_error("both sides of a mailbox send and neither receives");
        aside_ = contents_.payload;
        is_aside_ = true;
    }

    mapping memory_;
    contents& contents_;
    Wait wait_;
    std::size_t payload_bytes_;
    std::uint64_t parity_;
    std::uint64_t seen_ = 0;  // the word as this side has last read or written it
    std::array<std::byte, most_bytes> aside_{};
    bool is_aside_ = false;
};

/// What the descriptions of all mailboxes have in common.
constexpr transport_info mailbox_info(std::string_view name, std::string_view summary,
                                      std::string_view reference, wait_style wait) {
    return {.name = name,
            .summary = summary,
            .family = "shared memory",
            .reference = reference,
            .payload = {.max_bytes = mailbox<spin_wait>::most_bytes},
            .copies_per_message = 0,
            .wait = wait,
            .facts = {.message_boundaries = true,
                      .duplex = true,
                      .survives_producer_exit = true,
                      .control = access::descriptor}};
}

}  // namespace ipcmark
