#include <array>
#include <csignal>
#include <cstring>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/history/test/made_store.hpp"

/// Several processes, and what they meet.
namespace ipcmark::test {
namespace {

class history_processes : public store_test {
protected:
    /// Runs `work` in a process of its own, which ends with what it returns.
    template <class Work>
    static pid_t in_child(Work work) {
        const pid_t pid = ::fork();
        if (pid != 0) return pid;
        int code = 99;
        try {
            code = work();
        } catch (const std::exception& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        std::_Exit(code);
    }

    static int ended(pid_t pid) {
        int status = 0;
        EXPECT_EQ(::waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
};

TEST_F(history_processes, write_at_once_and_lose_nothing) {
    constexpr int writers = 4;
    constexpr int runs_each = 15;
    std::vector<pid_t> pids;
    for (int writer = 0; writer < writers; ++writer)
        pids.push_back(in_child([&] {
            history_store store(folder());
            for (int i = 0; i < runs_each; ++i)
                store.add({made_run(100 * writer + i)});
            return 0;
        }));
    for (const pid_t pid : pids)
        EXPECT_EQ(ended(pid), 0);
    history_store store(folder());
    EXPECT_EQ(store.runs().size(), static_cast<std::size_t>(writers * runs_each));
    for (const auto& each : series_of(store))
        EXPECT_EQ(each.figures.size(), static_cast<std::size_t>(writers * runs_each));
}

/// Whatever was told to be added is there, and every run that is there is whole.
TEST_F(history_processes, that_are_killed_leave_whole_runs) {
    int number = 0;
    std::set<int> told;
    for (int attempt = 0; attempt < 25; ++attempt) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        const int first = number;
        const pid_t pid = in_child([&] {
            history_store store(folder());
            for (int i = first;; ++i) {
                store.add({made_run(i, 100, 50)});
                if (::write(ends[1], &i, sizeof i) != sizeof i) return 1;
            }
        });
        ::close(ends[1]);
        int last = 0;
        // Some are killed before their first run, some after a few.
        for (int i = 0; i < attempt % 4; ++i)
            if (::read(ends[0], &last, sizeof last) == sizeof last) told.insert(last);
        ::usleep(static_cast<useconds_t>(attempt * 700));
        ::kill(pid, SIGKILL);
        EXPECT_EQ(ended(pid), 128 + SIGKILL);
        while (::read(ends[0], &last, sizeof last) == sizeof last)
            told.insert(last);
        ::close(ends[0]);
        number += 1'000;
    }
    history_store store(folder());
    std::set<std::string> there;
    for (const auto& run : store.runs()) {
        there.insert(run.file);
        EXPECT_EQ(store.run(run.id)->cells.size(), 50U) << run.file;
    }
    EXPECT_GE(told.size(), 20U);
    for (const int each : told)
        EXPECT_EQ(there.count(fmt::format("{}.json", each)), 1U) << each;
}

TEST_F(history_processes, out_of_space_say_so_and_keep_the_rest) {
    {
        history_store store(folder());
        store.add({made_run(1)});
    }
    const pid_t pid = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{256 * 1024, 256 * 1024};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 98;
        history_store store(folder());
        try {
            store.add({made_run(2, 100, 5'000)});
        } catch (const history_error& e) {
            const bool told = std::strstr(e.what(), "is the disk full?") != nullptr;
            return e.why() == history_error::kind::refused && told ? 5 : 97;
        }
        return 0;
    });
    EXPECT_EQ(ended(pid), 5);
    history_store store(folder());
    ASSERT_EQ(store.runs().size(), 1U);
    EXPECT_EQ(series_of(store).size(), 4U);
    EXPECT_EQ(store.add({made_run(2, 100, 5'000)}), (std::vector<bool>{true}));
}

}  // namespace
}  // namespace ipcmark::test
