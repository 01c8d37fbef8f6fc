#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include "bench/test/cli_test.hpp"

/// What a parent may leave to the program, and how the program takes it: whatever can be put right
/// changes nothing, what cannot is said in one sentence.
namespace ipcmark::test {
namespace {

/// The environment, a limit or a namespace in which a command is started, and what comes of it.
struct odd_start {
    const char* name;
    std::string prefix;
    int code = 0;
    const char* sentence = "";  // an ECMAScript expression, of refusals
    const char* needs = "true";
};

void PrintTo(const odd_start& start, std::ostream* out) {
    *out << start.name;
}

/// Signals, timers, priorities, limits: see odd_parent.cpp.
odd_start left(const char* state, int code = 0, const char* sentence = "",
               const char* needs = "true") {
    return {state, std::string(IPCMARK_ODD_PARENT) + " " + state + " ", code, sentence, needs};
}

odd_start variable(const char* name, const std::string& assignments, int code = 0,
                   const char* sentence = "") {
    return {name, "env " + assignments + " ", code, sentence};
}

odd_start inside(const char* name, const char* wrapper) {
    return {name, std::string(wrapper) + " ", 0, "", ""};
}

const std::string many_variables = "$(for i in $(seq 15); do printf 'V%d=%0100000d ' $i 0; done)";

const std::vector<odd_start> odd_starts{
    left("ignore_all"),
    left("ignore_CHLD"),
    left("block_all"),
    left("timer_prof"),
    left("timer_virtual"),
    left("timer_slack"),
    left("policy_idle"),
    left("policy_batch"),
    left("policy_fifo"),
    left("policy_round_robin"),
    left("nice_19"),
    left("umask_0777"),
    left("umask_0"),
    left("no_new_privs"),
    left("not_dumpable"),
    left("subreaper"),
    left("no_huge_pages"),
    left("session"),
    left("open_files"),
    left("filter_of_a_container"),
    left("filter_of_priorities"),
    left("filter_of_affinity", 5, "sched_setaffinity .*seccomp"),
    left("no_folder", 5, "create results.json .*No such file or directory"),
    left("cpu_1s"),
    left("file_size_0", 5),  // nor can standard error, a file here, grow
    left("file_size_soft_0"),
    left("data_1M", 5, "RLIMIT_DATA"),
    left("address_space_64M"),
    left("stack_64K"),
    left("stack_unlimited"),
    left("core_unlimited"),
    left("files_5", 5, "RLIMIT_NOFILE"),
    left("files_8", 5, "RLIMIT_NOFILE"),
    left("files_12", 5, "RLIMIT_NOFILE"),
    left("files_64"),
    left("locked_0"),
    left("pending_signals_0"),
    left("queues_0"),
    left("real_time_1us"),
    variable("no_environment", "-i PATH=$PATH TMPDIR=$TMPDIR"),
    variable("many_variables", many_variables),
    variable("topology_of_another_machine", "HWLOC_SYNTHETIC='core:1 pu:2'"),
    variable("topology_file_is_gone", "HWLOC_XMLFILE=/nonexistent.xml"),
    variable("memory_is_filled", "MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1"),
    variable("no_restartable_sequences", "GLIBC_TUNABLES=glibc.pthread.rseq=0"),
    variable("odd_locale", "LC_ALL=xx_YY.UTF-8 TZ=:/etc/passwd GCONV_PATH=/tmp"),
    variable("odd_terminal", "TERM=nosuch COLUMNS=99999999999 LINES=-1"),
    variable("no_home", "HOME=/nonexistent XDG_RUNTIME_DIR=/nonexistent"),
    variable("preloaded_library_is_gone", "LD_PRELOAD=/nonexistent.so"),
    variable("temporary_folder_is_gone", "TMPDIR=/nonexistent", 5, "TMPDIR"),
    variable("temporary_folder_is_a_file", "TMPDIR=/etc/passwd", 5, "TMPDIR"),
    inside("process_namespace", "unshare --pid --fork --mount-proc"),
    inside("unmapped_user", "unshare --user"),
    inside("network_without_loopback", "unshare --net"),
    inside("ipc_namespace", "unshare --ipc"),
    inside("one_cpu", "taskset -c 0"),
    inside("no_randomised_addresses", "setarch -R"),
    inside("traced", "strace -f -o /dev/null"),
    inside("false_time", "faketime -f '+400d x2'"),
    {"init_of_a_namespace",
     "unshare --pid --fork --mount-proc sh -c '(for i in 1 2 3 4; do sleep 0.$i & done); exec "
     "\"$@\"' - ",
     0, "", "unshare --pid --fork --mount-proc true"},
    {"unmapped_user_of_all_namespaces", "unshare --user --net --ipc --uts ", 0, "", ""},
    {"foreign_proc", "unshare --pid --fork ", 5, "mount /proc", "unshare --pid --fork true"},
};

/// As short as a run can be.
const std::string shortest = tiny + "--repetitions 1 --repetition-ms 2 --no-floors -q ";

class odd_parent : public cli_test, public testing::WithParamInterface<odd_start> {};

TEST_P(odd_parent, changes_nothing_or_is_told) {
    const odd_start& start = GetParam();
    const std::string needs = *start.needs != 0 ? start.needs : start.prefix + "true";
    if (!possible(needs)) GTEST_SKIP() << needs << " does not work here";
    const outcome ended = box.run(start.prefix + shortest);
    EXPECT_FALSE(ended.timed_out);
    EXPECT_EQ(ended.code, start.code) << ended.err;
    if (start.code != 0) {
        const std::string sentence = "(^|\n)ipcmark: .*" + std::string(start.sentence);
        EXPECT_TRUE(*start.sentence == 0 || matches(ended.err, sentence)) << ended.err;
        return;
    }
    for (const auto& cell : cells())
        EXPECT_EQ(cell.at("status"), "ok") << cell.dump();
}

INSTANTIATE_TEST_SUITE_P(state, odd_parent, testing::ValuesIn(odd_starts),
                         [](const auto& start) { return std::string(start.param.name); });

class odd_parents : public cli_test {};

/// Where memory runs out depends on the machine: somewhere between nothing and enough.
TEST_F(odd_parents, short_of_memory_ends_in_order_wherever_it_runs_out) {
    for (const char* state : {"data_9M", "data_10M", "data_11M", "files_16"}) {
        const outcome ended =
            box.run(std::string(IPCMARK_ODD_PARENT) + " " + state + " " + shortest);
        EXPECT_TRUE(ended.code == 0 || ended.code == 5) << state << ": " << ended.code << ended.err;
    }
}

TEST_F(odd_parents, every_state_is_tried) {
    std::istringstream names(box.run(std::string(IPCMARK_ODD_PARENT) + " --list").out);
    std::size_t count = 0;
    for (std::string name; std::getline(names, name); ++count) {
        const bool tried = std::any_of(odd_starts.begin(), odd_starts.end(),
                                       [&](const auto& start) { return start.name == name; });
        const bool by_the_other = name.starts_with("data_") || name == "files_16";
        EXPECT_TRUE(tried || by_the_other) << name;
    }
    EXPECT_GT(count, 30u);
}

}  // namespace
}  // namespace ipcmark::test
