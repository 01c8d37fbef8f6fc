#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "harness/base/enum_names.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

enum class touch : std::uint8_t { desc, line, rw, copy, verify };
/// `cross`: two CPUs of which the machine does not tell what they share. `efficient` and `mixed`
/// are of machines with cores of several kinds, on which the others are of the fastest kind.
enum class placement : std::uint8_t {
    same_cpu,
    smt,
    l2,
    l3,
    package,
    numa,
    free,
    cross,
    efficient,
    mixed
};
enum class status : std::uint8_t { ok, skipped, failed, timed_out };

template <>
struct spelling<role> {
    static constexpr std::array words{std::pair{role::producer, "producer"},
                                      std::pair{role::consumer, "consumer"}};
};
template <>
struct spelling<touch> {
    static constexpr std::array words{
        std::pair{touch::desc, "desc"}, std::pair{touch::line, "line"}, std::pair{touch::rw, "rw"},
        std::pair{touch::copy, "copy"}, std::pair{touch::verify, "verify"}};
};
template <>
struct spelling<placement> {
    static constexpr std::array words{std::pair{placement::same_cpu, "same_cpu"},
                                      std::pair{placement::smt, "smt"},
                                      std::pair{placement::l2, "l2"},
                                      std::pair{placement::l3, "l3"},
                                      std::pair{placement::package, "package"},
                                      std::pair{placement::numa, "numa"},
                                      std::pair{placement::free, "free"},
                                      std::pair{placement::cross, "cross"},
                                      std::pair{placement::efficient, "efficient"},
                                      std::pair{placement::mixed, "mixed"}};
};
template <>
struct spelling<status> {
    static constexpr std::array words{
        std::pair{status::ok, "ok"}, std::pair{status::skipped, "skipped"},
        std::pair{status::failed, "failed"}, std::pair{status::timed_out, "timed_out"}};
};
template <>
struct spelling<wait_style> {
    static constexpr std::array words{
        std::pair{wait_style::blocks, "blocks"}, std::pair{wait_style::spins, "spins"},
        std::pair{wait_style::spins_then_blocks, "spins_then_blocks"}};
};

}  // namespace ipcmark
