#include <cstring>

#include "harness/worker/probes/probes.hpp"

namespace ipcmark::floors {

namespace {

/// Inlined into functions for different CPUs, where the compiler makes vectors of `Lanes` words.
/// Four of them are summed apart: one would wait for its own additions, whatever the loads can do.
template <std::size_t Lanes>
[[gnu::always_inline]] inline std::uint64_t sum_by(const std::byte* from, std::size_t bytes,
                                                   std::uint64_t passes) noexcept {
    constexpr std::size_t block_words = 4 * Lanes;
    constexpr std::size_t block_bytes = block_words * sizeof(std::uint64_t);
    std::uint64_t sums[block_words] = {};
    std::uint64_t total = 0;
    const auto load = [](const std::byte* at) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        return word;
    };
    for (; passes > 0; --passes) {
        asm volatile("" ::: "memory");  // it may be other words now
        const std::byte* at = from;
        std::size_t left = bytes;
        for (; left >= block_bytes; left -= block_bytes, at += block_bytes)
            for (std::size_t word = 0; word < block_words; ++word)
                sums[word] += load(at + word * sizeof(std::uint64_t));
        for (; left >= sizeof total; left -= sizeof total, at += sizeof total)
            total += load(at);
    }
    for (const std::uint64_t sum : sums)
        total += sum;
    return total;
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] std::uint64_t sum_avx512f(const std::byte* from, std::size_t bytes,
                                                     std::uint64_t passes) noexcept {
    return sum_by<8>(from, bytes, passes);
}
[[gnu::target("avx2")]] std::uint64_t sum_avx2(const std::byte* from, std::size_t bytes,
                                               std::uint64_t passes) noexcept {
    return sum_by<4>(from, bytes, passes);
}
#endif

}  // namespace

std::uint64_t wide_sum(const std::byte* from, std::size_t bytes, std::uint64_t passes) noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return sum_avx512f(from, bytes, passes);
    if (__builtin_cpu_supports("avx2")) return sum_avx2(from, bytes, passes);
#endif
    return sum_by<2>(from, bytes, passes);
}

}  // namespace ipcmark::floors
