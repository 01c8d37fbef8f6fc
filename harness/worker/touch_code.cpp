#include "harness/worker/touch_code.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ipcmark {

namespace {

constexpr std::size_t word_size = sizeof(std::uint64_t);
constexpr std::size_t line_size = 64;

/// The first word from 1 on that begins a cache line, or as near to one as the buffer lies.
std::size_t first_aligned(const std::byte* at, std::size_t words) noexcept {
    const auto in_line = (reinterpret_cast<std::uintptr_t>(at) + word_size) % line_size;
    return std::min(1 + (line_size - in_line) % line_size / word_size, words);
}

[[gnu::always_inline]] inline void fill_singly(std::byte* to, std::size_t begin, std::size_t end,
                                               std::uint64_t word) noexcept {
    for (std::size_t i = begin; i < end; ++i) {
        const std::uint64_t value = word + i * word_step;
        std::memcpy(to + i * word_size, &value, sizeof value);
    }
}

/// In single words for certain: a wider load over words just written one by one would wait until
/// they have left the store buffer.
[[gnu::always_inline]] inline std::uint64_t sum_singly(const std::byte* from, std::size_t begin,
                                                       std::size_t end) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
        std::uint64_t word;
        std::memcpy(&word, from + i * word_size, sizeof word);
        sum += word;
        asm("" : "+r"(sum));
    }
    return sum;
}

// The loops for one kind of CPU; a macro, since a function's target is no template parameter. Four
// vectors that do not wait for one another, on whole cache lines where words are aligned.
#define IPCMARK_TOUCH_LOOPS(name, bytes, ...)                                                     \
    __VA_ARGS__ void fill_##name(std::byte* to, std::size_t words, std::uint64_t word) noexcept { \
        typedef std::uint64_t vector __attribute__((vector_size(bytes)));                         \
        constexpr std::size_t lanes = (bytes) / word_size;                                        \
        std::size_t i = first_aligned(to, words);                                                 \
        fill_singly(to, 1, i, word);                                                              \
        if (i + 4 * lanes <= words) {                                                             \
            vector first;                                                                         \
            for (std::size_t lane = 0; lane < lanes; ++lane)                                      \
                first[lane] = word + (i + lane) * word_step;                                      \
            vector second = first + lanes * word_step;                                            \
            vector third = second + lanes * word_step;                                            \
            vector fourth = third + lanes * word_step;                                            \
            for (; i + 4 * lanes <= words; i += 4 * lanes) {                                      \
                std::byte* block = to + i * word_size;                                            \
                std::memcpy(block, &first, bytes);                                                \
                std::memcpy(block + (bytes), &second, bytes);                                     \
                std::memcpy(block + 2 * (bytes), &third, bytes);                                  \
                std::memcpy(block + 3 * (bytes), &fourth, bytes);                                 \
                first += 4 * lanes * word_step;                                                   \
                second += 4 * lanes * word_step;                                                  \
                third += 4 * lanes * word_step;                                                   \
                fourth += 4 * lanes * word_step;                                                  \
            }                                                                                     \
        }                                                                                         \
        fill_singly(to, i, words, word);                                                          \
    }                                                                                             \
    __VA_ARGS__ std::uint64_t sum_##name(const std::byte* from, std::size_t words) noexcept {     \
        typedef std::uint64_t vector __attribute__((vector_size(bytes)));                         \
        constexpr std::size_t lanes = (bytes) / word_size;                                        \
        std::size_t i = first_aligned(from, words);                                               \
        std::uint64_t sum = sum_singly(from, 1, i);                                               \
        vector sums[4] = {};                                                                      \
        for (; i + 4 * lanes <= words; i += 4 * lanes) {                                          \
            const std::byte* block = from + i * word_size;                                        \
            for (std::size_t j = 0; j < 4; ++j) {                                                 \
                vector read;                                                                      \
                std::memcpy(&read, block + j * (bytes), bytes);                                   \
                sums[j] += read;                                                                  \
            }                                                                                     \
        }                                                                                         \
        const vector all = (sums[0] + sums[1]) + (sums[2] + sums[3]);                             \
        for (std::size_t lane = 0; lane < lanes; ++lane)                                          \
            sum += all[lane];                                                                     \
        return sum + sum_singly(from, i, words);                                                  \
    }

IPCMARK_TOUCH_LOOPS(plain, 16)
#if defined(__x86_64__)
IPCMARK_TOUCH_LOOPS(avx2, 32, [[gnu::target("avx2")]])
IPCMARK_TOUCH_LOOPS(avx512f, 64, [[gnu::target("avx512f")]])

constexpr std::array codes{touch_code{"avx512f", fill_avx512f, sum_avx512f},
                           touch_code{"avx2", fill_avx2, sum_avx2},
                           touch_code{"plain", fill_plain, sum_plain}};

std::size_t too_wide() noexcept {
    if (__builtin_cpu_supports("avx512f")) return 0;
    return __builtin_cpu_supports("avx2") ? 1 : 2;
}
#else
constexpr std::array codes{touch_code{"plain", fill_plain, sum_plain}};

std::size_t too_wide() noexcept {
    return 0;
}
#endif
#undef IPCMARK_TOUCH_LOOPS

}  // namespace

std::span<const touch_code> touch_codes() noexcept {
    return std::span(codes).subspan(too_wide());
}

}  // namespace ipcmark
