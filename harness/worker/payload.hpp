#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "harness/base/posix/mapping.hpp"
#include "harness/contract/vocabulary.hpp"
#include "harness/worker/touch_code.hpp"

namespace ipcmark {

/// A message arrived that is not the one that was sent.
class integrity_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The bytes of every message, the same for every mechanism.
///
/// The first min(8, size) bytes hold tag + sequence number (little endian, cut to the size), so a
/// message of another cell, a lost, repeated or overtaking one is seen in every timed repetition;
/// below 8 bytes the check is that many bits weak. What follows depends on `touch`:
///   desc    nothing more is written or read
///   line    8 bytes a cache line
///   rw      every byte: a sequence seeded by the tag; the reader's wide sum is checked
///   copy    memcpy from and to a private buffer
///   verify  a pseudo-random stream closed by its CRC-32C; every bit is checked, timing is not
///   compared
struct payload_plan {
    touch how = touch::rw;
    std::size_t bytes = 8;
    std::uint64_t tag = 0;
    /// The last message of a phase has the highest bit of its word flipped. Needs 8 bytes.
    bool marks_end = false;
};

/// Added to a word flips its highest bit, which neither takes room nor costs the loops anything.
inline constexpr std::uint64_t end_mark = std::uint64_t{1} << 63;

class payload_writer {
public:
    explicit payload_writer(const payload_plan& plan, const touch_code& code = chosen_touch_code());

    /// The sequence number of the next message.
    std::uint64_t sequence() const noexcept { return sequence_; }
    void set_sequence(std::uint64_t sequence) noexcept { sequence_ = sequence; }
    /// From now on each message is marked as the last of its phase, or none is.
    void mark_end(bool marked) noexcept { plan_.tag = marked ? tag_ + end_mark : tag_; }

    [[gnu::always_inline]] void write(writable bytes) noexcept {
        const std::uint64_t word = plan_.tag + sequence_++;
        if (bytes.size() >= sizeof word) [[likely]] {
            if (has_body_) write_body(bytes, word);
            std::memcpy(bytes.data(), &word, sizeof word);
        } else {
            write_small(bytes, word);
        }
    }

private:
    void write_body(writable bytes, std::uint64_t word) noexcept;
    static void write_small(writable bytes, std::uint64_t word) noexcept;

    payload_plan plan_;
    const touch_code* code_;
    std::uint64_t tag_;
    bool has_body_;
    std::uint64_t sequence_ = 0;
    mapping source_;
};

/// What may become of the order in which messages were sent.
enum class sequence_rule : std::uint8_t {
    strict,       // every message, one after the other
    may_lose,     // gaps are losses, late ones are counted as out of order
    may_reorder,  // every message exactly once, in any order
};

class payload_checker {
public:
    payload_checker(const payload_plan& plan, sequence_rule rule,
                    const touch_code& code = chosen_touch_code());

    /// The sequence number expected next; may_reorder: how many have come.
    std::uint64_t expected() const noexcept { return expected_; }
    /// Sequence number of the message seen last.
    std::uint64_t last() const noexcept { return last_; }
    std::uint64_t received() const noexcept { return received_; }
    std::uint64_t lost() const noexcept { return lost_; }
    std::uint64_t out_of_order() const noexcept { return out_of_order_; }

    /// Everything up to and including `sequence` is over: what is missing of it was lost.
    void close_gap(std::uint64_t sequence) noexcept;
    void reset_counts() noexcept { received_ = lost_ = out_of_order_ = 0; }

    static constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
    /// Number of the message that was marked as the last of its phase; no_end: none was yet.
    std::uint64_t end_sequence() const noexcept { return end_sequence_; }
    void forget_end() noexcept { end_sequence_ = no_end; }

    /// Of a value that is read at will: the one seen last again, or a newer one. At least 8 bytes.
    /// Counts each value once as received. Throws integrity_error.
    [[gnu::always_inline]] void check_at_will(readable bytes) {
        if (bytes.size() != plan_.bytes) [[unlikely]]
            throw_size(bytes.size());
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        const std::uint64_t sequence = word - plan_.tag;
        if (sequence + 1 != expected_) advance_to(sequence);
        if (has_body_) check_body(bytes, word);
    }

    /// Throws integrity_error.
    [[gnu::always_inline]] void check(readable bytes) {
        if (bytes.size() != plan_.bytes) [[unlikely]]
            throw_size(bytes.size());
        const std::uint64_t expected_word = plan_.tag + expected_;
        std::uint64_t word = 0;
        if (bytes.size() >= sizeof word) [[likely]] {
            std::memcpy(&word, bytes.data(), sizeof word);
            if (word != expected_word || reorders_) [[unlikely]]
                unexpected(word - expected_word, 64);
            if (has_body_) check_body(bytes, word);
        } else {
            check_small(bytes, expected_word);
        }
        last_ = expected_++ + ahead_;
        ++received_;
    }

private:
    [[noreturn, gnu::cold]] void throw_size(std::size_t got) const;
    [[gnu::cold]] void unexpected(std::uint64_t delta, unsigned bits);
    void advance_to(std::uint64_t sequence);
    bool take_end_mark(std::uint64_t& delta);
    void enter_reordered(std::uint64_t delta, unsigned bits);
    void check_small(readable bytes, std::uint64_t expected_word);
    void check_body(readable bytes, std::uint64_t word);
    [[noreturn, gnu::cold]] void throw_body() const;

    payload_plan plan_;
    const touch_code* code_;
    bool has_body_;
    sequence_rule rule_;
    bool reorders_;
    std::uint64_t expected_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t out_of_order_ = 0;
    std::uint64_t end_sequence_ = no_end;
    std::uint64_t ahead_ = 0;  // may_reorder: how far ahead of the count the last message was
    std::vector<std::uint64_t> arrived_;  // may_reorder: by number, modulo the window
    mapping sink_;
};

}  // namespace ipcmark
