#pragma once

#include <cstdint>

#include "harness/worker/session.hpp"

namespace ipcmark::loops {

/// What one of several consumers takes out of one object: it has gaps where others were quicker,
/// and comes in order. Each takes one of the messages that close a phase. Whether all together got
/// every message once, their counts and the sums of the sequence numbers tell: see
/// repetition_result::conclude_sharing.
template <class T>
class competing_stream {
public:
    static constexpr bool may_drop = T::info.facts.may_drop;

    competing_stream(T& end, session& run)
        : end_(end), run_(run), in_(run.incoming, sequence_rule::may_lose) {}

    template <class OnMessage>
    std::uint64_t receive(phase which, OnMessage on_message) {
        std::uint64_t received = 0;
        in_.forget_end();
        for (;;) {
            if (!end_.recv([this](readable bytes) { in_.check(bytes); })) {
                if constexpr (may_drop) {
                    if (run_.announced(which) != no_sequence) return received;
                    continue;
                }
                run_.peer_closed();
            }
            sum_ += in_.last();
            on_message(++received);
            run_.note_progress(received);
            if (closes(which)) return received;
        }
    }

    void reset_counts() noexcept {
        in_.reset_counts();
        sum_ = 0;
    }
    void tell(measurement& result) const {
        result.out_of_order = in_.out_of_order();
        if constexpr (!may_drop) result.sequence_sum = sum_;
    }

private:
    [[gnu::always_inline]] bool closes(phase which) const noexcept {
        if (run_.incoming.marks_end) [[likely]]
            return in_.end_sequence() != payload_checker::no_end;
        return in_.last() >= run_.announced(which);
    }

    T& end_;
    session& run_;
    payload_checker in_;
    std::uint64_t sum_ = 0;
};

}  // namespace ipcmark::loops
