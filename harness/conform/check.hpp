#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/worker/registry.hpp"

/// Conformance: what every mechanism owes the contract, and what each of its traits claims, acted
/// out by two real processes and judged by their parent.
namespace ipcmark::conform {

enum class outcome : std::uint8_t { holds, broken, excused };

/// What came of examining one mechanism by one law. The text carries the measured figures.
struct verdict {
    outcome ended = outcome::holds;
    std::string text;
};

inline verdict holds(std::string text) {
    return {outcome::holds, std::move(text)};
}
inline verdict broken(std::string text) {
    return {outcome::broken, std::move(text)};
}
inline verdict excused(std::string text) {
    return {outcome::excused, std::move(text)};
}

struct actor;
class check_context;

/// What the two workers do when the judge calls for it. An exception fails the worker's report.
struct play {
    std::string_view name;
    void (*producer)(actor& me) = nullptr;
    void (*consumer)(actor& me) = nullptr;
};

/// One law. To add one: define it in a laws_*.cpp, declare it below, add its row in laws.cpp.
struct law {
    std::string_view name;      // snake_case
    std::string_view sentence;  // what is owed
    std::string_view backs;  // the member of `traits` or of the card that it proves; may be empty
    /// Why this mechanism need not be examined; nullptr: every one is.
    std::optional<std::string> (*excuse)(const registration& mechanism) = nullptr;
    verdict (*judge)(check_context& exam) = nullptr;
    std::array<play, 3> plays = {};
    bool alone = false;  // it needs CPUs that nothing else uses meanwhile
};

extern const law description_law;
extern const law limits_law;
extern const law opening_order_law;
extern const law delivery_law;
extern const law exactly_once_law;
extern const law ordered_law;
extern const law round_trip_after_one_way_law;
extern const law slow_consumer_law;
extern const law full_queue_law;
extern const law latest_value_law;
extern const law priorities_law;
extern const law survives_producer_exit_law;
extern const law boundaries_law;
extern const law duplex_law;
extern const law unrelated_processes_law;
extern const law cross_host_law;
extern const law fan_in_law;
extern const law fan_out_law;
extern const law needs_daemon_law;
extern const law access_law;
extern const law isolation_law;
extern const law peer_death_law;
extern const law death_while_writing_law;
extern const law rerun_after_kill_law;
extern const law nothing_left_law;
extern const law wait_style_law;
extern const law no_allocation_law;

/// The usual excuse: the law needs two processes that exchange messages.
inline std::optional<std::string> without_peer(const registration& mechanism) {
    if (!mechanism.info.loops_back) return std::nullopt;
    return "it loops back inside one process: there is no peer";
}

}  // namespace ipcmark::conform

namespace ipcmark {

template <>
struct spelling<conform::outcome> {
    static constexpr std::array words{std::pair{conform::outcome::holds, "pass"},
                                      std::pair{conform::outcome::broken, "fail"},
                                      std::pair{conform::outcome::excused, "skip"}};
};

}  // namespace ipcmark
