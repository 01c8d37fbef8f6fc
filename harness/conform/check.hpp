#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/worker/registry.hpp"

/// Conformance: what every mechanism owes the contract, and what each of its traits claims, acted
/// out by two real processes and evaluated by their parent.
namespace ipcmark::conform {

enum class outcome : std::uint8_t { pass, fail, skip };

/// What came of examining one mechanism by one check. The text carries the measured figures.
struct check_result {
    outcome ended = outcome::pass;
    std::string text;
};

inline check_result pass(std::string text) {
    return {outcome::pass, std::move(text)};
}
inline check_result fail(std::string text) {
    return {outcome::fail, std::move(text)};
}
inline check_result skip(std::string text) {
    return {outcome::skip, std::move(text)};
}

struct scenario_worker;
class check_context;

/// Whose workers a check can examine: one that has them act out scenarios, ours alone.
enum class examined : std::uint8_t { ours, every, external };

/// What the two workers do when the check calls for it. An exception fails the worker's report.
struct scenario {
    std::string_view name;
    void (*producer)(scenario_worker& me) = nullptr;
    void (*consumer)(scenario_worker& me) = nullptr;
};

/// One check. To add one: define it in a *_checks.cpp, declare it and add its row in checks.cpp.
struct conformance_check {
    std::string_view name;      // snake_case
    std::string_view sentence;  // what is owed
    std::string_view
        backs;  // the member of `traits` or of the description that it proves; may be empty
    /// Why this mechanism need not be examined; nullptr: every one is.
    std::optional<std::string> (*skip_reason)(const registration& mechanism) = nullptr;
    check_result (*evaluate)(check_context& exam) = nullptr;
    std::array<scenario, 3> scenarios = {};
    bool alone = false;  // it needs CPUs that nothing else uses meanwhile
    examined whose = examined::ours;
};

/// Whether the check is about mechanisms of this kind at all.
inline bool concerns(const conformance_check& check, const registration& mechanism) {
    return check.whose == examined::every ||
           (check.whose == examined::external) == (mechanism.external != nullptr);
}

/// The usual reason: the check needs two processes that exchange messages.
inline std::optional<std::string> without_peer(const registration& mechanism) {
    if (!mechanism.info.loops_back) return std::nullopt;
    return "it loops back inside one process: there is no peer";
}

}  // namespace ipcmark::conform

namespace ipcmark {

template <>
struct spelling<conform::outcome> {
    static constexpr std::array words{std::pair{conform::outcome::pass, "pass"},
                                      std::pair{conform::outcome::fail, "fail"},
                                      std::pair{conform::outcome::skip, "skip"}};
};

}  // namespace ipcmark
