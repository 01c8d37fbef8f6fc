#include <csignal>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/posix/affinity.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/noise_monitor.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark {
namespace {

/// A process that wants all of one CPU, as long as this object lives.
class hog {
public:
    explicit hog(int cpu) : parent_(::getpid()), pid_(::fork()) {
        if (pid_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent_) ::_exit(0);
        pin_to(cpu);
        for (;;)
            asm volatile("" ::: "memory");
    }
    hog(const hog&) = delete;
    hog& operator=(const hog&) = delete;
    ~hog() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

private:
    pid_t parent_;
    pid_t pid_;
};

/// Validity test 7 of the measurement method: a hog on the measured CPU disturbs. Only the
/// verdict is looked at, and it holds whatever else this machine does: the hog takes its share of
/// the CPU from whoever is there.
class hog_test : public testing::TestWithParam<const char*> {
protected:
    timed_try run(const std::vector<party>& parties, placement place) {
        planned_cell planned;
        planned.what = {GetParam(), pattern::round_trip, 64, place, touch::rw, 16};
        planned.parties = parties;
        launch_request request;
        request.what = planned.what;
        request.parties = parties;
        request.tag = 0x1122334455667788;
        request.work.timed_ns = 300'000'000;
        repetition_watch watch(gate_);
        const shared_clock clock(parameters_);
        auto done = watch.run(planned, clock, [&] {
            return std::optional(runner(workspace_, interrupts_, parameters_, {}).run(request));
        });
        return std::move(done).value();
    }

    /// Among a few tries one that nobody disturbed; nullopt: somebody always does.
    std::optional<timed_try> run_undisturbed(const std::vector<party>& parties, placement place) {
        for (int attempt = 0; attempt < 5; ++attempt)
            if (timed_try done = run(parties, place); !done.disturbed()) return done;
        return std::nullopt;
    }

    static bool accuses(const timed_try& done, std::string_view key) {
        for (const auto& reason : done.noise.reasons)
            if (reason.starts_with(key)) return true;
        return false;
    }

    run_workspace workspace_;
    noise_gate gate_{gate_rule::relative, take_baseline(allowed_cpus())};
    interrupt_watch interrupts_;
    clock_parameters parameters_;
};

class hog_beside_two_cpus : public hog_test {};
class hog_on_one_cpu : public hog_test {};

TEST_P(hog_beside_two_cpus, disturbs) {
    const auto allowed = allowed_cpus();
    if (allowed.size() < 2) GTEST_SKIP() << "needs two CPUs";
    const auto apart = pair_on(allowed[0], allowed[1]);
    const auto undisturbed = run_undisturbed(apart, placement::l3);
    const hog beside(allowed[1]);
    const timed_try done = run(apart, placement::l3);
    ASSERT_FALSE(done.outcome.failed) << done.outcome.failed->text;
    EXPECT_EQ(done.noise.verdict, quality::disturbed);
    // A process that blocks is put before the hog when it wakes up: then the hog's work tells.
    EXPECT_TRUE(accuses(done, "run_delay") || accuses(done, "foreign_cpu"));
    if (!undisturbed) GTEST_SKIP() << "other work disturbs this machine: nothing to compare with";
    EXPECT_GT(done.noise.foreign_cpu.value(), undisturbed->noise.foreign_cpu.value());
}

TEST_P(hog_on_one_cpu, disturbs_as_foreign_work) {
    const int cpu = allowed_cpus().front();
    const hog beside(cpu);
    const timed_try done = run(pair_on(cpu, cpu), placement::same_cpu);
    ASSERT_FALSE(done.outcome.failed) << done.outcome.failed->text;
    EXPECT_EQ(done.noise.verdict, quality::disturbed);
    EXPECT_TRUE(accuses(done, "foreign_cpu"));
}

constexpr auto name_of = [](const auto& which) { return std::string(which.param); };

INSTANTIATE_TEST_SUITE_P(validity, hog_beside_two_cpus,
                         testing::Values("pipe", "shm_ring_futex", "shm_ring_spin"), name_of);
INSTANTIATE_TEST_SUITE_P(validity, hog_on_one_cpu, testing::Values("pipe", "shm_ring_futex"),
                         name_of);

}  // namespace
}  // namespace ipcmark
