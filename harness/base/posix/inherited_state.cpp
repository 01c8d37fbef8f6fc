#include "harness/base/posix/inherited_state.hpp"

#include <csignal>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/time.h>

namespace ipcmark {

namespace {

void stop_profiling_timers() noexcept {
    const itimerval never{};
    ::setitimer(ITIMER_PROF, &never, nullptr);
    ::setitimer(ITIMER_VIRTUAL, &never, nullptr);
}

void sleep_on_time() noexcept {
    constexpr unsigned long usual_ns = 50'000;
    if (static_cast<unsigned long>(::prctl(PR_GET_TIMERSLACK)) > usual_ns)
        ::prctl(PR_SET_TIMERSLACK, usual_ns);
}

void run_like_others() noexcept {
    const int policy = ::sched_getscheduler(0);
    const sched_param none{};
    if (policy == SCHED_IDLE || policy == SCHED_BATCH) ::sched_setscheduler(0, SCHED_OTHER, &none);
}

}  // namespace

void put_inherited_state_right() noexcept {
    ::signal(SIGCHLD, SIG_DFL);
    stop_profiling_timers();
    sleep_on_time();
    run_like_others();
}

}  // namespace ipcmark
