#include <algorithm>
#include <cstdlib>
#include <deque>
#include <memory>
#include <stdexcept>
#include <vector>

#include "faulty.hpp"
#include "faulty_bases.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "transports/parts/seqlock.hpp"

namespace ipcmark::conform {

namespace {

// --- limits

struct breaks_when_large : packets {
    static constexpr transport_info info = describe("breaks_when_large");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        if (payload_bytes > 10'000) throw limit_exceeded("too large after all");
        packets::send(fill);
    }
};

struct refuses_silently : packets {
    static constexpr transport_info info = describe("refuses_silently");
    using packets::packets;
    static std::optional<std::string> limit(const demand& asked) {
        return asked.payload_bytes > 5'000 ? std::optional<std::string>("") : std::nullopt;
    }
};

// --- flush and serve: honest ones that hold messages back, or answer in a loop of their own

struct batches : packets {
    static constexpr transport_info info =
        describe("batches", with(packet_facts, [](traits& t) { t.allocates = true; }));
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        held_.emplace_back(payload_bytes);
        fill(writable(held_.back()));
        if (held_.size() == batch) flush();
    }
    void flush() {
        for (auto& message : held_)
            send_bytes(message);
        held_.clear();
    }

private:
    static constexpr std::size_t batch = 16;
    std::vector<std::vector<std::byte>> held_;
};
/// A reply that is not asked for does not leave the server.
struct serves : packets {
    static constexpr transport_info info = describe("serves");
    explicit serves(setup& cell)
        : packets(cell),
          reply_(cell.payload_bytes),
          answers_only_(!cell.producer() && cell.both_ways()) {}
    template <class Fill>
    void send(Fill fill) {
        if (answers_only_ && !serving_) throw std::logic_error("a server only answers");
        packets::send(fill);
    }
    template <class Handler>
    void serve(Handler handle) {
        serving_ = true;
        for (bool more = true; more;) {
            if (!recv([&](readable request) { more = handle(request, writable(reply_)); })) return;
            packets::send([&](writable to) { std::ranges::copy(reply_, to.begin()); });
        }
        serving_ = false;
    }

private:
    std::vector<std::byte> reply_;
    bool answers_only_;
    bool serving_ = false;
};

// --- delivery

struct loses_one : packets {
    static constexpr transport_info info = describe("loses_one");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        if (++sent_ != 3) return packets::send(fill);
        std::vector<std::byte> lost(payload_bytes);
        fill(writable(lost));
    }
    int sent_ = 0;
};

struct repeats_one : packets {
    static constexpr transport_info info = describe("repeats_one");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            if (++sent_ == 2) send_bytes(to);
        });
    }
    int sent_ = 0;
};

struct tears_pages : packets {
    static constexpr transport_info info = describe("tears_pages");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            if (to.size() > 4096) to[4096] ^= std::byte{1};
        });
    }
};

// --- exactly_once

struct fills_twice : packets {
    static constexpr transport_info info = describe("fills_twice");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            fill(to);
        });
    }
};

struct consumes_short : packets {
    static constexpr transport_info info = describe("consumes_short");
    using packets::packets;
    template <class Consume>
    bool recv(Consume consume) {
        return packets::recv([&](readable from) { consume(from.first(from.size() - 1)); });
    }
};

struct forgets_to_consume : packets {
    static constexpr transport_info info = describe("forgets_to_consume");
    using packets::packets;
    template <class Consume>
    bool recv(Consume) {
        return packets::recv([](readable) {});
    }
};

// --- ordered

struct reorders : packets {
    static constexpr transport_info info = describe("reorders");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        if (sent_++ % 7 == 3) {
            held_.resize(payload_bytes);
            fill(writable(held_));
            return;
        }
        packets::send(fill);
        if (!held_.empty()) send_bytes(held_);
        held_.clear();
    }
    int sent_ = 0;
    std::vector<std::byte> held_;
};

// --- round_trip_after_one_way

struct tires_of_streaming : packets {
    static constexpr transport_info info = describe("tires_of_streaming");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        ++in_a_row_;
        packets::send(fill);
    }
    template <class Consume>
    bool recv(Consume consume) {
        return packets::recv([&](readable from) {
            std::vector<std::byte> stale(from.begin(), from.end());
            if (in_a_row_ > 250) stale.back() ^= std::byte{1};
            in_a_row_ = 0;
            consume(readable(stale));
        });
    }
    int in_a_row_ = 0;
};

// --- slow_consumer, full_queue

struct drops_when_full : packets {
    static constexpr transport_info info = describe("drops_when_full");
    explicit drops_when_full(setup& cell) : packets(cell) {}
    template <class Fill>
    void send(Fill fill) {
        std::vector<std::byte> message(payload_bytes);
        fill(writable(message));
        ::send(fd(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
};

struct never_full : packets {
    static constexpr transport_info info = describe("never_full");
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        waiting_.emplace_back(payload_bytes);
        fill(writable(waiting_.back()));
        while (!waiting_.empty() && ::send(fd(), waiting_.front().data(), payload_bytes,
                                           MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
            waiting_.pop_front();
    }
    ~never_full() {
        for (const auto& message : waiting_)
            ::send(fd(), message.data(), payload_bytes, MSG_NOSIGNAL);
    }
    std::deque<std::vector<std::byte>> waiting_;
};

constexpr transport_info waits_though_lossy =
    describe("waits_though_lossy", with(packet_facts, [](traits& t) { t.may_drop = true; }));

constexpr transport_info denies_back_pressure = describe(
    "denies_back_pressure", with(packet_facts, [](traits& t) { t.back_pressure = false; }));
constexpr transport_info claims_latest = describe(
    "claims_latest", with(packet_facts, [](traits& t) { t.may_drop = t.latest_value = true; }));

// --- reads_at_will

constexpr traits state_facts = with(packet_facts, [](traits& t) {
    t.may_drop = t.latest_value = true;
    t.control = access::descriptor;
});
constexpr transport_info denies_reading =
    describe("denies_reading", with(state_facts, [](traits& t) { t.latest_value = false; }));

struct reads_once : channel_pair<seqlock> {
    static constexpr transport_info info = describe("reads_once", state_facts);
    using channel_pair::channel_pair;
    template <class Consume>
    bool read(Consume consume) {
        bool is_newer = false;
        channel_pair::read([&](readable bytes) {
            is_newer = !std::equal(bytes.begin(), bytes.end(), last_.begin(), last_.end());
            last_.assign(bytes.begin(), bytes.end());
            if (is_newer) consume(bytes);
        });
        return is_newer;
    }
    std::vector<std::byte> last_;
};

struct reads_backwards : channel_pair<seqlock> {
    static constexpr transport_info info = describe("reads_backwards", state_facts);
    using channel_pair::channel_pair;
    template <class Consume>
    bool read(Consume consume) {
        return channel_pair::read([&](readable bytes) {
            if (first_.empty()) first_.assign(bytes.begin(), bytes.end());
            if (!std::equal(bytes.begin(), bytes.end(), first_.begin())) ++newer_;
            consume(newer_ == 2 ? readable(first_) : bytes);
        });
    }
    std::vector<std::byte> first_;
    int newer_ = 0;
};

// --- no_allocation

constexpr traits allocating_facts = with(packet_facts, [](traits& t) { t.allocates = true; });
constexpr transport_info claims_allocation = describe("claims_allocation", allocating_facts);
constexpr transport_info allocates_secretly = describe("allocates_by_new");
constexpr transport_info admits_allocation = describe("admits_allocation", allocating_facts);

template <const transport_info& Info>
struct allocates_by_new : packets {
    static constexpr const transport_info& info = Info;
    using packets::packets;
    template <class Fill>
    void send(Fill fill) {
        packets::send([&](writable to) {
            fill(to);
            copy_ = std::make_unique<std::byte>(to.front());
        });
    }
    std::unique_ptr<std::byte> copy_;
};

struct allocates_by_malloc : packets {
    static constexpr transport_info info = describe("allocates_by_malloc");
    using packets::packets;
    template <class Consume>
    bool recv(Consume consume) {
        void* scratch = std::malloc(16);
        asm volatile("" : : "r"(scratch) : "memory");
        std::free(scratch);
        return packets::recv(consume);
    }
};

}  // namespace

void register_faulty_by_delivery(registry& all) {
    add_described<packets, waits_though_lossy, denies_back_pressure, claims_latest,
                  claims_allocation>(all);
    add_all<batches, serves, breaks_when_large, refuses_silently, loses_one, repeats_one,
            tears_pages, fills_twice, consumes_short, forgets_to_consume, reorders,
            tires_of_streaming, drops_when_full, never_full, allocates_by_new<allocates_secretly>,
            allocates_by_new<admits_allocation>, allocates_by_malloc, reads_once, reads_backwards>(
        all);
    add_described<channel_pair<seqlock>, denies_reading>(all);
}

}  // namespace ipcmark::conform
