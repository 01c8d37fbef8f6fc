#include "harness/worker/crc32c.hpp"

#include <cstring>

#include <boost/crc.hpp>

#if defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace ipcmark {

namespace {

#if defined(__x86_64__)

[[gnu::target("sse4.2")]] std::uint32_t by_instruction(const unsigned char* at,
                                                       std::size_t bytes) noexcept {
    std::uint64_t crc = 0xFFFFFFFF;
    std::uint64_t word = 0;
    for (; bytes >= sizeof word; at += sizeof word, bytes -= sizeof word) {
        std::memcpy(&word, at, sizeof word);
        crc = __builtin_ia32_crc32di(crc, word);
    }
    auto rest = static_cast<std::uint32_t>(crc);
    for (; bytes > 0; ++at, --bytes)
        rest = __builtin_ia32_crc32qi(rest, *at);
    return ~rest;
}

bool has_instruction() noexcept {
    return __builtin_cpu_supports("sse4.2") != 0;
}

#elif defined(__ARM_FEATURE_CRC32)

std::uint32_t by_instruction(const unsigned char* at, std::size_t bytes) noexcept {
    std::uint32_t crc = 0xFFFFFFFF;
    std::uint64_t word = 0;
    for (; bytes >= sizeof word; at += sizeof word, bytes -= sizeof word) {
        std::memcpy(&word, at, sizeof word);
        crc = __crc32cd(crc, word);
    }
    for (; bytes > 0; ++at, --bytes)
        crc = __crc32cb(crc, *at);
    return ~crc;
}

bool has_instruction() noexcept {
    return true;
}

#else

std::uint32_t by_instruction(const unsigned char* at, std::size_t bytes) noexcept {
    return crc32c_by_tables(at, bytes);
}

bool has_instruction() noexcept {
    return false;
}

#endif

}  // namespace

std::uint32_t crc32c_by_tables(const void* from, std::size_t bytes) noexcept {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(from, bytes);
    return crc.checksum();
}

std::uint32_t crc32c(const void* from, std::size_t bytes) noexcept {
    static const bool quick = has_instruction();
    return quick ? by_instruction(static_cast<const unsigned char*>(from), bytes)
                 : crc32c_by_tables(from, bytes);
}

}  // namespace ipcmark
