#include "harness/host/ipc/run_objects.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/base/test/sysv_objects.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

using kind = ipc_object::kind;

/// A run that no other process has, as this one's folder would be called.
std::string run_of_this_test() {
    return "ipcmark-" + std::to_string(::getpid()) + "-iNvEnT";
}

std::string repetition(unsigned number) {
    return run_of_this_test() + "-0000000" + std::to_string(number);
}

/// A real object of that kind; false where the system has none to give.
bool make_object(kind what, const std::string& name) {
    const std::string path = "/" + directed_name(name, direction::forward);
    switch (what) {
        case kind::file:
            return static_cast<bool>(
                unique_fd(::shm_open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600)));
        case kind::semaphore:
            return ::sem_close(::sem_open(path.c_str(), O_CREAT | O_EXCL, 0600, 0)) == 0;
        case kind::queue:
            return static_cast<bool>(
                unique_fd(::mq_open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, nullptr)));
        case kind::sysv_shm:
            return ::shmget(sysv_key(name, 0), 4096, IPC_CREAT | IPC_EXCL | 0600) >= 0;
        case kind::sysv_msg:
            return ::msgget(sysv_key(name, 1), IPC_CREAT | IPC_EXCL | 0600) >= 0;
        case kind::sysv_sem:
            return ::semget(sysv_key(name, sysv_slots - 1), 1, IPC_CREAT | IPC_EXCL | 0600) >= 0;
        default:
            return false;
    }
}

class each_kind_of_run_object : public testing::TestWithParam<run_object_kind> {
protected:
    ~each_kind_of_run_object() override {
        for (const unsigned number : {1u, 2u})
            remove_objects_of(repetition(number), 0);
    }

    static std::vector<ipc_object> listed() {
        std::vector<ipc_object> ours = GetParam().list({});
        std::erase_if(ours, [](const ipc_object& each) {
            return run_of(each) != run_of_this_test() && !has_key_of(each, repetition(1));
        });
        return ours;
    }
    static std::vector<ipc_object> of_repetition(unsigned number) {
        return GetParam().of_repetition(repetition(number), {});
    }
};

TEST_P(each_kind_of_run_object, is_listed_recognised_and_removed) {
    const run_object_kind& row = GetParam();
    if (!make_object(row.what, repetition(1))) GTEST_SKIP() << "no POSIX message queues here";
    const auto found = of_repetition(1);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].what, row.what);
    EXPECT_EQ(found[0].mode, 0600u);
    EXPECT_EQ(found[0].owner, ::geteuid());
    EXPECT_TRUE(made_by_run(found[0], ::geteuid(), found[0].since_s));
    EXPECT_EQ(&run_object_kind_of(found[0]).sentence.front(), &row.sentence.front());
    EXPECT_TRUE(of_repetition(2).empty()) << "another repetition's";
    if (row.what != kind::queue || message_queues_visible()) {
        EXPECT_EQ(listed(), found);
    }
    EXPECT_EQ(row.remove(found[0]), "");
    EXPECT_TRUE(of_repetition(1).empty());
    EXPECT_TRUE(listed().empty());
    EXPECT_EQ(row.remove(found[0]), "") << "gone, by whoever";
}

TEST_P(each_kind_of_run_object, goes_with_its_repetition_alone) {
    for (const unsigned number : {1u, 2u})
        if (!make_object(GetParam().what, repetition(number)))
            GTEST_SKIP() << "no POSIX message queues here";
    remove_objects_of(repetition(1), 0);
    EXPECT_TRUE(of_repetition(1).empty());
    EXPECT_EQ(of_repetition(2).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(inventory, each_kind_of_run_object,
                         testing::ValuesIn(run_object_kinds().begin(), run_object_kinds().end()),
                         [](const auto& row) { return std::string(to_word(row.param.what)); });

TEST(run_objects, a_run_s_name_leads_to_those_of_all_its_repetitions_that_have_names) {
    for (const unsigned number : {1u, 2u})
        ASSERT_TRUE(make_object(kind::file, repetition(number)));
    ASSERT_TRUE(make_object(kind::semaphore, repetition(2)));
    remove_objects_of(run_of_this_test(), 0);
    for (const unsigned number : {1u, 2u})
        for (const run_object_kind& row : run_object_kinds())
            EXPECT_TRUE(row.of_repetition(repetition(number), {}).empty()) << row.sentence;
}

TEST(run_objects, a_folder_among_shared_memory_is_one_object) {
    std::string pattern = (fs::temp_directory_path() / "shm_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    const object_places places{pattern};
    const std::string name = repetition(1);
    fs::create_directories(places.shared_memory / (name + ".d") / "deeper");
    std::ofstream(places.shared_memory / (name + ".d") / "deeper" / "one") << "text";
    std::ofstream(places.shared_memory / "not_ours") << "text";
    const auto found = run_object_kinds().front().of_repetition(name, places);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].state, "1 files");
    std::size_t all = 0;
    for_each_listed(places,
                    [&](const ipc_object& each) { all += each.name.starts_with(pattern) ? 1 : 0; });
    EXPECT_EQ(all, 2u);
    remove_objects_of(name, 0, places);
    EXPECT_FALSE(fs::exists(places.shared_memory / (name + ".d")));
    EXPECT_TRUE(fs::exists(places.shared_memory / "not_ours"));
    fs::remove_all(pattern);
}

TEST(run_objects, an_older_object_under_the_same_key_is_spared) {
    const std::string name = unique_name("older");
    leave_one_of_each(name);
    remove_objects_of(name, std::time(nullptr) + 3'600);
    EXPECT_EQ(objects_of(name), 3);
    remove_objects_of(name, std::time(nullptr) - 3'600);
    EXPECT_EQ(objects_of(name), 0);
}

TEST(run_objects, another_user_s_object_is_not_the_run_s) {
    ipc_object object{kind::sysv_shm, "5", 0600, 1000};
    object.since_s = 200;
    EXPECT_TRUE(made_by_run(object, 1000, 200));
    EXPECT_TRUE(made_by_run(object, 1000, 201)) << "a coarse clock dated it";
    EXPECT_FALSE(made_by_run(object, 1000, 202));
    EXPECT_FALSE(made_by_run(object, 1001, 200));
}

TEST(run_objects, what_goes_with_its_process_or_its_folder_is_in_no_row) {
    for (const kind what : {kind::socket, kind::fifo})
        EXPECT_THROW(run_object_kind_of(ipc_object{what, "x"}), std::out_of_range);
}

TEST(run_names, are_told_from_all_others) {
    EXPECT_EQ(run_name_in("ipcmark-812-Ab3dEf"), "ipcmark-812-Ab3dEf");
    EXPECT_EQ(run_name_in("ipcmark-812-Ab3dEf-00000003.f"), "ipcmark-812-Ab3dEf");
    EXPECT_EQ(run_name_in("ipcmark-812-Ab3dEf.f"), "ipcmark-812-Ab3dEf");
    for (const char* other :
         {"", "ipcmark-", "ipcmark", "ipcmark-812", "ipcmark-812-", "ipcmark-812-Ab3dE",
          "ipcmark--Ab3dEf", "ipcmark-x12-Ab3dEf", "ipcmark-812-Ab3d-f", "ipcmark-812-Ab3dEfg",
          "sem.ipcmark-812-Ab3dEf", "IPCMARK-812-Ab3dEf"})
        EXPECT_EQ(run_name_in(other), std::nullopt) << other;
}

}  // namespace
}  // namespace ipcmark
