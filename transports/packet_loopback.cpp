#include <array>
#include <cstring>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <random>
#include <sys/ioctl.h>

#include "harness/endpoints/fd_datagram.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {

constexpr const char* loopback = "lo";
/// For experiments on one's own network; IEEE 802, local experimental ethertype 1.
constexpr std::uint16_t experimental_ethertype = 0x88B5;

using hardware_address = std::array<std::uint8_t, ETH_ALEN>;

/// The loopback looks at no address, so that any will do: one drawn at random, marked as
/// locally administered. Two pairs would have to draw the same 40 bits.
hardware_address own_hardware_address() {
    std::random_device draw;
    hardware_address address{0x02};
    for (std::size_t i = 1; i < address.size(); ++i)
        address[i] = static_cast<std::uint8_t>(draw());
    return address;
}

/// Every packet socket sees every frame of its ethertype, its own included: only those for this
/// address pass.
void admit_only(int fd, const hardware_address& to) {
    const auto word = static_cast<std::uint32_t>(to[0] << 24 | to[1] << 16 | to[2] << 8 | to[3]);
    const auto half = static_cast<std::uint32_t>(to[4] << 8 | to[5]);
    constexpr auto frame = static_cast<std::uint32_t>(SKF_LL_OFF);
    std::array<sock_filter, 6> code{
        {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, frame), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, 0, 3),
         BPF_STMT(BPF_LD | BPF_H | BPF_ABS, frame + 4),
         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, half, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0xffff'ffff),
         BPF_STMT(BPF_RET | BPF_K, 0)}};
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    checked(::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
            "setsockopt SO_ATTACH_FILTER");
    const int on = 1;
    checked(::setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on),
            "setsockopt PACKET_IGNORE_OUTGOING (Linux 4.20)");
}

sockaddr_ll link_address(const hardware_address& to) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(experimental_ethertype);
    address.sll_ifindex = static_cast<int>(::if_nametoindex(loopback));
    address.sll_halen = ETH_ALEN;
    std::memcpy(address.sll_addr, to.data(), to.size());
    return address;
}

/// The loopback's MTU; nullopt where it does not exist or is down.
std::optional<std::size_t> loopback_mtu_bytes() {
    const unique_fd socket = open_socket(AF_INET, SOCK_DGRAM);
    ifreq request{};
    std::strncpy(request.ifr_name, loopback, sizeof request.ifr_name - 1);
    if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) == 0 ||
        ::ioctl(socket.get(), SIOCGIFMTU, &request) != 0)
        return std::nullopt;
    return static_cast<std::size_t>(request.ifr_mtu);
}

}  // namespace

/// Addresses each frame to the peer; the filter has let through none but the peer's.
struct link_peer : connected_peer {
    ssize_t send(int fd, readable bytes) const noexcept {
        return ::sendto(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL, generic(address),
                        sizeof address);
    }
    sockaddr_ll address = {};
};

/// Frames on the loopback interface, the kernel adding the link header alone (SOCK_DGRAM). A
/// filter in the kernel keeps each pair's frames apart. Lossy like UDP. Needs CAP_NET_RAW;
/// packet(7).
struct packet_loopback : basic_fd_datagram<link_peer> {
    static constexpr transport_info info{
        .name = "packet_loopback",
        .summary = "packet sockets on the loopback interface; lossy; needs CAP_NET_RAW",
        .family = "network sockets",
        .reference = "packet(7)",
        .payload = {.max_bytes = 65'536},  // the loopback's usual MTU
        .facts = {.message_boundaries = true,
                  .ordered = false,
                  .duplex = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .survives_producer_exit = true,
                  .may_drop = true,
                  .control = access::anyone},
    };

    static std::optional<std::string> unavailable() {
        if (!loopback_mtu_bytes())
            return "there is no loopback interface that is up; raise it (ip link set lo up)";
        return no_socket(AF_PACKET, SOCK_DGRAM, 0, net_raw_remedy);
    }

    static std::optional<std::string> limit(const demand& asked) {
        const std::size_t mtu = loopback_mtu_bytes().value_or(0);
        if (asked.payload_bytes <= mtu) return std::nullopt;
        return fmt::format(
            "payload {} exceeds the loopback's MTU of {}; raise it (ip link set lo "
            "mtu {}) or drop the size",
            asked.payload_bytes, mtu, asked.payload_bytes);
    }

    explicit packet_loopback(setup& cell) : basic_fd_datagram(cell) {
        // Protocol 0: nothing arrives before the filter stands and the socket is bound.
        unique_fd socket = open_socket(AF_PACKET, SOCK_DGRAM);
        const hardware_address own = own_hardware_address();
        admit_only(socket.get(), own);
        const sockaddr_ll here = link_address(own);
        checked(::bind(socket.get(), generic(here), sizeof here), "bind to the loopback");
        cell.peer.tell({reinterpret_cast<const char*>(own.data()), own.size()});
        hardware_address theirs{};
        std::memcpy(theirs.data(), cell.peer.hear().data(), theirs.size());
        use_lossy(cell, std::move(socket), {{}, link_address(theirs)});
    }
};

void register_packet_loopback(registry& all) {
    all.add<packet_loopback>();
}

}  // namespace ipcmark::transports
