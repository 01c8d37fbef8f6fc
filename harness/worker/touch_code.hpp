#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ipcmark {

/// The loops of `touch=rw` in the widest vectors of this CPU, so that touching costs what memory
/// costs. Word i of a message is word + i * word_step, i = 1, 2, ...; word 0 is not theirs. Buffers
/// may lie anywhere.
struct touch_code {
    std::string_view name;  // avx512f, avx2, plain
    /// Writes words 1 to words - 1.
    void (*fill)(std::byte* to, std::size_t words, std::uint64_t word) noexcept;
    /// The sum of words 1 to words - 1, modulo 2^64.
    std::uint64_t (*sum)(const std::byte* from, std::size_t words) noexcept;
};

inline constexpr std::uint64_t word_step = 0x9E3779B97F4A7C15u;  // odd: no two words are equal

/// Those that this CPU can execute, the widest first; `plain` is always the last.
std::span<const touch_code> touch_codes() noexcept;

/// The one in use.
inline const touch_code& chosen_touch_code() noexcept {
    return touch_codes().front();
}

}  // namespace ipcmark
