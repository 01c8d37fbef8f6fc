#include <chrono>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/fd_datagram.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// What a faulty transport does to the message that is due.
enum class fault { drop, corrupt, duplicate, reorder, stall, hang, die };

/// For tests only: a seqpacket pair that misbehaves once, at its 600th message (past the warm-up's
/// minimum, and soon enough for a slow machine), to prove that the harness reports each fault as
/// itself.
template <fault Kind, const transport_info& Info>
struct faulty : fd_datagram {
    static constexpr const transport_info& info = Info;

    explicit faulty(setup& cell)
        : fd_datagram(cell),
          held_(mapping::anonymous(cell.payload_bytes)),
          held_bytes_{held_.data(), cell.payload_bytes} {
        if (cell.producer()) {
            int ends[2];
            checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
            use(unique_fd(ends[0]));
            const unique_fd theirs(ends[1]);
            cell.peer.give(theirs.get());
        } else {
            use(cell.peer.take());
        }
    }

    template <class Fill>
    void send(Fill fill) {
        if (++sent_ == due) [[unlikely]]
            return misbehave(fill);
        fd_datagram::send(fill);
        if (holding_) release();
    }

private:
    static constexpr int due = 600;
    static constexpr std::chrono::milliseconds stall{50};

    template <class Fill>
    void misbehave(Fill fill) {
        fill(held_bytes_);
        if constexpr (Kind == fault::drop) return;
        if constexpr (Kind == fault::stall) std::this_thread::sleep_for(stall);
        if constexpr (Kind == fault::hang) ::pause();
        if constexpr (Kind == fault::die) ::raise(SIGKILL);
        if constexpr (Kind == fault::reorder) {
            holding_ = true;
            return;
        }
        if constexpr (Kind == fault::corrupt) held_bytes_.back() ^= std::byte{0x10};
        send_bytes(held_bytes_);
        if constexpr (Kind == fault::duplicate) send_bytes(held_bytes_);
    }

    void release() {
        holding_ = false;
        send_bytes(held_bytes_);
    }

    mapping held_;
    writable held_bytes_;
    int sent_ = 0;
    bool holding_ = false;
};

namespace {

constexpr transport_info describe_fault(std::string_view name, std::string_view summary) {
    return {.name = name,
            .summary = summary,
            .family = "test",
            .reference = "transports/faulty.cpp",
            .payload = {.max_bytes = 65'536},
            .facts = {.message_boundaries = true,
                      .duplex = true,
                      .survives_producer_exit = true,
                      .peer_death_detected = true,
                      .control = access::descriptor},
            .test_only = true};
}

constexpr transport_info drops = describe_fault("faulty_drop", "loses one message");
constexpr transport_info corrupts =
    describe_fault("faulty_corrupt", "flips one bit of one message");
constexpr transport_info duplicates =
    describe_fault("faulty_duplicate", "delivers one message twice");
constexpr transport_info reorders =
    describe_fault("faulty_reorder", "lets one message overtake another");
constexpr transport_info stalls =
    describe_fault("faulty_stall", "is late with one message by 50 ms");
constexpr transport_info hangs = describe_fault("faulty_hang", "stops answering");
constexpr transport_info dies = describe_fault("faulty_die", "is killed while it works");

}  // namespace

void register_faulty(registry& all) {
    all.add<faulty<fault::drop, drops>>();
    all.add<faulty<fault::corrupt, corrupts>>();
    all.add<faulty<fault::duplicate, duplicates>>();
    all.add<faulty<fault::reorder, reorders>>();
    all.add<faulty<fault::stall, stalls>>();
    all.add<faulty<fault::hang, hangs>>();
    all.add<faulty<fault::die, dies>>();
}

}  // namespace ipcmark::transports
