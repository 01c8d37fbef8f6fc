#pragma once

namespace ipcmark {

/// What a parent left otherwise than a program expects, put right for this process and those that
/// it starts. Linux hands all of it on through fork and exec.
///   SIGCHLD ignored          a child that ends is gone before anybody asked how; wait(2)
///   profiling timers         SIGPROF and SIGVTALRM end the program; setitimer(2). An alarm() is a
///                            time limit and stays
///   timer slack above 50 us  sleeps end that much late; PR_SET_TIMERSLACK
///   SCHED_IDLE, SCHED_BATCH  whoever else runs comes first; sched(7)
/// Real-time scheduling and a nice value stay: `doctor` tells of them. Never throws; what the
/// kernel refuses stays as it is.
void put_inherited_state_right() noexcept;

}  // namespace ipcmark
