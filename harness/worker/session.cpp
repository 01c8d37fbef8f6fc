#include "harness/worker/session.hpp"

#include <csignal>

#include "harness/base/posix/error.hpp"
#include "harness/worker/protocol.hpp"

namespace ipcmark {

namespace {

/// Where the channel's producer says which message is the last of a phase.
last_sequences& announcements(shared_state& shared, std::span<const party> parties,
                              std::size_t position) {
    if (parties.size() <= 2) return shared.last_sequence;
    if (parties[position].side == role::producer) return shared.worker(position).last_sequence;
    return shared.worker(partners_of(position, parties).front()).last_sequence;
}

}  // namespace

session::session(shared_state& shared, std::span<const party> parties, std::size_t position,
                 const clock_parameters& clock_source, const effort& effort_,
                 const payload_plan& sent, const payload_plan& received, sequence_rule order)
    : clock(clock_source),
      stamp_cost_ns(clock_source.stamp_cost_ns),
      work(effort_),
      outgoing(sent),
      incoming(received),
      rule(order),
      out(sent),
      in(received, order),
      shared_(shared),
      announced_(announcements(shared, parties, position)),
      status_(shared.worker(position)),
      sharing_(shared, parties, position),
      events_(effort_.act.kind == task_kind::count),
      energy_(effort_.act.kind == task_kind::count && parties[position].side == role::producer) {
    constexpr std::size_t blocks_at_most = 4096;
    result.block_ticks.resize(blocks_at_most);  // touched, so that no page is missing later
    result.block_ticks.clear();
    for (const std::size_t other : partners_of(position, parties))
        peers_.push_back(&shared.worker(other));
}

void session::enter(stage next) noexcept {
    status_.since_ns.store(shared_clock::raw_ns(), std::memory_order_relaxed);
    status_.at.store(next, std::memory_order_release);
    if (heartbeat_fd >= 0) [[unlikely]]
        send_heartbeat(heartbeat_fd, {next, status_.messages.load(std::memory_order_relaxed)});
    if (die_entering == next) [[unlikely]]
        ::raise(SIGKILL);
}

void session::note_progress(std::uint64_t messages) noexcept {
    status_.messages.store(messages, std::memory_order_relaxed);
}

void session::watch_service(const std::vector<int>& pids) {
    service_ = service_meter(pids, work.act.kind == task_kind::count);
}

// What allocates is outside of the two snapshots, and what other processes do is read first and
// last.
void session::start_counting() {
    energy_.start();
    service_.start();
    before_ = usage_.read();
    events_.start();
    if (at_snapshot != nullptr) at_snapshot(true);
}

void session::stop_counting(std::uint64_t messages) {
    if (at_snapshot != nullptr) at_snapshot(false);
    events_.stop();
    result.consumed = usage_.read() - before_;
    service_.stop();
    energy_.stop();
    result.counted_messages = messages;
    sharing_.add_to(result.figures, latencies);
    result.events = events_.read();
    result.energy = energy_.read();
    result.service_events = service_.events();
    result.services = service_.take();
    if (const auto held = read_resident_memory(); held && own_memory_) {
        result.figures["own_resident_bytes"] = static_cast<double>(own_memory_->all_bytes);
        result.figures["shared_bytes"] =
            static_cast<double>(held->shared_bytes - own_memory_->shared_bytes);
    }
}

void session::note_own_memory() {
    own_memory_ = read_resident_memory();
}

void session::peer_closed() const {
    throw peer_gone("the peer closed the channel before the last message");
}

}  // namespace ipcmark
