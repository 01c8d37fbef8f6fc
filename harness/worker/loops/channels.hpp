#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <sys/epoll.h>
#include <type_traits>
#include <vector>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/loops/messages.hpp"

/// One process at the ends of many channels: a server and its clients, or a collector.
namespace ipcmark::loops {

/// What the two ends of channel `index` are made with: names and a folder of its own.
setup_values channel_values(const setup& cell, std::size_t index);

/// Whether one loop can look after many such endpoints.
template <class T>
concept servable = (waits_by_descriptor<T> || tells_readiness<T>)&&!serves<T>;

/// Which of many descriptors has something to read, in the kernel's turn; epoll(7),
/// level-triggered, a message a look.
class descriptor_set {
public:
    explicit descriptor_set(bool gives_up);
    void add(int fd, std::size_t number);

    static constexpr std::size_t silence = ~std::size_t{0};
    /// The number of one; silence: nothing came within loss_timeout_ms, where it gives up.
    std::size_t next() {
        if (at_ == found_) wait();
        return at_ == found_ ? silence : static_cast<std::size_t>(events_[at_++].data.u64);
    }

private:
    void wait();

    unique_fd instance_;
    int timeout_ms_;
    std::array<epoll_event, 64> events_{};
    std::size_t at_ = 0;
    std::size_t found_ = 0;
};

/// The end of one channel, and what is known of the process at the other one.
template <class T>
struct channel {
    channel(setup& cell, const session& run, std::size_t index, std::size_t producer)
        : end(cell),
          out({run.outgoing.how, run.outgoing.bytes, ~(run.incoming.tag + source_offset(index))}),
          in({run.incoming.how, run.incoming.bytes, run.incoming.tag + source_offset(index),
              run.incoming.marks_end},
             run.rule),
          marks_end(run.incoming.marks_end),
          party(producer),
          announced(run.announced_by(producer)) {}

    void begin(phase which) noexcept {
        now = which;
        in.forget_end();
    }
    std::uint64_t last_announced() const noexcept {
        return announced[static_cast<std::size_t>(now)].load(std::memory_order_acquire);
    }
    [[gnu::always_inline]] bool is_over() const noexcept {
        return in.expected() - 1 >= (marks_end ? in.end_sequence() : last_announced());
    }

    T end;
    payload_writer out;
    payload_checker in;
    bool marks_end;
    std::size_t party;
    const last_sequences& announced;
    phase now = phase::warm_up;
    bool over = false;
    std::uint64_t timed = 0;  // messages
};

/// All channels of one process. A message is taken of whoever has one, each channel in its turn;
/// every channel goes through the phases by itself.
template <servable T>
class channel_set {
public:
    static constexpr bool may_drop = T::info.facts.may_drop;

    /// Makes the ends one after the other, in the order of the producers.
    channel_set(setup& cell, session& run) : run_(run), ready_(may_drop) {
        const auto& producers = cell.group.producers;
        for (std::size_t i = 0; i < producers.size(); ++i) {
            rendezvous line = cell.peer.with(producers[i]);
            setup mine{channel_values(cell, i), line};
            all_.push_back(std::make_unique<channel<T>>(mine, run, i, producers[i]));
            cell.notes.merge(mine.notes);
            if constexpr (waits_by_descriptor<T>) ready_.add(all_.back()->end.wait_fd(), i);
        }
    }

    /// Takes everything from the beginning of phase `first` to the end of `last`. Returns the
    /// number of messages.
    template <bool Answers, class OnMessage>
    std::uint64_t take(phase first, phase last, OnMessage on_message) {
        std::uint64_t received = 0;
        open_ = all_.size();
        for (auto& each : all_) {
            each->over = false;
            each->timed = 0;
            each->begin(first);
        }
        while (open_ > 0) {
            channel<T>* from = next();
            if (from == nullptr || !take_one<Answers>(*from)) {
                close_silent(last);
                continue;
            }
            if (from->now == phase::timed) ++from->timed;
            on_message(++received);
            run_.note_progress(received);
            while (!from->over && from->is_over())
                [[unlikely]] advance(*from, last);
        }
        return received;
    }

    template <class OnMessage>
    std::uint64_t receive(phase which, OnMessage on_message) {
        return take<false>(which, which, on_message);
    }

    void reset_counts() noexcept {
        for (auto& each : all_)
            each->in.reset_counts();
    }
    void tell(measurement& result) const {
        for (const auto& each : all_) {
            result.sources.push_back(
                {each->party, each->timed, each->in.lost(), each->in.out_of_order()});
            result.lost += each->in.lost();
            result.out_of_order += each->in.out_of_order();
        }
    }

private:
    channel<T>* next() {
        if constexpr (waits_by_descriptor<T>) {
            const std::size_t number = ready_.next();
            return number == descriptor_set::silence ? nullptr : all_[number].get();
        } else {
            for (;; pause_cpu())
                for (std::size_t looks = 0; looks < all_.size(); ++looks) {
                    turn_ = turn_ + 1 == all_.size() ? 0 : turn_ + 1;
                    if (all_[turn_]->end.ready()) return all_[turn_].get();
                }
        }
    }

    template <bool Answers>
    bool take_one(channel<T>& from) {
        if (!from.end.recv([&from](readable bytes) { from.in.check(bytes); })) {
            if constexpr (may_drop) return false;
            run_.peer_closed();
        }
        if constexpr (Answers) {
            from.out.set_sequence(from.in.last());
            from.end.send([&from](writable bytes) noexcept { from.out.write(bytes); });
            flush(from.end);
        }
        return true;
    }

    void advance(channel<T>& of, phase last) noexcept {
        if (of.now == last) {
            of.over = true;
            --open_;
        } else {
            of.begin(static_cast<phase>(static_cast<std::uint32_t>(of.now) + 1));
        }
    }

    /// What was announced and has not come is lost.
    void close_silent(phase last) {
        for (auto& each : all_) {
            if (each->over || each->last_announced() == no_sequence) continue;
            each->in.close_gap(each->last_announced());
            advance(*each, last);
        }
    }

    struct asked_in_turn {
        explicit asked_in_turn(bool) {}
    };

    session& run_;
    std::vector<std::unique_ptr<channel<T>>> all_;
    [[no_unique_address]] std::conditional_t<waits_by_descriptor<T>, descriptor_set, asked_in_turn>
        ready_;
    std::size_t turn_ = 0;
    std::size_t open_ = 0;
};

/// Answers all clients, as round_trip_consumer does one.
template <class T>
void serving_consumer(channel_set<T>& all, session& run, rendezvous& everybody) {
    run.enter(stage::warming_up);
    run.result.warm_up_messages = all.template take<true>(phase::warm_up, phase::warm_up, ignore{});
    all.reset_counts();
    run.enter(stage::timing);
    everybody.meet();
    run.start_counting();
    const std::uint64_t answered = all.template take<true>(phase::lead_in, phase::timed, ignore{});
    run.stop_counting(answered);
    all.tell(run.result);
    run.result.lost = 0;  // the clients count what they got no answer to
    for (const source_count& each : run.result.sources)
        run.result.messages += each.messages;
}

}  // namespace ipcmark::loops
