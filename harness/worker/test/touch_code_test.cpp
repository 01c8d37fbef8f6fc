#include "harness/worker/touch_code.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

#include "harness/worker/payload.hpp"

namespace ipcmark {
namespace {

constexpr std::uint64_t touched_tag = 0xfedcba9876543210;
constexpr std::byte untouched{0xa5};

/// Some bytes in the middle of memory, `offset` behind the beginning of a cache line.
class placed_bytes {
public:
    placed_bytes(std::size_t size, std::size_t offset) : memory_(size + 3 * line, untouched) {
        const auto in_line = reinterpret_cast<std::uintptr_t>(memory_.data()) % line;
        begin_ = 2 * line - in_line + offset;
        size_ = size;
    }
    writable bytes() { return {memory_.data() + begin_, size_}; }
    bool rest_is_untouched() const {
        const auto same = [](std::byte each) { return each == untouched; };
        const auto begin = memory_.begin() + static_cast<std::ptrdiff_t>(begin_);
        return std::all_of(memory_.begin(), begin, same) &&
               std::all_of(begin + static_cast<std::ptrdiff_t>(size_), memory_.end(), same);
    }

private:
    static constexpr std::size_t line = 64;
    std::vector<std::byte> memory_;
    std::size_t begin_;
    std::size_t size_;
};

std::vector<std::byte> message(std::size_t size, std::uint64_t word) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i * 8 < size; ++i) {
        const std::uint64_t value = word + i * word_step;
        std::memcpy(bytes.data() + i * 8, &value, std::min<std::size_t>(8, size - i * 8));
    }
    return bytes;
}

TEST(touch_code, the_plain_one_is_always_there) {
    EXPECT_EQ(touch_codes().back().name, "plain");
    EXPECT_EQ(chosen_touch_code().name, touch_codes().front().name);
}

TEST(touch_code, writes_the_same_bytes_at_every_size_and_place_and_none_beside_them) {
    for (const touch_code& code : touch_codes())
        for (std::size_t size = 0; size <= 1'100; size += size < 300 ? 1 : 37)
            for (const std::size_t offset : {0, 1, 4, 8, 56, 63}) {
                placed_bytes place(size, offset);
                payload_writer({touch::rw, size, touched_tag}, code).write(place.bytes());
                const auto expected = message(size, touched_tag);
                ASSERT_TRUE(std::equal(expected.begin(), expected.end(), place.bytes().begin()))
                    << code.name << ", " << size << " bytes at " << offset;
                ASSERT_TRUE(place.rest_is_untouched()) << code.name << ", " << size << " bytes";
                ASSERT_NO_THROW(
                    payload_checker({touch::rw, size, touched_tag}, sequence_rule::strict, code)
                        .check(place.bytes()))
                    << code.name << ", " << size << " bytes at " << offset;
            }
}

TEST(touch_code, a_single_wrong_bit_is_found_wherever_it_is) {
    for (const touch_code& code : touch_codes())
        for (const std::size_t size : {9, 64, 71, 300, 1'031})
            for (const std::size_t offset : {0, 3, 8}) {
                placed_bytes place(size, offset);
                payload_writer({touch::rw, size, touched_tag}, code).write(place.bytes());
                for (std::size_t bit = 0; bit < 8 * size; ++bit) {
                    std::byte& wrong = place.bytes()[bit / 8];
                    const std::byte flip{static_cast<unsigned char>(1u << bit % 8)};
                    wrong ^= flip;
                    payload_checker checker({touch::rw, size, touched_tag}, sequence_rule::strict,
                                            code);
                    EXPECT_THROW(checker.check(place.bytes()), integrity_error)
                        << code.name << ", bit " << bit << " of " << size << " bytes";
                    wrong ^= flip;
                }
            }
}

}  // namespace
}  // namespace ipcmark
