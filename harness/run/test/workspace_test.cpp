#include "harness/run/workspace.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/test/sysv_objects.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

TEST(workspace, leaves_nothing_and_is_private) {
    fs::path folder;
    std::string name;
    {
        run_workspace workspace;
        folder = workspace.directory();
        struct stat status {};
        ASSERT_EQ(::stat(folder.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0700u);
        const auto repetition = workspace.next_repetition();
        name = repetition.name();
        std::ofstream("/dev/shm/" + name + ".f") << "left behind";
        std::ofstream("/dev/shm/sem." + name) << "left behind";
        std::ofstream(repetition.directory() / "file") << "left behind";
    }
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_FALSE(fs::exists("/dev/shm/" + name + ".f"));
    EXPECT_FALSE(fs::exists("/dev/shm/sem." + name));
}

TEST(workspace, sweeps_what_a_dead_run_left_but_not_a_living_one) {
    const fs::path dead = fs::temp_directory_path() / "ipcmark-1-sWeeP1";
    fs::create_directory(dead);
    std::ofstream(dead / "lock").close();
    std::ofstream("/dev/shm/ipcmark-1-sWeeP1-0.f") << "left behind";
    run_workspace living;
    run_workspace other;
    EXPECT_FALSE(fs::exists(dead));
    EXPECT_FALSE(fs::exists("/dev/shm/ipcmark-1-sWeeP1-0.f"));
    EXPECT_TRUE(fs::exists(living.directory()));
}

TEST(workspace, leaves_a_folder_alone_whose_name_is_but_the_beginning_of_a_run_s) {
    const fs::path folder = fs::temp_directory_path() / "ipcmark-1";
    fs::create_directory(folder);
    std::ofstream(folder / "lock").close();
    const fs::path name = "/dev/shm/ipcmark-12-LiViNg-00000000.f";
    std::ofstream(name) << "in use";
    { run_workspace next; }
    EXPECT_TRUE(fs::remove(name));
    EXPECT_EQ(fs::remove_all(folder), 2u);
}

TEST(workspace, a_repetition_that_ends_leaves_no_object) {
    run_workspace workspace;
    std::string name;
    {
        const auto repetition = workspace.next_repetition();
        name = repetition.name();
        leave_one_of_each(name);
        EXPECT_EQ(objects_of(name), 3);
    }
    EXPECT_EQ(objects_of(name), 0);
}

/// A temporary folder that no other run sweeps meanwhile.
class own_temporary_folder {
public:
    own_temporary_folder() : before_(fs::temp_directory_path()) {
        fs::create_directory(own_);
        ::setenv("TMPDIR", own_.c_str(), 1);
    }
    ~own_temporary_folder() {
        ::setenv("TMPDIR", before_.c_str(), 1);
        fs::remove_all(own_);
    }

private:
    fs::path before_;
    fs::path own_ = before_ / ("workspace_test-" + std::to_string(::getpid()));
};

TEST(workspace, the_next_run_removes_what_a_dead_run_left) {
    const own_temporary_folder alone;
    const std::string run = "ipcmark-" + std::to_string(::getpid()) + "-sYsTeM";
    const fs::path folder = fs::temp_directory_path() / run;
    fs::create_directories(folder / "00000007");
    std::ofstream(folder / "lock").close();
    leave_one_of_each(run + "-00000007");
    run_workspace living;
    EXPECT_EQ(objects_of(run + "-00000007"), 0);
    EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace ipcmark
