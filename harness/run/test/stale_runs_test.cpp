#include "harness/run/stale_runs.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/run/workspace.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

/// The number of a process that has just ended.
pid_t dead_pid() {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    ::waitpid(pid, nullptr, 0);
    return pid;
}

/// A machine of its own: a place for runs' folders, and one for shared memory.
class stale_runs : public testing::Test {
protected:
    stale_runs() {
        std::string pattern = (fs::temp_directory_path() / "stale_runs_XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        base_ = pattern;
        fs::create_directories(options().root);
        fs::create_directories(options().places.shared_memory);
    }
    ~stale_runs() override { fs::remove_all(base_); }

    scan_options options() const { return {base_ / "tmp", {base_ / "shm"}}; }

    fs::path make_run(const std::string& name, bool with_lock = true) {
        fs::path folder = options().root / name;
        fs::create_directories(folder / "00000000");
        std::ofstream(folder / "00000000" / "socket").close();
        if (with_lock) std::ofstream(folder / "lock").close();
        return folder;
    }
    fs::path make_object(const std::string& name) {
        fs::path file = options().places.shared_memory / name;
        std::ofstream(file) << "left";
        return file;
    }
    run_entry find(const std::string& name) {
        for (auto scan = scan_runs(options()); auto& run : scan.runs)
            if (run.name == name) return std::move(run);
        ADD_FAILURE() << name << " was not found";
        return {};
    }

private:
    fs::path base_;
};

TEST_F(stale_runs, a_run_whose_lock_is_free_is_dead_and_goes_with_all_it_had) {
    const auto folder = make_run("ipcmark-1-aaaaaa");
    const auto object = make_object("ipcmark-1-aaaaaa-00000000.f");
    const auto semaphore = make_object("sem.ipcmark-1-aaaaaa-00000000.b");
    const auto nested = options().places.shared_memory / "ipcmark-1-aaaaaa-00000000.d";
    fs::create_directories(nested);
    std::ofstream(nested / "one").close();
    const auto other = make_object("ipcmark-1-aaaaab-00000000.f");
    const auto foreign = make_object("ipcmark-notes");
    auto run = find("ipcmark-1-aaaaaa");
    EXPECT_EQ(run.is, liveness::dead) << run.why;
    EXPECT_EQ(run.pid, 1);
    EXPECT_EQ(run.owner, ::geteuid());
    EXPECT_EQ(run.folder, folder);
    EXPECT_EQ(run.folder_files, 2u);
    ASSERT_EQ(run.objects.size(), 3u);
    EXPECT_EQ(run.objects[0].name, nested);
    EXPECT_EQ(run.objects[1].what, ipc_object::kind::file);
    EXPECT_EQ(run.objects[1].bytes, 4u);
    EXPECT_EQ(run.objects[2].what, ipc_object::kind::semaphore);
    const auto done = remove_run(run);
    EXPECT_EQ(done.size(), 4u);
    for (const auto& each : done)
        EXPECT_EQ(each.error, "") << each.what;
    for (const auto& gone : {folder, object, semaphore, nested})
        EXPECT_FALSE(fs::exists(gone)) << gone;
    for (const auto& kept : {other, foreign})
        EXPECT_TRUE(fs::exists(kept)) << kept;
}

/// A System V queue that nothing else removes when an assertion ends the test.
struct left_queue {
    explicit left_queue(key_t key) : id(::msgget(key, IPC_CREAT | IPC_EXCL | 0600)) {}
    left_queue(const left_queue&) = delete;
    left_queue& operator=(const left_queue&) = delete;
    ~left_queue() { ::msgctl(id, IPC_RMID, nullptr); }

    bool exists() const {
        msqid_ds state{};
        return ::msgctl(id, IPC_STAT, &state) == 0;
    }
    std::time_t made_s() const {
        msqid_ds state{};
        return ::msgctl(id, IPC_STAT, &state) == 0 ? state.msg_ctime : 0;
    }

    const int id;
};

TEST_F(stale_runs, system_v_objects_are_found_by_the_keys_of_the_repetitions) {
    const std::string name = "ipcmark-1-l" + std::to_string(::getpid() % 90'000 + 10'000);
    make_run(name);
    const left_queue queue(sysv_key(name + "-00000000", 0));
    const left_queue other(IPC_PRIVATE);
    ASSERT_TRUE(queue.exists());
    ASSERT_TRUE(other.exists());
    auto run = find(name);
    ASSERT_EQ(run.objects.size(), 1u);
    EXPECT_EQ(run.objects[0].name, std::to_string(queue.id));
    remove_run(run);
    EXPECT_FALSE(queue.exists());
    EXPECT_TRUE(other.exists());
}

TEST_F(stale_runs, system_v_objects_may_bear_the_second_before_the_lock_and_no_earlier_one) {
    const std::string name = "ipcmark-1-t" + std::to_string(::getpid() % 90'000 + 10'000);
    const auto lock = make_run(name) / "lock";
    const left_queue queue(sysv_key(name + "-00000000", 0));
    ASSERT_TRUE(queue.exists());
    const auto found_with_a_lock_of = [&](std::time_t second) {
        const timespec times[2]{{second, 0}, {second, 0}};
        EXPECT_EQ(::utimensat(AT_FDCWD, lock.c_str(), times, 0), 0);
        return find(name).objects.size();
    };
    EXPECT_EQ(found_with_a_lock_of(queue.made_s()), 1u);
    EXPECT_EQ(found_with_a_lock_of(queue.made_s() + 1), 1u);
    EXPECT_EQ(found_with_a_lock_of(queue.made_s() + 2), 0u) << "it is older than the run";
}

TEST_F(stale_runs, a_queue_is_found_whether_queues_can_be_listed_or_not) {
    const std::string name = "ipcmark-1-m" + std::to_string(::getpid() % 90'000 + 10'000);
    make_run(name);
    const std::string queue = "/" + directed_name(name + "-00000000", direction::backward);
    const unique_fd fd(::mq_open(queue.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, nullptr));
    if (!fd) GTEST_SKIP() << "no POSIX message queues here";
    auto run = find(name);
    ASSERT_EQ(run.objects.size(), 1u);
    EXPECT_EQ(run.objects[0].name, queue);
    remove_run(run);
    EXPECT_FALSE(find_message_queue(queue));
}

TEST_F(stale_runs, a_run_that_holds_its_lock_lives_and_cannot_be_removed) {
    const auto folder = make_run("ipcmark-" + std::to_string(dead_pid()) + "-bbbbbb");
    make_object(folder.filename().string() + "-00000000.f");
    const unique_fd lock(::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(lock.get(), LOCK_EX | LOCK_NB), 0);
    auto run = find(folder.filename());
    EXPECT_EQ(run.is, liveness::living) << run.why;
    EXPECT_EQ(run.objects.size(), 1u);
    EXPECT_THROW(remove_run(run), std::logic_error);
}

TEST_F(stale_runs, a_dead_run_is_kept_from_other_sweepers_while_it_is_looked_at) {
    const auto folder = make_run("ipcmark-1-cccccc");
    const auto run = find("ipcmark-1-cccccc");
    EXPECT_EQ(run.is, liveness::dead);
    EXPECT_EQ(find("ipcmark-1-cccccc").is, liveness::living) << "the first look holds its lock";
}

TEST_F(stale_runs, names_without_a_folder_are_judged_by_their_process) {
    make_object("ipcmark-" + std::to_string(dead_pid()) + "-dddddd-00000000.f");
    make_object("ipcmark-" + std::to_string(::getpid()) + "-eeeeee-00000000.f");
    for (auto scan = scan_runs(options()); const auto& run : scan.runs) {
        if (!run.objects.front().name.starts_with(options().places.shared_memory.string()))
            continue;
        const bool ours = run.pid == ::getpid();
        EXPECT_EQ(run.is, ours || run.why.find("container") != std::string::npos ? liveness::unclear
                                                                                 : liveness::dead)
            << run.why;
        EXPECT_TRUE(run.folder.empty());
    }
}

TEST_F(stale_runs, a_living_run_is_known_by_its_lock_wherever_its_folder_is) {
    const run_workspace workspace;
    make_object(workspace.directory().filename().string() + "-00000000.f");
    const auto run = find(workspace.directory().filename());
    EXPECT_EQ(run.is, liveness::living) << run.why;
    EXPECT_TRUE(run.folder.empty()) << "it is not where this looks";
}

TEST_F(stale_runs, a_folder_that_has_just_been_made_is_left_alone) {
    const auto folder = make_run("ipcmark-" + std::to_string(dead_pid()) + "-ffffff", false);
    EXPECT_EQ(find(folder.filename()).is, liveness::unclear);
}

TEST_F(stale_runs, what_only_looks_like_a_run_is_none) {
    fs::create_directory_symlink("/", options().root / "ipcmark-1-gggggg");
    std::ofstream(options().root / "ipcmark-1-hhhhhh").close();
    fs::create_directories(options().root / "ipcmark-1-iiiiiii");
    for (auto scan = scan_runs(options()); const auto& run : scan.runs)
        EXPECT_TRUE(run.folder.empty()) << run.name;
}

TEST_F(stale_runs, a_lock_that_is_a_link_is_not_followed) {
    const auto folder = make_run("ipcmark-1-jjjjjj", false);
    std::ofstream(folder / "elsewhere").close();
    fs::create_symlink("elsewhere", folder / "lock");
    EXPECT_EQ(find("ipcmark-1-jjjjjj").is, liveness::unclear);
}

TEST_F(stale_runs, a_place_that_cannot_be_looked_at_is_told) {
    EXPECT_TRUE(scan_runs(options()).unseen.empty());
    fs::remove(options().root);
    const auto scan = scan_runs(options());
    ASSERT_EQ(scan.unseen.size(), 1u);
    EXPECT_NE(scan.unseen[0].find("No such file"), std::string::npos) << scan.unseen[0];
}

TEST_F(stale_runs, of_two_owners_of_one_name_each_keeps_his_own) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to make another user's object";
    constexpr uid_t nobody = 65'534;
    make_run("ipcmark-1-kkkkkk");
    const auto theirs = make_object("ipcmark-1-kkkkkk-00000000.f");
    ASSERT_EQ(::chown(theirs.c_str(), nobody, nobody), 0);
    for (auto scan = scan_runs(options()); auto& run : scan.runs)
        if (run.name == "ipcmark-1-kkkkkk" && run.owner == 0) remove_run(run);
    EXPECT_TRUE(fs::exists(theirs));
}

}  // namespace
}  // namespace ipcmark
