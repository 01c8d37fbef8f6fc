#include <sys/socket.h>

#include <systemd/sd-id128.h>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/sd_bus_messages.hpp"

namespace ipcmark::transports {

/// D-Bus messages straight from one process to the other over a socket pair, no daemon between
/// them. Blocking; two copies; sd-bus(3).
struct dbus_peer : sd_bus_messages<false> {
    static constexpr transport_info info{
        .name = "dbus_peer",
        .summary = "D-Bus (sd-bus) peer to peer over a socket pair, no daemon",
        .family = "desktop bus",
        .reference = "sd-bus(3)",
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor,
                  .allocates = true},
    };

    explicit dbus_peer(setup& cell) : sd_bus_messages(cell) {
        unique_fd line;
        if (cell.producer()) {
            int ends[2];
            checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
            line.reset(ends[0]);
            const unique_fd theirs(ends[1]);
            cell.peer.give(theirs.get());
        } else {
            line = cell.peer.take();
            sd_id128_t id{};
            bus_checked(::sd_id128_randomize(&id), "sd_id128_randomize");
            bus_checked(::sd_bus_set_server(bus(), 1, id), "sd_bus_set_server");
        }
        bus_checked(::sd_bus_set_fd(bus(), line.get(), line.get()), "sd_bus_set_fd");
        line.release();  // the bus closes it
        bus_checked(::sd_bus_start(bus()), "sd_bus_start");
        // Both at once: each answers the other's part of the handshake.
        bus_checked(::sd_bus_flush(bus()), "sd_bus_flush");
        cell.peer.meet();
    }
};

void register_dbus_peer(registry& all) {
    all.add<dbus_peer>();
}

}  // namespace ipcmark::transports
