#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <vector>

/// A parent that leaves something odd behind: odd_parent STATE COMMAND... puts itself into that
/// state and becomes the command.
namespace {

template <class Act>
void each_signal(Act act) {
    for (int number = 1; number < SIGRTMAX; ++number)
        if (number != SIGKILL && number != SIGSTOP) act(number);
}

void ignore_all() {
    each_signal([](int number) { std::signal(number, SIG_IGN); });
}

void block_all() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
}

template <int Which>
void timer() {
    const itimerval soon{{0, 50'000}, {0, 50'000}};
    ::setitimer(static_cast<__itimer_which_t>(Which), &soon, nullptr);
}

/// The soft limit; with `Hard` the hard one, too.
template <int Which, rlim_t Soft, bool Hard = false>
void limited() {
    rlimit limit{};
    ::getrlimit(static_cast<__rlimit_resource_t>(Which), &limit);
    limit.rlim_cur = std::min(Soft, limit.rlim_max);
    if (Hard) limit.rlim_max = limit.rlim_cur;
    ::setrlimit(static_cast<__rlimit_resource_t>(Which), &limit);
}

template <int Policy, int Priority = 0>
void scheduled() {
    sched_param of{};
    of.sched_priority = Priority;
    ::sched_setscheduler(0, Policy, &of);
}

/// A filter as containers have: each of these calls fails with EPERM.
template <unsigned... Calls>
void filtered() {
    constexpr auto statement = [](unsigned short code, unsigned value, unsigned char yes,
                                  unsigned char no) {
        return sock_filter{code, yes, no, value};
    };
    std::vector<sock_filter> program{
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr), 0, 0)};
    for (const unsigned call : {Calls...}) {
        program.push_back(statement(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
        program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0));
    }
    program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0));
    const sock_fprog all{static_cast<unsigned short>(program.size()), program.data()};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0) != 0) std::perror("seccomp");
}

void keep_open() {
    for (int fd = 3; fd < 200; ++fd)
        ::dup2(STDIN_FILENO, fd);
}

void without_folder() {
    char folder[] = "gone.XXXXXX";
    if (::mkdtemp(folder) == nullptr || ::chdir(folder) != 0) std::abort();
    ::rmdir((std::string("../") + folder).c_str());
}

constexpr rlim_t kib = 1024;
constexpr rlim_t mib = 1024 * kib;

struct state {
    const char* name;
    void (*enter)();
};

constexpr state states[] = {
    {"ignore_all", ignore_all},
    {"ignore_CHLD", [] { std::signal(SIGCHLD, SIG_IGN); }},
    {"block_all", block_all},
    {"timer_prof", timer<ITIMER_PROF>},
    {"timer_virtual", timer<ITIMER_VIRTUAL>},
    {"timer_slack", [] { ::prctl(PR_SET_TIMERSLACK, 500'000'000UL); }},
    {"policy_idle", scheduled<SCHED_IDLE>},
    {"policy_batch", scheduled<SCHED_BATCH>},
    {"policy_fifo", scheduled<SCHED_FIFO, 10>},
    {"policy_round_robin", scheduled<SCHED_RR, 1>},
    {"nice_19", [] { ::setpriority(PRIO_PROCESS, 0, 19); }},
    {"umask_0777", [] { ::umask(0777); }},
    {"umask_0", [] { ::umask(0); }},
    {"no_new_privs", [] { ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }},
    {"not_dumpable", [] { ::prctl(PR_SET_DUMPABLE, 0); }},
    {"subreaper", [] { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }},
    {"no_huge_pages", [] { ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }},
    {"session", [] { ::setsid(); }},
    {"open_files", keep_open},
    {"filter_of_a_container",
     filtered<SYS_perf_event_open, SYS_io_uring_setup, SYS_process_vm_readv, SYS_process_vm_writev,
              SYS_pidfd_getfd, SYS_userfaultfd, SYS_bpf, SYS_kcmp, SYS_mbind, SYS_set_mempolicy,
              SYS_move_pages, SYS_keyctl, SYS_ptrace>},
    {"filter_of_priorities",
     filtered<SYS_sched_setscheduler, SYS_setpriority, SYS_sched_setparam, SYS_prlimit64>},
    {"filter_of_affinity", filtered<SYS_sched_setaffinity>},
    {"no_folder", without_folder},
    {"cpu_1s", limited<RLIMIT_CPU, 1>},
    {"file_size_0", limited<RLIMIT_FSIZE, 0, true>},
    {"file_size_soft_0", limited<RLIMIT_FSIZE, 0>},
    {"data_1M", limited<RLIMIT_DATA, mib>},
    {"data_9M", limited<RLIMIT_DATA, 9 * mib>},
    {"data_10M", limited<RLIMIT_DATA, 10 * mib>},
    {"data_11M", limited<RLIMIT_DATA, 11 * mib>},
    {"address_space_64M", limited<RLIMIT_AS, 64 * mib>},
    {"stack_64K", limited<RLIMIT_STACK, 64 * kib>},
    {"stack_unlimited", limited<RLIMIT_STACK, RLIM_INFINITY>},
    {"core_unlimited", limited<RLIMIT_CORE, RLIM_INFINITY>},
    {"files_5", limited<RLIMIT_NOFILE, 5>},
    {"files_8", limited<RLIMIT_NOFILE, 8>},
    {"files_12", limited<RLIMIT_NOFILE, 12>},
    {"files_16", limited<RLIMIT_NOFILE, 16>},
    {"files_64", limited<RLIMIT_NOFILE, 64>},
    {"locked_0", limited<RLIMIT_MEMLOCK, 0, true>},
    {"pending_signals_0", limited<RLIMIT_SIGPENDING, 0, true>},
    {"queues_0", limited<RLIMIT_MSGQUEUE, 0, true>},
    {"real_time_1us", limited<RLIMIT_RTTIME, 1, true>},
};

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
        for (const auto& each : states)
            std::puts(each.name);
        return 0;
    }
    for (const auto& each : states) {
        if (argc < 3 || std::strcmp(argv[1], each.name) != 0) continue;
        each.enter();
        ::execvp(argv[2], argv + 2);
    }
    std::fputs("usage: odd_parent STATE COMMAND... | --list\n", stderr);
    return 126;
}
