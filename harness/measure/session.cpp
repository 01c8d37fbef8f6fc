#include "harness/measure/session.hpp"

#include <csignal>

#include "harness/posix/error.hpp"

namespace ipcmark {

session::session(board& shared, role side, const clock_parameters& clock_source,
                 const effort& effort_, const payload_plan& sent, const payload_plan& received,
                 sequence_rule order)
    : clock(clock_source),
      work(effort_),
      outgoing(sent),
      incoming(received),
      rule(order),
      out(sent),
      in(received, order),
      board_(shared),
      line_(shared.workers[static_cast<std::size_t>(side)]),
      peer_line_(shared.workers[side == role::producer ? 1 : 0]),
      events_(effort_.count_events) {
    constexpr std::size_t blocks_at_most = 4096;
    result.block_ticks.reserve(blocks_at_most);
}

void session::enter(stage next) noexcept {
    line_.since_ns.store(shared_clock::raw_ns(), std::memory_order_relaxed);
    line_.at.store(next, std::memory_order_release);
    if (die_entering == next) [[unlikely]]
        ::raise(SIGKILL);
}

void session::note_progress(std::uint64_t messages) noexcept {
    line_.messages.store(messages, std::memory_order_relaxed);
}

void session::start_counting() {
    before_ = usage_.read();
    events_.start();
    if (at_snapshot != nullptr) at_snapshot(true);
}

void session::stop_counting(std::uint64_t messages) {
    if (at_snapshot != nullptr) at_snapshot(false);
    events_.stop();
    result.consumed = usage_.read() - before_;
    result.counted_messages = messages;
    result.events = events_.read();
}

void session::peer_closed() const {
    throw peer_gone("the peer closed the channel before the last message");
}

}  // namespace ipcmark
