#include <mqueue.h>

#include "harness/worker/registry.hpp"
#include "transports/parts/posix_queue.hpp"

namespace ipcmark::transports {

/// POSIX message queues, one per direction, unlinked as soon as both sides have them. Blocking;
/// mq_overview(7).
struct posix_mq {
    static constexpr transport_info info{
        .name = "posix_mq",
        .summary = "POSIX message queue, one per direction",
        .family = "message queues",
        .reference = "mq_overview(7)",
        .facts = {.message_boundaries = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .priorities = true,
                  .survives_producer_exit = true,
                  .control = access::file_mode},
    };

    static std::optional<std::string> limit(const demand& asked) {
        return posix_queue::limit(asked);
    }

    explicit posix_mq(setup& cell) : queues_(cell) {}

    template <class Fill>
    void send(Fill fill) {
        queues_.send(fill, 0);
    }
    template <class Fill>
    void send_urgent(Fill fill) {
        queues_.send(fill, 1);
    }
    template <class Consume>
    bool recv(Consume consume) {
        return queues_.recv(consume);
    }

    int wait_fd() const noexcept { return queues_.wait_fd(); }

protected:
    posix_queue queues_;
};

/// The same queues with mixed priorities: each message takes the next of a few in turn, so that
/// those queued together overtake one another.
struct posix_mq_priority : posix_mq {
    static constexpr transport_info info = [] {
        transport_info variant = posix_mq::info;
        variant.name = "posix_mq_priority";
        variant.summary = "POSIX message queue, one per direction, with priorities that take turns";
        variant.facts.ordered = false;
        return variant;
    }();

    using posix_mq::posix_mq;

    template <class Fill>
    void send(Fill fill) {
        queues_.send(fill, turn_);
        turn_ = turn_ + 1 == levels ? 0 : turn_ + 1;
    }
    template <class Fill>
    void send_urgent(Fill fill) {
        queues_.send(fill, levels);
    }

private:
    static constexpr unsigned levels = 4;
    unsigned turn_ = 0;
};

void register_posix_mq(registry& all) {
    all.add<posix_mq>();
    all.add<posix_mq_priority>();
}

}  // namespace ipcmark::transports
