#include "harness/run/cpu_claim.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace ipcmark {
namespace {

namespace fs = std::filesystem;
using entry = cpu_claim::entry;

/// A process that holds what `make` makes until it is killed or told to end.
class holder {
public:
    explicit holder(const std::function<cpu_claim*()>& make, uid_t user = ::geteuid()) {
        int ready[2];
        int hold[2];
        if (::pipe(ready) != 0 || ::pipe(hold) != 0) throw std::runtime_error("pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(hold[1]);
            if (user != ::geteuid() && ::setuid(user) != 0) ::_exit(2);
            const std::unique_ptr<cpu_claim> held(make());
            const char told = held->why_untold().empty() ? 'y' : 'n';
            if (::write(ready[1], &told, 1) != 1) ::_exit(3);
            char end = 0;
            const bool ended = ::read(hold[0], &end, 1) == 0;
            ::_exit(ended ? 0 : 4);
        }
        ::close(ready[1]);
        ::close(hold[0]);
        char told = 0;
        claimed = ::read(ready[0], &told, 1) == 1 && told == 'y';
        ::close(ready[0]);
        hold_ = hold[1];
    }
    ~holder() { kill(); }
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;

    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(std::exchange(pid_, 0), nullptr, 0);
        ::close(hold_);
    }
    pid_t pid() const { return pid_; }

    bool claimed = false;

private:
    pid_t pid_ = 0;
    int hold_ = -1;
};

class cpu_claims : public testing::Test {
protected:
    cpu_claims() {
        std::string pattern = testing::TempDir() + "cpu_claims_XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        ::chmod(pattern.c_str(), 0755);
        root_ = pattern;
    }
    ~cpu_claims() override {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }

    fs::path place() const { return root_ / "locks"; }
    std::function<cpu_claim*()> of(const std::vector<int>& cpus,
                                   entry how = entry::measures) const {
        return [=, this] { return new cpu_claim(place(), cpus, "ipcmark run", how); };
    }
    std::vector<std::int64_t> seen_by(const cpu_claim& claim) const {
        std::vector<std::int64_t> pids;
        for (const auto& each : claim.others())
            pids.push_back(each.pid);
        return pids;
    }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(place()), fs::directory_iterator()));
    }

    fs::path root_;
};

struct two_sets {
    const char* name;
    std::vector<int> theirs, ours;
    bool meet;
};

class two_claims : public cpu_claims, public testing::WithParamInterface<two_sets> {};

TEST_P(two_claims, see_each_other_where_they_share_a_cpu) {
    const auto& [name, theirs, ours, meet] = GetParam();
    holder other(of(theirs));
    ASSERT_TRUE(other.claimed);
    const cpu_claim mine(place(), ours, "ipcmark run", entry::measures);
    EXPECT_EQ(mine.why_untold(), "");
    EXPECT_EQ(seen_by(mine).size(), meet ? 1u : 0u);
    EXPECT_EQ(measuring_on(place(), theirs).size(), 1u) << "one's own claim is no other's";
    cpu_claim queued(place(), ours, "ipcmark run", entry::waits);
    EXPECT_EQ(queued.try_begin().empty(), !meet);
    other.kill();
    EXPECT_TRUE(seen_by(mine).empty()) << "the kernel frees it";
    EXPECT_TRUE(queued.try_begin().empty());
}

INSTANTIATE_TEST_SUITE_P(of, two_claims,
                         testing::Values(two_sets{"one_set", {0, 1}, {0, 1}, true},
                                         two_sets{"an_overlap", {0, 1}, {1, 2}, true},
                                         two_sets{"a_part", {0, 1, 2, 3}, {2}, true},
                                         two_sets{"disjoint", {0, 1}, {2, 3}, false},
                                         two_sets{"beyond_1024", {2000, 1}, {2000}, true},
                                         two_sets{"beyond_1024_disjoint", {2000}, {2001}, false}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(cpu_claims, whoever_waits_for_longer_goes_first) {
    holder measuring(of({0}));
    holder waiting(of({0, 1}, entry::waits));
    cpu_claim mine(place(), {1}, "ipcmark run", entry::waits);
    EXPECT_TRUE(seen_by(mine).empty()) << "who waits disturbs nobody";
    const auto ahead = mine.try_begin();
    ASSERT_EQ(ahead.size(), 1u);
    EXPECT_EQ(ahead[0].pid, waiting.pid());
    waiting.kill();
    EXPECT_TRUE(mine.try_begin().empty()) << "CPU 0 is none of its business";
}

TEST_F(cpu_claims, a_killed_run_leaves_nothing_once_another_came) {
    holder other(of({0}));
    other.kill();
    EXPECT_EQ(files(), 2u);
    { const cpu_claim mine(place(), {0}, "ipcmark run", entry::measures); }
    EXPECT_EQ(files(), 1u) << "the queue's lock alone";
}

TEST_F(cpu_claims, users_see_each_other_whatever_the_umask) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    constexpr uid_t nobody = 65534;
    ::chmod(root_.c_str(), 01777);
    const mode_t before = ::umask(0777);
    for (const auto& [first, second] : {std::pair(uid_t{0}, nobody), std::pair(nobody, uid_t{0})}) {
        holder one(of({0}), first);
        holder two(of({0}), second);
        EXPECT_TRUE(one.claimed && two.claimed) << first;
        EXPECT_EQ(measuring_on(place(), {0}).size(), 2u) << first;
        two.kill();
        one.kill();
        fs::remove_all(place());
    }
    ::umask(before);
}

TEST_F(cpu_claims, an_odd_folder_is_told_and_stops_nobody) {
    const auto untold = [this] {
        return cpu_claim(place(), {0}, "ipcmark run", entry::measures).why_untold();
    };
    std::ofstream(place()) << "a file";
    EXPECT_NE(untold().find("Not a directory"), std::string::npos);
    fs::remove(place());
    fs::create_directory(root_ / "elsewhere");
    fs::create_directory_symlink(root_ / "elsewhere", place());
    EXPECT_NE(untold(), "") << "another user's link may lead anywhere";
    EXPECT_TRUE(fs::is_empty(root_ / "elsewhere"));
}

TEST_F(cpu_claims, what_others_wrote_is_not_trusted) {
    const cpu_claim mine(place(), {0}, "ipcmark run", entry::measures);
    for (const std::string text :
         {"", "m", "m\n", "x\npid: 1\nsince_ns: 1\ncpus: 0\n", "m\npid: 1\nsince_ns: 1\ncpus: \n",
          "m\npid: 1\nsince_ns: 1\ncpus: 0-99999999999\n", "m\npid: 1\nsince_ns: -1\ncpus: 0\n",
          "m\npid: one\nsince_ns: 1\ncpus: 0\n"})
        EXPECT_FALSE(parse_claim(text)) << text;
    const auto odd = parse_claim("m\npid: 1\nsince_ns: 1\ncpus: 0\ncommand: \x1b[2Jx\ty\n");
    ASSERT_TRUE(odd);
    EXPECT_EQ(odd->run.command, " [2Jx y");
    ASSERT_EQ(::mkfifo((place() / "1-1-0").c_str(), 0644), 0);
    fs::create_directory(place() / "1-2-0");
    EXPECT_TRUE(seen_by(mine).empty());
}

TEST_F(cpu_claims, a_claim_is_read_as_it_was_written) {
    const cpu_claim_record written{
        {812, "ipcmark run\n--filter 'a: b'", "2026-01-01 00:00:00 UTC", {0, 1, 2, 7}}, true, 99};
    const auto read = parse_claim(claim_text(written));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->run.command, "ipcmark run --filter 'a: b'");
    EXPECT_EQ(read->run.cpus, written.run.cpus);
    EXPECT_EQ(read->run.started, written.run.started);
    EXPECT_EQ(read->since_ns, 99u);
    EXPECT_TRUE(read->waits);
}

}  // namespace
}  // namespace ipcmark
