#include "harness/worker/crc32c.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace ipcmark {
namespace {

TEST(crc32c, gives_the_values_of_the_standard) {
    const std::string digits = "123456789";
    EXPECT_EQ(crc32c(digits.data(), digits.size()), 0xE3069283u);
    const std::vector<unsigned char> zeros(32, 0);
    EXPECT_EQ(crc32c(zeros.data(), zeros.size()), 0x8A9136AAu) << "RFC 3720, B.4";
    EXPECT_EQ(crc32c(nullptr, 0), 0u);
}

TEST(crc32c, is_the_same_by_instruction_and_by_tables) {
    std::mt19937 random(1);
    std::vector<unsigned char> bytes(4'200);
    for (auto& each : bytes)
        each = static_cast<unsigned char>(random());
    for (std::size_t size = 0; size < 80; ++size)
        for (std::size_t offset = 0; offset < 9; ++offset)
            EXPECT_EQ(crc32c(bytes.data() + offset, size),
                      crc32c_by_tables(bytes.data() + offset, size))
                << size << " at " << offset;
    EXPECT_EQ(crc32c(bytes.data(), bytes.size()), crc32c_by_tables(bytes.data(), bytes.size()));
}

}  // namespace
}  // namespace ipcmark
