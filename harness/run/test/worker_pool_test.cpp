#include <csignal>
#include <set>
#include <sys/wait.h>

#include "harness/base/posix/affinity.hpp"
#include "harness/run/test/runner_fixture.hpp"

namespace ipcmark {

namespace {

std::vector<pid_t> living_children() {
    std::ifstream list("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    return {std::istream_iterator<pid_t>(list), {}};
}

class worker_pool_test : public runner_test {
protected:
    worker_pool_test() { options.batch = 3; }
};

TEST_F(worker_pool_test, pairs_are_born_together_serve_once_and_end_together) {
    runner pairs(workspace, interrupts, clock, options);
    EXPECT_FALSE(pairs.run(request).failed);
    const auto first = living_children();
    EXPECT_EQ(first.size(), 6u) << "one pair is done, two wait";
    EXPECT_FALSE(pairs.run(request).failed);
    EXPECT_FALSE(pairs.run(request).failed);
    EXPECT_EQ(living_children(), first) << "nobody was born, nobody has ended";
    EXPECT_FALSE(pairs.run(request).failed);
    const auto second = living_children();
    EXPECT_EQ(second.size(), 6u);
    const std::set<pid_t> old(first.begin(), first.end());
    for (const pid_t pid : second)
        EXPECT_FALSE(old.contains(pid));
    EXPECT_GT(pairs.living_cpu_ns(), 0);
    pairs.end_waiting();
    EXPECT_EQ(children(), 0u);
    EXPECT_EQ(pairs.living_cpu_ns(), 0);
    EXPECT_TRUE(pairs.take_complaints().empty());
}

TEST_F(worker_pool_test, prepared_pairs_are_there_when_the_repetition_begins) {
    runner pairs(workspace, interrupts, clock, options);
    pairs.prepare(request);
    const auto waiting = living_children();
    EXPECT_EQ(waiting.size(), 6u);
    pairs.prepare(request);
    const repetition_result done = pairs.run(request);
    EXPECT_FALSE(done.failed);
    EXPECT_EQ(living_children(), waiting);
}

TEST_F(worker_pool_test, births_are_waited_out_before_times_are_measured_and_not_before) {
    runner pairs(workspace, interrupts, clock, options);
    const auto prepare = [&](bool settled) {
        request.settled = settled;
        const std::uint64_t start_ns = shared_clock::raw_ns();
        pairs.prepare(request);
        return static_cast<std::int64_t>(shared_clock::raw_ns() - start_ns);
    };
    prepare(false);
    const auto waiting = living_children();
    EXPECT_EQ(waiting.size(), 6u);
    EXPECT_GE(prepare(true), worker_pool::settling_ns) << "the pairs are there, and not settled";
    EXPECT_EQ(living_children(), waiting);
}

TEST_F(worker_pool_test, what_is_timed_from_birth_on_is_born_for_it) {
    runner pairs(workspace, interrupts, clock, options);
    request.what.kind = pattern::setup;
    EXPECT_FALSE(pairs.run(request).failed);
    EXPECT_EQ(children(), 0u);
}

TEST_F(worker_pool_test, each_place_has_pairs_of_its_own) {
    runner pairs(workspace, interrupts, clock, options);
    EXPECT_FALSE(pairs.run(request).failed);
    const int cpu = allowed_cpus().front();
    request.parties = pair_on(cpu, cpu);
    const repetition_result pinned = pairs.run(request);
    ASSERT_FALSE(pinned.failed) << pinned.failed->text;
    EXPECT_EQ(pinned.producer().last_cpu, cpu);
    EXPECT_EQ(living_children().size(), 12u) << "three of each; the one that was done has ended";
}

TEST_F(worker_pool_test, a_worker_that_died_before_its_job_is_told_and_its_pair_left_out) {
    runner pairs(workspace, interrupts, clock, options);
    pairs.prepare(request);
    const pid_t victim = living_children().front();
    ::kill(victim, SIGKILL);
    siginfo_t ended{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(victim), &ended, WEXITED | WNOWAIT), 0);
    EXPECT_FALSE(pairs.run(request).failed);
    EXPECT_EQ(
        pairs.take_complaints(),
        std::vector<std::string>{"a worker ended before it had anything to do: killed by SIGKILL"});
}

TEST_F(worker_pool_test, a_bad_end_after_the_report_is_told) {
    runner pairs(workspace, interrupts, clock, options);
    const std::size_t waiting_workers = 4;
    EXPECT_FALSE(pairs.run(request).failed);
    ASSERT_EQ(living_children().size(), 2 + waiting_workers);
    ::kill(living_children().front(), SIGKILL);
    pairs.end_waiting();
    const auto complaints = pairs.take_complaints();
    ASSERT_EQ(complaints.size(), 1u);
    EXPECT_EQ(complaints.front(),
              request.what.name() + ": the producer ended after its report: killed by SIGKILL");
    EXPECT_TRUE(pairs.take_complaints().empty()) << "once";
}

TEST_F(worker_pool_test, a_failed_repetition_leaves_nobody_of_its_own) {
    runner pairs(workspace, interrupts, clock, options);
    request.what.transport = "no_such_mechanism";
    const repetition_result done = pairs.run(request);
    ASSERT_TRUE(done.failed);
    EXPECT_EQ(living_children().size(), 4u) << "two pairs wait";
}

TEST_F(worker_pool_test, each_group_has_a_layout_of_its_own) {
    options.environment_pad_bytes = [](std::uint64_t n) { return 100 * (n + 1); };
    runner pairs(workspace, interrupts, clock, options);
    for (const std::uint32_t expected : {100u, 200u, 300u})
        EXPECT_EQ(pairs.run(request).layout.environment_pad_bytes, expected);
}

}  // namespace
}  // namespace ipcmark
