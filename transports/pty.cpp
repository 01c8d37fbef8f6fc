#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/fd_stream.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A pseudo-terminal in raw mode: the consumer holds the master, the producer the slave. Blocking;
/// a line holds 4 KiB, so longer messages go in pieces; pty(7), termios(3).
///
/// Why this way round: closing the slave leaves what it wrote to be read, closing the master
/// discards it. The slave's name is locked again (TIOCSPTLCK) as soon as its one user has it.
struct pty : fd_stream {
    static constexpr transport_info info{
        .name = "pty",
        .summary = "pseudo-terminal in raw mode",
        .family = "pipes",
        .reference = "pty(7)",
        .facts = {.duplex = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor},
    };

    static std::optional<std::string> unavailable() {
        const unique_fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        if (master) return std::nullopt;
        return std::string("posix_openpt: ") + std::strerror(errno) +
               "; mount devpts (mount -t devpts devpts /dev/pts) or raise kernel.pty.max";
    }

    explicit pty(setup& cell) : fd_stream(cell) {
        if (cell.producer()) {
            use(cell.peer.take());
        } else {
            unique_fd master(
                checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
            const unique_fd slave = open_slave(master.get());
            cell.peer.give(slave.get());
            use(std::move(master));
            cell.peer.meet();  // else the master, with no slave open, would read an end
            return;
        }
        cell.peer.meet();
    }

    template <class Fill>
    void send(Fill fill) {
        try {
            fd_stream::send(fill);
        } catch (const call_failed& e) {
            if (is_closed(e)) throw peer_gone("the other end of the terminal has been closed");
            throw;
        }
    }

    template <class Consume>
    bool recv(Consume consume) {
        try {
            return fd_stream::recv(consume);
        } catch (const call_failed& e) {
            if (is_closed(e)) return false;
            throw;
        }
    }

private:
    /// A terminal whose other end is closed gives EIO where a socket gives EPIPE or an end of file.
    static bool is_closed(const call_failed& e) { return e.code().value() == EIO; }

    static unique_fd open_slave(int master) {
        lock(master, false);
        // Linux 4.13; asks for no path, so it works where /dev/pts is another namespace's.
        unique_fd slave(checked(::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC),
                                "ioctl TIOCGPTPEER"));
        lock(master, true);
        checked(::fchmod(slave.get(), 0600), "fchmod");
        termios line{};
        checked(::tcgetattr(slave.get(), &line), "tcgetattr");
        ::cfmakeraw(&line);
        checked(::tcsetattr(slave.get(), TCSANOW, &line), "tcsetattr");
        return slave;
    }

    /// Of a locked pseudo-terminal nobody can open the slave, root included.
    static void lock(int master, bool locked) {
        const int value = locked ? 1 : 0;
        checked(::ioctl(master, TIOCSPTLCK, &value), "ioctl TIOCSPTLCK");
    }
};

void register_pty(registry& all) {
    all.add<pty>();
}

}  // namespace ipcmark::transports
