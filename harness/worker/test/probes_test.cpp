#include "harness/worker/probes/probes.hpp"

#include <gtest/gtest.h>
#include <numeric>

namespace ipcmark::floors {
namespace {

TEST(probes, a_process_is_timed_to_its_own_end) {
    const double ns = lifetime(0, [] { return child::spawn_program({"sleep", "0.02"}, {}); });
    EXPECT_GE(ns, 20e6);
}

TEST(probes, the_wide_sum_takes_every_word) {
    std::uint64_t words[300];
    std::iota(std::begin(words), std::end(words), std::uint64_t{1} << 63);
    for (std::size_t count = 0; count <= 300; ++count)
        EXPECT_EQ(wide_sum(reinterpret_cast<const std::byte*>(words), count * sizeof *words, 3),
                  3 * std::accumulate(words, words + count, std::uint64_t{0}));
}

}  // namespace
}  // namespace ipcmark::floors
