#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "harness/worker/session.hpp"

namespace ipcmark::loops {

/// What several send into one object, checked by its sources: each message's word says whose it is,
/// see source_offset. Of each source order, loss and repetition are judged by itself, and a phase
/// is over when it is over for all.
class source_checkers {
public:
    /// `producers`: their positions among the parties. Payloads of at least 8 bytes.
    source_checkers(const session& run, const std::vector<std::size_t>& producers);

    /// Throws integrity_error.
    [[gnu::always_inline]] void check(readable bytes) {
        std::uint64_t word = 0;
        if (bytes.size() < sizeof word) [[unlikely]]
            throw_foreign();
        std::memcpy(&word, bytes.data(), sizeof word);
        current_ = ((word - tag_) & ~end_mark) >> source_shift;
        if (current_ >= sources_.size()) [[unlikely]]
            throw_foreign();
        sources_[current_].in.check(bytes);
    }

    void begin(phase which);
    /// Whether the phase is over for all with the message just checked.
    [[gnu::always_inline]] bool is_over() {
        source& from = sources_[current_];
        const std::uint64_t seen = from.in.expected() - 1;
        if (seen < (marks_end_ ? from.in.end_sequence() : announced_by(from))) [[likely]]
            return false;
        return close(from);
    }
    /// The same after a silence: what was announced and has not come is lost.
    bool is_over_in_silence();

    void reset_counts() noexcept;
    /// Since the counts were reset.
    void tell(measurement& result) const;

private:
    struct source {
        payload_checker in;
        std::size_t party;
        const last_sequences* announced;
        bool over = false;
    };

    std::uint64_t announced_by(const source& from) const noexcept {
        return (*from.announced)[static_cast<std::size_t>(phase_)].load(std::memory_order_acquire);
    }
    bool close(source& from) noexcept;
    [[noreturn, gnu::cold]] static void throw_foreign();

    std::uint64_t tag_;
    bool marks_end_;
    std::vector<source> sources_;
    std::size_t current_ = 0;
    std::size_t open_ = 0;
    phase phase_ = phase::warm_up;
};

/// Everything that reaches the one end of the object, from all of its producers.
template <class T>
class shared_stream {
public:
    static constexpr bool may_drop = T::info.facts.may_drop;

    shared_stream(T& end, session& run, const std::vector<std::size_t>& producers)
        : end_(end), run_(run), sources_(run, producers) {}

    template <class OnMessage>
    std::uint64_t receive(phase which, OnMessage on_message) {
        std::uint64_t received = 0;
        sources_.begin(which);
        for (;;) {
            if (!end_.recv([this](readable bytes) { sources_.check(bytes); })) {
                if constexpr (may_drop) {
                    if (sources_.is_over_in_silence()) return received;
                    continue;
                }
                run_.peer_closed();
            }
            on_message(++received);
            run_.note_progress(received);
            if (sources_.is_over()) return received;
        }
    }

    void reset_counts() noexcept { sources_.reset_counts(); }
    void tell(measurement& result) const { sources_.tell(result); }

private:
    T& end_;
    session& run_;
    source_checkers sources_;
};

}  // namespace ipcmark::loops
