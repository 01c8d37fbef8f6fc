#include <cctype>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/posix/io.hpp"
#include "harness/contract/service.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/sd_bus_messages.hpp"

namespace ipcmark::transports {

namespace {

std::filesystem::path socket_of(const std::filesystem::path& directory) {
    return directory / "bus";
}

/// As the D-Bus specification wants it: what is not optionally escaped becomes %xx.
std::string address_of(const std::filesystem::path& directory) {
    const std::string path = socket_of(directory);
    std::string text = "unix:path=";
    for (const unsigned char letter : path) {
        const bool plain =
            std::isalnum(letter) != 0 ||
            std::string_view("-_/.\\").find(static_cast<char>(letter)) != std::string_view::npos;
        text += plain ? std::string(1, static_cast<char>(letter)) : fmt::format("%{:02x}", letter);
    }
    return text;
}

/// A bus for whoever reaches the socket as this user, with the limits of a session bus.
std::string configuration_of(const std::filesystem::path& directory) {
    constexpr int limit_bytes = 1'000'000'000;
    return fmt::format(
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
        " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
        "<busconfig><type>session</type><listen>{}</listen><auth>EXTERNAL</auth>\n"
        "<policy context=\"default\"><allow send_destination=\"*\"/>"
        "<allow receive_sender=\"*\"/></policy>\n"
        "<limit name=\"max_message_size\">{}</limit>\n"
        "<limit name=\"max_incoming_bytes\">{}</limit>\n"
        "<limit name=\"max_outgoing_bytes\">{}</limit></busconfig>\n",
        address_of(directory), limit_bytes, limit_bytes, limit_bytes);
}

void write_private_file(const std::filesystem::path& file, const std::string& text) {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const unique_fd made(checked(::open(file.c_str(), flags, 0600), "open"));
    write_exact(made.get(), std::as_bytes(std::span(text)));
}

/// The daemon says where it listens when it is ready.
bool has_said_something(int reader) {
    pollfd said{reader, POLLIN, 0};
    return ::poll(&said, 1, 0) == 1 && (said.revents & POLLIN) != 0;
}

}  // namespace

/// D-Bus messages through a private dbus-daemon, which ipcmark starts for the run. The daemon runs
/// on whatever CPU it likes. Blocking; four copies, two for each of the two sockets.
/// dbus-daemon(1).
struct dbus_daemon : sd_bus_messages<true> {
    static constexpr transport_info info{
        .name = "dbus_daemon",
        .summary = "D-Bus (sd-bus) through a private dbus-daemon",
        .family = "desktop bus",
        .reference = "dbus-daemon(1)",
        .copies_per_message = 4,
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .unrelated_processes = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::file_mode,
                  .needs_daemon = true,
                  .allocates = true},
    };

    static std::optional<std::string> unavailable() {
        if (find_program("dbus-daemon")) return std::nullopt;
        return "dbus-daemon is not on the PATH; install dbus";
    }

    static running_service start(service_workspace& workspace) {
        const auto socket = socket_of(workspace.directory());
        if (socket.native().size() >= sizeof(sockaddr_un::sun_path))
            throw limit_exceeded("the socket path " + socket.string() +
                                 " is longer than the 107 bytes of sun_path; set TMPDIR to a "
                                 "shorter folder");
        const auto configuration = workspace.directory() / "bus.conf";
        write_private_file(configuration, configuration_of(workspace.directory()));
        int ends[2];
        checked(::pipe2(ends, O_CLOEXEC), "pipe2");
        const unique_fd reader(ends[0]);
        unique_fd writer(ends[1]);
        running_service daemon;
        workspace.start_process(daemon,
                                {"dbus-daemon", "--config-file=" + configuration.string(),
                                 "--nofork", "--nopidfile", "--nosyslog", "--print-address=3"},
                                {{writer.get(), 3}});
        writer.reset();
        workspace.wait_until_ready(daemon, [&] { return has_said_something(reader.get()); });
        checked(::chmod(socket.c_str(), 0600), "chmod");  // it gives everybody access
        daemon.tell("address", address_of(workspace.directory()));
        return daemon;
    }

    explicit dbus_daemon(setup& cell) : sd_bus_messages(cell) {
        bus_checked(::sd_bus_set_address(bus(), cell.service.at("address").c_str()),
                    "sd_bus_set_address");
        bus_checked(::sd_bus_set_bus_client(bus(), 1), "sd_bus_set_bus_client");
        bus_checked(::sd_bus_start(bus()), "sd_bus_start");
        const char* name = nullptr;
        bus_checked(::sd_bus_get_unique_name(bus(), &name), "sd_bus_get_unique_name");
        cell.peer.tell(name);
        const std::string peer = cell.peer.hear();
        address(peer);
        // Has the daemon tell when the peer's connection goes.
        const std::string rule =
            "type='signal',sender='org.freedesktop.DBus',"
            "member='NameOwnerChanged',arg0='" +
            peer + "'";
        bus_checked(::sd_bus_call_method(bus(), "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                         "org.freedesktop.DBus", "AddMatch", nullptr, nullptr, "s",
                                         rule.c_str()),
                    "AddMatch");
        cell.peer.meet();
    }
};

void register_dbus_daemon(registry& all) {
    all.add<dbus_daemon>();
}

}  // namespace ipcmark::transports
