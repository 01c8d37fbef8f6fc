#include "harness/host/ipc/stray_objects.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

class stray : public testing::Test {
protected:
    stray() {
        std::string pattern = fs::temp_directory_path() / "stray-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~stray() override { fs::remove_all(folder_); }

    void make(const std::string& name) const { std::ofstream(folder_ / name) << 'x'; }
    object_places places() const { return {folder_}; }

    static std::vector<std::string> files_of(const std::vector<ipc_object>& objects) {
        std::vector<std::string> names;
        for (const auto& each : objects)
            if (each.what == ipc_object::kind::file || each.what == ipc_object::kind::semaphore)
                names.push_back(fs::path(each.name).filename());
        return names;
    }

    fs::path folder_;
};

TEST_F(stray, objects_are_those_that_appeared_and_carry_no_runs_name) {
    make("before");
    const stray_watch watch(places());
    EXPECT_EQ(files_of(watch.appeared()), std::vector<std::string>());
    make("mine_17");
    make("ipcmark-812-Ab3dEf-00000001");
    EXPECT_EQ(files_of(watch.appeared()), (std::vector<std::string>{"mine_17"}));
    fs::remove(folder_ / "mine_17");
    EXPECT_EQ(files_of(watch.appeared()), std::vector<std::string>());
}

TEST_F(stray, text_counts_them_and_names_their_removal) {
    using stray_kind = ipc_object::kind;
    EXPECT_EQ(stray_text({}), "");
    const std::string one = stray_text({{stray_kind::file, "/dev/shm/a b", 0600}});
    EXPECT_EQ(one,
              "1 IPC object of no run's name appeared meanwhile and remains: /dev/shm/a b. If no "
              "other program made it, a mechanism leaves it; remove it: rm '/dev/shm/a b'");
    const std::string several = stray_text({{stray_kind::file, "/dev/shm/x", 0600},
                                            {stray_kind::queue, "/q", 0600},
                                            {stray_kind::sysv_shm, "5", 0600},
                                            {stray_kind::sysv_sem, "7", 0600}});
    EXPECT_NE(several.find("4 IPC objects"), std::string::npos) << several;
    EXPECT_NE(several.find("System V shared memory 5, ..."), std::string::npos) << several;
    EXPECT_TRUE(several.ends_with("rm /dev/shm/x /dev/mqueue/q; ipcrm -m 5 -s 7")) << several;
}

}  // namespace
}  // namespace ipcmark
