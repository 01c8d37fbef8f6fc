// The readers that ci/fuzz.sh tries for minutes, for a moment: no libFuzzer is needed.
#include <gtest/gtest.h>

#include "ci/fuzz/targets.hpp"

namespace ipcmark::fuzz {
namespace {

class readers : public testing::TestWithParam<target> {};

TEST_P(readers, take_their_seeds_whole_cut_and_changed) {
    const target& one = GetParam();
    const auto seeds = one.seeds();
    ASSERT_FALSE(seeds.empty());
    for (const auto& seed : seeds) {
        EXPECT_NO_THROW(one.read(seed)) << seed.substr(0, 200);
        for (const std::size_t part : {0, 1, 3, 7})
            EXPECT_NO_THROW(one.read(seed.substr(0, seed.size() * part / 8))) << part;
        if (!one.is_json) continue;
        for (unsigned number = 1; number < 40; ++number) {
            const std::string changed = mutated_json(seed, number);
            EXPECT_NO_THROW(one.read(changed)) << changed.substr(0, 200);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(of, readers, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace ipcmark::fuzz
