#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/posix/error.hpp"
#include "harness/posix/mapping.hpp"
#include "harness/posix/socket.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// A fresh memory file a message, filled in place, sealed, and passed by SCM_RIGHTS over a Unix
/// seqpacket socket; the receiver maps it. No copy, and nobody can change what was sent:
/// memfd_create(2), unix(7), fcntl(2) F_SEAL_WRITE.
struct unix_scm_rights {
    static constexpr transport_info info{
        .name = "unix_scm_rights",
        .summary = "a sealed memfd a message, its descriptor passed over a Unix socket",
        .family = "unix sockets",
        .reference = "unix(7)",
        .copies_per_message = 0,
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::file_mode},
    };

    explicit unix_scm_rights(setup& cell)
        : payload_bytes_(cell.payload_bytes), socket_(connect_unix_pair(cell, SOCK_SEQPACKET)) {
        // What waits is counted in the socket's small change, not in the memory behind it: without
        // this bound hundreds of payloads could wait.
        const auto room = static_cast<int>(std::min<std::size_t>(cell.depth, 1024) * note_bytes);
        checked(::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room),
                "setsockopt SO_SNDBUF");
    }

    template <class Fill>
    void send(Fill fill) {
        const unique_fd file(
            checked(::memfd_create("ipcmark", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create"));
        checked(::ftruncate(file.get(), static_cast<off_t>(payload_bytes_)), "ftruncate");
        {
            const mapping memory =
                map(file.get(), payload_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED);
            fill(writable(memory.data(), payload_bytes_));
        }
        checked(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
                "fcntl F_ADD_SEALS");
        pass(file.get());
    }

    template <class Consume>
    bool recv(Consume consume) {
        std::size_t bytes = 0;
        const unique_fd file = take(bytes);
        if (!file) return false;
        // Private, since kernels before 6.7 refuse a shared mapping of a sealed file.
        const mapping memory = map(file.get(), bytes, PROT_READ, MAP_PRIVATE);
        consume(readable(memory.data(), bytes));
        return true;
    }

private:
    static constexpr std::size_t note_bytes = 512;  // the kernel counts about twice this a note

    struct message {
        explicit message(std::size_t& bytes) : part{&bytes, sizeof bytes} {
            header.msg_iov = &part;
            header.msg_iovlen = 1;
            header.msg_control = control.data();
            header.msg_controllen = control.size();
        }
        iovec part;
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        msghdr header{};
    };

    static mapping map(int file, std::size_t bytes, int protection, int flags) {
        void* memory = ::mmap(nullptr, bytes, protection, flags | MAP_POPULATE, file, 0);
        if (memory == MAP_FAILED) throw_errno("mmap");
        return mapping::adopt(memory, bytes);
    }

    void pass(int file) {
        std::size_t bytes = payload_bytes_;
        message note(bytes);
        cmsghdr* const rights = CMSG_FIRSTHDR(&note.header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof file);
        std::memcpy(CMSG_DATA(rights), &file, sizeof file);
        while (::sendmsg(socket_.get(), &note.header, MSG_NOSIGNAL) < 0)
            if (errno != EINTR) throw_errno("sendmsg");
    }

    /// No descriptor: the peer has closed.
    unique_fd take(std::size_t& bytes) {
        message note(bytes);
        ssize_t got = 0;
        while ((got = ::recvmsg(socket_.get(), &note.header, MSG_CMSG_CLOEXEC)) < 0)
            if (errno != EINTR) throw_errno("recvmsg");
        if (got == 0) return {};
        const cmsghdr* const rights = CMSG_FIRSTHDR(&note.header);
        if (rights == nullptr)
            throw call_failed(EMFILE, "recvmsg SCM_RIGHTS",
                              "no descriptor arrived; raise RLIMIT_NOFILE (ulimit -n)");
        int file = -1;
        std::memcpy(&file, CMSG_DATA(rights), sizeof file);
        return unique_fd(file);
    }

    std::size_t payload_bytes_;
    unique_fd socket_;
};

void register_unix_scm_rights(registry& all) {
    all.add<unix_scm_rights>();
}

}  // namespace ipcmark::transports
