#pragma once

#include <stdexcept>
#include <string_view>

#include "harness/contract/transport.hpp"
#include "harness/endpoints/storages.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// What is true of wake-ups that are counted: anybody may add one, nobody waits to do so, and they
/// outlive who sent them.
inline constexpr traits counted_facts{.message_boundaries = true,
                                      .fan_in = true,
                                      .survives_producer_exit = true,
                                      .back_pressure = false,
                                      .control = access::descriptor};
/// What is true of locks that go round: their owners let go of them in turn, or die.
inline constexpr traits handoff_facts{.message_boundaries = true,
                                      .survives_producer_exit = true,
                                      .peer_death_detected = true,
                                      .control = access::descriptor};

/// The same, found by a name or a number instead of handed over.
constexpr traits found_by_name(traits facts, access control = access::file_mode) {
    facts.unrelated_processes = true;
    facts.control = control;
    return facts;
}

/// What every notification's description has in common.
constexpr transport_info notification_info(std::string_view name, std::string_view summary,
                                           std::string_view reference, const traits& facts) {
    return {.name = name,
            .summary = summary,
            .family = "notifications",
            .reference = reference,
            .payload = {0, 0},
            .copies_per_message = 0,
            .facts = facts};
}

/// One wake-up per direction and nothing carried. What the two sides share, if anything, lies on a
/// memfd that the producer hands over.
template <wakeup Wakeup>
class notification_pair {
public:
    explicit notification_pair(setup& cell)
        : page_(share_page(cell)),
          producer_(cell.producer()),
          both_ways_(cell.both_ways()),
          forward_(cell, direction::forward, part(0)),
          backward_(cell, direction::backward, part(1)) {}

    template <class Fill>
    void send(Fill fill) {
        fill(writable());
        if (producer_) return forward_.post();
        if (!both_ways_) [[unlikely]]
            throw std::logic_error("a one-way notification has no way back");
        backward_.post();
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (!(producer_ ? backward_ : forward_).wait()) return false;
        consume(readable());
        return true;
    }

    /// How often posts were taken so far, one or many at once.
    std::uint64_t deliveries() const noexcept requires joins_posts<Wakeup> {
        return (producer_ ? backward_ : forward_).deliveries();
    }

private:
    using shared = typename Wakeup::shared;
    static constexpr bool shares = !std::is_same_v<shared, nothing_shared>;

    static mapping share_page(setup& cell) {
        constexpr std::size_t page_bytes = 2 * ((sizeof(shared) + 63) / 64 * 64);
        if constexpr (!shares) return {};
        return memfd_storage(cell, page_bytes);
    }

    shared& part(std::size_t index) {
        if constexpr (!shares) return none_;
        return *reinterpret_cast<shared*>(page_.data() + index * (page_.size() / 2));
    }

    [[no_unique_address]] nothing_shared none_;
    mapping page_;
    bool producer_;
    bool both_ways_;
    Wakeup forward_;
    Wakeup backward_;
};

}  // namespace ipcmark
