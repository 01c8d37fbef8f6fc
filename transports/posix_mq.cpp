#include <mqueue.h>

#include "harness/endpoints/posix_queue.hpp"
#include "harness/registry.hpp"

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

private:
    posix_queue queues_;
};

void register_posix_mq(registry& all) {
    all.add<posix_mq>();
}

}  // namespace ipcmark::transports
