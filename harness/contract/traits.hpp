#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "harness/base/enum_names.hpp"

namespace ipcmark {

enum class sharing : std::uint8_t {
    none,       // one process on this side
    competing,  // several: each message goes to exactly one of them
    broadcast,  // several: each message goes to all of them
};
enum class access : std::uint8_t {
    anyone,      // whoever reaches the address
    file_mode,   // a name guarded by owner and mode bits
    descriptor,  // whoever was handed the descriptor, nobody else
    same_user,   // processes of the same user: signals, tracing
};

template <>
struct spelling<sharing> {
    static constexpr std::array words{std::pair{sharing::none, "none"},
                                      std::pair{sharing::competing, "competing"},
                                      std::pair{sharing::broadcast, "broadcast"}};
};
template <>
struct spelling<access> {
    static constexpr std::array words{
        std::pair{access::anyone, "anyone"}, std::pair{access::file_mode, "file_mode"},
        std::pair{access::descriptor, "descriptor"}, std::pair{access::same_user, "same_user"}};
};

/// Facts that help to choose a mechanism. Each has its row in visit_traits, and a conformance check
/// (harness/conform) that fails when the fact is false.
struct traits {
    bool message_boundaries = false;
    bool ordered = true;
    bool duplex = false;
    bool unrelated_processes = false;
    bool cross_host = false;
    bool fan_in = false;
    sharing fan_out = sharing::none;
    bool joinable = false;
    bool priorities = false;
    bool survives_producer_exit = false;
    bool peer_death_detected = false;
    bool peer_death_may_be_late = false;
    bool may_drop = false;
    bool latest_value = false;  // implies may_drop
    bool back_pressure = true;
    access control = access::anyone;
    bool encrypted = false;
    bool needs_daemon = false;
    bool allocates = false;
};

/// How a trait is called and what it says.
struct trait_info {
    std::string_view name;        // in files
    std::string_view when_set;    // in the short list, where the value is not false or the first
    std::string_view when_unset;  // and where it is; empty: nothing is said
    std::string_view meaning;
};

/// Calls visit(info, value) for each trait in the order of lists and files; a value is a bool or
/// one of the enumerations above.
template <class Visitor>
void visit_traits(const traits& of, Visitor&& visit) {
    using info = trait_info;
    visit(info{"message_boundaries", "boundaries", "", "a receive never joins or splits messages"},
          of.message_boundaries);
    visit(info{"ordered", "", "unordered", "messages of one producer arrive in their order"},
          of.ordered);
    visit(info{"duplex", "duplex", "", "one object carries both directions"}, of.duplex);
    visit(info{"unrelated_processes", "unrelated", "",
               "found by name or address, no descriptor handed over"},
          of.unrelated_processes);
    visit(info{"cross_host", "cross-host", "", "the same calls work between two machines"},
          of.cross_host);
    visit(info{"fan_in", "fan-in", "", "several producers may send into one object"}, of.fan_in);
    visit(info{"fan_out", "fan-out", "", "several consumers may receive from one object"},
          of.fan_out);
    visit(info{"joinable", "joinable", "",
               "its endpoints let more than a pair take part in one object"},
          of.joinable);
    visit(info{"priorities", "priorities", "", "an urgent message overtakes what is queued"},
          of.priorities);
    visit(info{"survives_producer_exit", "", "", "what was sent can still be received"},
          of.survives_producer_exit);
    visit(info{"peer_death_detected", "detects peer exit", "",
               "a SIGKILLed peer ends send and receive within a second"},
          of.peer_death_detected);
    visit(info{"peer_death_may_be_late", "at times late", "",
               "a peer's death is at times seen only after a long timeout"},
          of.peer_death_may_be_late);
    visit(info{"may_drop", "may drop", "", "loss is possible and counted"}, of.may_drop);
    visit(info{"latest_value", "latest value", "",
               "a newer message replaces one that was not received yet"},
          of.latest_value);
    visit(info{"back_pressure", "", "never waits to send",
               "a send waits once a bounded number of messages is queued"},
          of.back_pressure);
    visit(info{"access_control", "", "", "who may use the channel"}, of.control);
    visit(info{"encrypted", "", "", "the bytes are encrypted on their way"}, of.encrypted);
    visit(info{"needs_daemon", "needs a daemon", "", "a third process works for the pair"},
          of.needs_daemon);
    visit(info{"allocates", "allocates", "", "a library allocates heap memory in send or receive"},
          of.allocates);
}

/// Whether a trait's value is other than false, or than its enumeration's first.
template <class Value>
constexpr bool is_set(Value value) {
    return value != Value{};
}

/// A trait's value as a word of files: "true", "competing".
template <class Value>
constexpr std::string_view trait_word(Value value) {
    if constexpr (std::is_same_v<Value, bool>)
        return value ? "true" : "false";
    else
        return to_word(value);
}

}  // namespace ipcmark
