#include "harness/contract/traits.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace ipcmark {
namespace {

TEST(traits_test, each_has_a_name_and_a_meaning) {
    std::set<std::string_view> names;
    visit_traits({}, [&](const trait_info& trait, auto) {
        EXPECT_TRUE(names.insert(trait.name).second) << trait.name;
        EXPECT_FALSE(trait.meaning.empty()) << trait.name;
        EXPECT_TRUE(std::ranges::all_of(trait.name, [](char c) {
            return c == '_' || (c >= 'a' && c <= 'z');
        })) << trait.name;
    });
}

/// The visits take as much room as the struct: none of its members is left out.
TEST(traits_test, every_member_is_visited) {
    std::size_t bytes = 0;
    visit_traits({}, [&](const trait_info&, auto value) { bytes += sizeof value; });
    EXPECT_EQ(bytes, sizeof(traits));
}

TEST(traits_test, a_value_is_told_by_its_word) {
    EXPECT_EQ(trait_word(true), "true");
    EXPECT_EQ(trait_word(sharing::competing), "competing");
    EXPECT_TRUE(is_set(access::descriptor));
    EXPECT_FALSE(is_set(sharing::none) || is_set(false));
}

}  // namespace
}  // namespace ipcmark
