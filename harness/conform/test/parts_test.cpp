/// What the checks are made of: the account of messages, the count of allocations, and the look as
/// nobody.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "harness/conform/access_probe.hpp"
#include "harness/conform/allocation_count.hpp"
#include "harness/conform/delivery_checker.hpp"

namespace ipcmark::conform {
namespace {

payload_plan plan_of(std::size_t bytes) {
    return {touch::verify, bytes, 0x1234'5678'9abc'def0u};
}

std::vector<std::byte> message(const payload_plan& plan, std::uint64_t sequence) {
    std::vector<std::byte> bytes(plan.bytes);
    payload_writer writer(plan);
    writer.set_sequence(sequence);
    writer.write(bytes);
    return bytes;
}

TEST(message_checker, accounts_for_each_fate) {
    for (const std::size_t size : {1, 3, 8, 64, 4097}) {
        const payload_plan plan = plan_of(size);
        delivery_checker book(plan, 6);
        for (const std::uint64_t sequence : {0, 1, 3, 2, 2})
            book.enter(message(plan, sequence));
        auto longer = message(plan, 4);
        longer.push_back({});
        book.enter(longer);
        book.enter(message(plan, 100));
        const account& sums = book.sums();
        EXPECT_EQ(sums.received, 4u) << size;
        EXPECT_EQ(sums.duplicated, 1u) << size;
        EXPECT_EQ(sums.out_of_order, 2u) << size;
        EXPECT_EQ(sums.wrong_size, 1u) << size;
        EXPECT_EQ(sums.foreign, 1u) << size;
        EXPECT_EQ(sums.damaged, 0u) << size;
        EXPECT_EQ(book.entered(), 7u) << size;
        EXPECT_EQ(sums.fault(false, true),
                  "of 6 messages 2 never came, 1 came twice, 2 came after a later one, 1 of the "
                  "wrong size, 1 not ours");
    }
}

TEST(message_checker, sees_a_single_bit) {
    const payload_plan plan = plan_of(4096);
    for (const std::size_t at : {8u, 100u, 4095u}) {
        delivery_checker book(plan, 2);
        auto bytes = message(plan, 0);
        bytes[at] ^= std::byte{4};
        book.enter(bytes);
        EXPECT_EQ(book.sums().damaged, 1u) << at;
    }
}

TEST(message_checker, travels_in_notes) {
    const account sums{10, 5, 1, 2, 3, 4, 6};
    std::map<std::string, std::int64_t> notes;
    sums.write_to(notes, "x.");
    EXPECT_EQ(account::read_from(notes, "x.").foreign, 6u);
    EXPECT_EQ(account::read_from(notes, "x.").received, 5u);
    EXPECT_EQ(account::read_from(notes, "y.").expected, 0u);
}

TEST(message_checker, lets_a_lossy_mechanism_lose_some_but_not_all) {
    account sums;
    sums.expected = 10;
    sums.received = 4;
    EXPECT_EQ(sums.fault(true, true), std::nullopt);
    sums.received = 0;
    EXPECT_NE(sums.fault(true, true), std::nullopt);
}

TEST(allocations, of_both_languages_are_counted) {
    ASSERT_TRUE(allocation_count::ready());
    allocation_count::start();
    const auto a = std::make_unique<int>(1);
    auto* volatile b = std::malloc(8);
    auto* volatile c = ::strdup("text");  // allocates inside libc
    const std::uint64_t count = allocation_count::stop();
    std::free(b);
    std::free(c);
    EXPECT_EQ(count, 3u);
    EXPECT_EQ(*a, 1);
}

TEST(allocations, after_the_count_are_not_counted) {
    ASSERT_TRUE(allocation_count::ready());
    allocation_count::start();
    EXPECT_EQ(allocation_count::stop(), 0u);
    const auto later = std::make_unique<int>(1);
    EXPECT_EQ(allocation_count::stop(), 0u);
}

TEST(nobody, is_kept_out_by_the_mode_bits) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    const std::string path = "/dev/shm/ipcmark-nobody-" + std::to_string(::getpid());
    std::ofstream(path).put('x');
    std::filesystem::permissions(path, std::filesystem::perms{0600});
    EXPECT_FALSE(nobody_can_open({ipc_object::kind::file, path, 0600, 0}));
    std::filesystem::permissions(path, std::filesystem::perms{0644});
    EXPECT_TRUE(nobody_can_open({ipc_object::kind::file, path, 0644, 0}));
    std::filesystem::remove(path);
    EXPECT_FALSE(nobody_can_open({ipc_object::kind::file, path, 0644, 0}));
}

}  // namespace
}  // namespace ipcmark::conform
