#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <systemd/sd-bus.h>

#include "harness/base/posix/error.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

struct sd_bus_closer {
    void operator()(sd_bus* bus) const { ::sd_bus_close_unref(bus); }
};
using sd_bus_owner = std::unique_ptr<sd_bus, sd_bus_closer>;

struct sd_bus_message_releaser {
    void operator()(sd_bus_message* message) const { ::sd_bus_message_unref(message); }
};
using sd_bus_message_owner = std::unique_ptr<sd_bus_message, sd_bus_message_releaser>;

/// Passes a non-negative result on; sd-bus returns a negative errno.
inline int bus_checked(int result, const char* operation) {
    if (result >= 0) [[likely]]
        return result;
    if (result == -ENOTCONN) throw peer_gone("the other end of the bus has gone");
    throw call_failed(-result, operation);
}

/// send and recv as D-Bus method calls that carry an array of bytes and ask for no reply. fill and
/// consume run on the message's own body. Blocking; sd-bus allocates each message. sd-bus(3).
///
/// Window: whether the sender must be held back. A socket between the two does that by itself; a
/// daemon would take in messages without end, so every so many calls ask for a reply, and no more
/// than two such batches are under way.
template <bool Window>
class sd_bus_messages {
public:
    template <class Fill>
    void send(Fill fill) {
        sd_bus_message* made = nullptr;
        bus_checked(::sd_bus_message_new_method_call(bus_.get(), &made, destination(), path,
                                                     interface, member),
                    "sd_bus_message_new_method_call");
        const sd_bus_message_owner message(made);
        void* body = nullptr;
        bus_checked(::sd_bus_message_append_array_space(made, 'y', payload_bytes_, &body),
                    "sd_bus_message_append_array_space");
        fill(writable(static_cast<std::byte*>(body), payload_bytes_));
        const bool asks = Window && ++sent_ % window_ == 0;
        while (asks && awaited_ > 0)
            if (!take_in()) throw peer_gone("the receiver of the messages has gone");
        if (asks) ++awaited_;
        // Of a message whose number nobody wants to know, sd-bus asks for no reply.
        std::uint64_t cookie = 0;
        bus_checked(::sd_bus_send(bus_.get(), made, asks ? &cookie : nullptr), "sd_bus_send");
        bus_checked(::sd_bus_flush(bus_.get()), "sd_bus_flush");
    }

    template <class Consume>
    bool recv(Consume consume) {
        while (arrived_.empty())
            if (!take_in()) return false;
        const sd_bus_message_owner message = std::move(arrived_.front());
        arrived_.pop_front();
        const void* body = nullptr;
        std::size_t bytes = 0;
        bus_checked(::sd_bus_message_read_array(message.get(), 'y', &body, &bytes),
                    "sd_bus_message_read_array");
        consume(readable(static_cast<const std::byte*>(body), bytes));
        if (Window && ::sd_bus_message_get_expect_reply(message.get()) > 0)
            bus_checked(::sd_bus_reply_method_return(message.get(), nullptr),
                        "sd_bus_reply_method_return");
        return true;
    }

protected:
    static constexpr const char* path = "/ipcmark";
    static constexpr const char* interface = "ipcmark.Pair";
    static constexpr const char* member = "Message";

    explicit sd_bus_messages(setup& cell) : payload_bytes_(cell.payload_bytes) {
        sd_bus* made = nullptr;
        bus_checked(::sd_bus_new(&made), "sd_bus_new");
        bus_.reset(made);
        // What two batches may queue in the daemon stays far below its limits.
        constexpr std::size_t batch_bytes = std::size_t{64} << 20;
        window_ = std::clamp<std::uint64_t>(batch_bytes / payload_bytes_, 1,
                                            std::max<std::uint64_t>(cell.depth / 2, 1));
        if (Window) cell.notes["reply_every_messages"] = static_cast<std::int64_t>(window_);
    }

    sd_bus* bus() const noexcept { return bus_.get(); }
    /// The unique name of the peer; without one there is nobody else on the line.
    void address(std::string peer) { peer_ = std::move(peer); }

private:
    const char* destination() const noexcept { return peer_.empty() ? nullptr : peer_.c_str(); }

    /// Waits for one message of whatever kind. False: the peer has gone.
    bool take_in() {
        if (!gone_) gone_ = !take_in_from_the_living();
        return !gone_;
    }

    bool take_in_from_the_living() {
        sd_bus_message* taken = nullptr;
        const int progress = ::sd_bus_process(bus_.get(), &taken);
        const sd_bus_message_owner message(taken);
        if (progress == -ENOTCONN || progress == -ECONNRESET) return false;
        bus_checked(progress, "sd_bus_process");
        if (taken != nullptr) return sort(taken);
        if (progress > 0) return true;
        const int woken = ::sd_bus_wait(bus_.get(), UINT64_MAX);
        if (woken == -ENOTCONN) return false;
        if (woken != -EINTR) bus_checked(woken, "sd_bus_wait");
        return true;
    }

    bool sort(sd_bus_message* message) {
        if (::sd_bus_message_is_method_call(message, interface, member) > 0) {
            arrived_.emplace_back(::sd_bus_message_ref(message));
            return true;
        }
        std::uint64_t cookie = 0;
        const bool answers = ::sd_bus_message_get_reply_cookie(message, &cookie) >= 0;
        if (answers) --awaited_;
        // An error is the daemon's answer for a receiver that has gone; NameOwnerChanged is
        // subscribed to for the peer's name alone.
        return ::sd_bus_message_is_method_error(message, nullptr) <= 0 &&
               ::sd_bus_message_is_signal(message, "org.freedesktop.DBus.Local", "Disconnected") <=
                   0 &&
               ::sd_bus_message_is_signal(message, "org.freedesktop.DBus", "NameOwnerChanged") <= 0;
    }

    std::size_t payload_bytes_;
    std::uint64_t window_ = 1;
    std::uint64_t sent_ = 0;
    std::uint64_t awaited_ = 0;  // replies
    bool gone_ = false;
    std::string peer_;
    std::deque<sd_bus_message_owner> arrived_;
    sd_bus_owner bus_;
};

}  // namespace ipcmark
