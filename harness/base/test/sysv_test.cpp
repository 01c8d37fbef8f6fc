#include "harness/base/posix/sysv.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <thread>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/test/sysv_objects.hpp"

namespace ipcmark {
namespace {

TEST(sysv, keys_differ_by_repetition_and_slot) {
    std::set<key_t> keys;
    for (int repetition = 0; repetition < 1000; ++repetition)
        for (unsigned slot = 0; slot < sysv_slots; ++slot)
            keys.insert(sysv_key("ipcmark-1-abcdef-" + std::to_string(repetition), slot));
    EXPECT_GE(keys.size(), 1000 * sysv_slots - 2);  // a collision of chance is one in 500 runs
    EXPECT_EQ(keys.count(IPC_PRIVATE), 0u);
    EXPECT_EQ(sysv_key("a", direction::forward), sysv_key("a", 0u));
    EXPECT_NE(sysv_key("a", direction::forward), sysv_key("a", direction::backward));
}

TEST(sysv, what_one_side_creates_the_other_finds_and_the_creator_removes) {
    const std::string name = unique_name("pair");
    {
        const auto queue = sysv_queue::create(sysv_key(name, 0));
        const auto semaphores = sysv_semaphore::create(sysv_key(name, 0), 2);
        const auto segment = sysv_segment::create(sysv_key(name, 0), 10'000);
        EXPECT_EQ(sysv_queue::open(sysv_key(name, 0)).id(), queue.id());
        EXPECT_EQ(sysv_semaphore::open(sysv_key(name, 0), 2).id(), semaphores.id());
        const auto other = sysv_segment::open(sysv_key(name, 0), 10'000);
        segment.data()[9'999] = std::byte{7};
        EXPECT_EQ(other.data()[9'999], std::byte{7});
        EXPECT_EQ(objects_of(name), 3) << "an opener that goes removes nothing";
        EXPECT_THROW(sysv_queue::create(sysv_key(name, 0)), call_failed) << "it is there already";
    }
    EXPECT_EQ(objects_of(name), 0);
    EXPECT_THROW(sysv_queue::open(sysv_key(name, 0)), call_failed);
}

TEST(sysv, a_segment_outlives_its_name) {
    const std::string name = unique_name("segment");
    auto segment = sysv_segment::create(sysv_key(name, 1), 4096);
    const auto other = sysv_segment::open(sysv_key(name, 1), 4096);
    segment.remove();
    EXPECT_EQ(objects_of(name), 0);
    segment = sysv_segment();
    other.data()[0] = std::byte{1};
}

TEST(sysv, a_semaphore_waits_for_its_value) {
    const auto set = sysv_semaphore::create(sysv_key(unique_name("sem"), 2), 2);
    EXPECT_FALSE(set.change(1, -1, IPC_NOWAIT));
    std::thread poster([&] { set.change(1, 1); });
    EXPECT_TRUE(set.change(1, -1));
    poster.join();
    EXPECT_FALSE(set.change(0, -1, IPC_NOWAIT));
}

TEST(sysv, a_size_beyond_the_machine_is_a_limit) {
    EXPECT_THROW(sysv_segment::create(sysv_key(unique_name("huge"), 0), std::size_t{1} << 60),
                 limit_exceeded);
}

}  // namespace
}  // namespace ipcmark
