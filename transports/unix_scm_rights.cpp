#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "harness/base/posix/descriptor_message.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/endpoints/joining.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/file_payload.hpp"

namespace ipcmark::transports {

namespace {

/// Nobody can change or cut the bytes any more, which is what lets them be read in place.
constexpr int frozen = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

/// A quarter of the descriptors that RLIMIT_NOFILE lets this user have, at most.
std::size_t messages_at_once(std::size_t depth) {
    rlimit files{};
    checked(::getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
    return std::clamp<std::size_t>(depth, 1, std::max<rlim_t>(files.rlim_cur / 4, 1));
}

constexpr transport_info scm_rights_info(std::string_view name, std::string_view summary,
                                         unsigned copies) {
    return {.name = name,
            .summary = summary,
            .family = "unix sockets",
            .reference = "memfd_create(2), unix(7)",
            .copies_per_message = copies,
            .facts = {.message_boundaries = true,
                      .duplex = true,
                      .unrelated_processes = true,
                      .fan_in = true,
                      .fan_out = sharing::competing,
                      .joinable = true,
                      .survives_producer_exit = true,
                      .peer_death_detected = true,
                      .control = access::file_mode}};
}
constexpr transport_info in_place_info = scm_rights_info(
    "unix_scm_rights", "a sealed memfd per message, passed by SCM_RIGHTS, mapped by both sides", 0);
constexpr transport_info copied_info =
    scm_rights_info("unix_scm_rights_copied",
                    "a sealed memfd per message, passed by SCM_RIGHTS, written and read", 2);

}  // namespace

/// Each message is a memory file of its own: filled, sealed, and passed by SCM_RIGHTS over a
/// seqpacket socket that was found by path; the receiver looks at the seals before it trusts the
/// bytes. Blocking; memfd_create(2), unix(7).
template <class Payload, const transport_info& Info>
struct unix_scm_rights {
    static constexpr const transport_info& info = Info;

    explicit unix_scm_rights(setup& cell)
        : payload_(cell.payload_bytes),
          socket_(
              joined(cell, [](setup& pair) { return connect_unix_pair(pair, SOCK_SEQPACKET); })) {
        const std::size_t most = messages_at_once(cell.depth);
        require_memory(most * cell.payload_bytes);
        // What bounds the queue is the room that a message of one byte takes in the send buffer,
        // 768 bytes; the kernel doubles what is asked.
        constexpr std::size_t half_of_one = 384;
        const int asked = static_cast<int>(most * half_of_one);
        checked(::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &asked, sizeof asked),
                "setsockopt SO_SNDBUF");
        cell.notes["messages_in_flight"] = static_cast<std::int64_t>(most);
    }

    template <class Fill>
    void send(Fill fill) {
        const unique_fd file(checked(
            ::memfd_create("ipcmark-message", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create"));
        payload_.write(file.get(), fill);
        checked(::fcntl(file.get(), F_ADD_SEALS, frozen), "fcntl F_ADD_SEALS");
        descriptor_message().send(socket_.get(), file.get());
    }

    template <class Consume>
    bool recv(Consume consume) {
        const unique_fd file = descriptor_message().receive(socket_.get());
        if (!file) return false;
        if ((checked(::fcntl(file.get(), F_GET_SEALS), "fcntl F_GET_SEALS") & frozen) != frozen)
            throw std::runtime_error("a message came whose sender could still change it");
        payload_.read(file.get(), consume);
        return true;
    }

    int wait_fd() const noexcept { return socket_.get(); }

private:
    Payload payload_;
    unique_fd socket_;
};

void register_unix_scm_rights(registry& all) {
    all.add<unix_scm_rights<payload_in_place, in_place_info>>();
    all.add<unix_scm_rights<payload_copied, copied_info>>();
}

}  // namespace ipcmark::transports
