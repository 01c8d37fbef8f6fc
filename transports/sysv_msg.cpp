#include "harness/worker/registry.hpp"
#include "transports/parts/sysv_messages.hpp"

namespace ipcmark::transports {

/// System V message queues, one per direction, found by a key. Blocking; two copies; msgop(2).
struct sysv_msg : sysv_messages {
    static constexpr transport_info info{
        .name = "sysv_msg",
        .summary = "System V message queue, one per direction",
        .family = "message queues",
        .reference = "msgop(2)",
        .facts = {.message_boundaries = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .control = access::file_mode},
    };

    explicit sysv_msg(setup& cell) : sysv_messages(cell, 1, 0) {
        const auto in = cell.producer() ? direction::backward : direction::forward;
        const auto out = cell.producer() ? direction::forward : direction::backward;
        const bool receives = !cell.producer() || cell.both_ways();
        const bool sends = cell.producer() || cell.both_ways();
        const bool creates = receives && cell.first_of_side();
        sysv_queue incoming = creates ? create(cell, in) : sysv_queue();
        cell.peer.meet();
        if (receives && !creates) incoming = open(cell, in);
        use(std::move(incoming), sends ? open(cell, out) : sysv_queue());
    }
};

/// One System V message queue for both directions, told apart by the message type: each side
/// receives the type that is meant for it alone. Blocking; two copies; msgop(2).
struct sysv_msg_typed : sysv_messages {
    static constexpr transport_info info{
        .name = "sysv_msg_typed",
        .summary = "one System V message queue for both directions; selective receive by type",
        .family = "message queues",
        .reference = "msgop(2)",
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .control = access::file_mode},
    };

    explicit sysv_msg_typed(setup& cell)
        : sysv_messages(cell, cell.producer() ? to_consumer : to_producer,
                        cell.producer() ? to_producer : to_consumer) {
        const bool creates = !cell.producer() && cell.first_of_side();
        if (creates) use(create(cell, direction::forward));
        cell.peer.meet();
        if (!creates) use(open(cell, direction::forward));
    }

private:
    static constexpr long to_consumer = 1;
    static constexpr long to_producer = 2;
};

void register_sysv_msg(registry& all) {
    all.add<sysv_msg>();
    all.add<sysv_msg_typed>();
}

}  // namespace ipcmark::transports
