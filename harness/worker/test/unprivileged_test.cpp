#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/posix/text_file.hpp"
#include "harness/worker/counters/perf_counters.hpp"
#include "harness/worker/counters/usage.hpp"

namespace ipcmark {
namespace {

/// What a user without privileges gets: 0 right, else the number of what is wrong.
int look_unprivileged(std::int64_t paranoid) {
    constexpr unsigned nobody = 65'534;
    if (::getuid() == 0 &&
        (::setresgid(nobody, nobody, nobody) != 0 || ::setresuid(nobody, nobody, nobody) != 0))
        return 1;
    const usage_reader reader;
    const usage before = reader.read();
    perf_counters counters(true);
    counters.start();
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000};
    for (int i = 0; i < 20; ++i)
        ::nanosleep(&pause, nullptr);
    counters.stop();
    const perf_counts counts = counters.read();
    if ((reader.read() - before).voluntary_switches < 20) return 2;
    if (paranoid <= 1) return 0;
    // A user-only event would read 0 here without a word.
    if (counts.values[0]) return 3;
    return counts.notes[0].find("perf_event_paranoid") == std::string::npos ? 4 : 0;
}

TEST(unprivileged, switches_come_from_rusage_and_the_refused_events_say_why) {
    const auto paranoid = read_number("/proc/sys/kernel/perf_event_paranoid");
    const pid_t child = ::fork();
    if (child == 0) ::_exit(look_unprivileged(paranoid.value_or(2)));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "1 setuid, 2 rusage, 3 an event counted, 4 no reason";
    if (paranoid && *paranoid <= 1)
        GTEST_SKIP() << "perf_event_paranoid = " << *paranoid << ": everybody may count events";
}

}  // namespace
}  // namespace ipcmark
