#include "harness/host/ipc/ipc_limits.hpp"

#include <gtest/gtest.h>
#include <set>

#include "harness/host/facts/environment.hpp"
#include "harness/host/test/fake_host.hpp"

namespace ipcmark {
namespace {

ipc_limit find(const std::vector<ipc_limit>& limits, std::string_view key) {
    for (const auto& limit : limits)
        if (limit.key == key) return limit;
    ADD_FAILURE() << key << " is missing";
    return {};
}

TEST(ipc_limits, every_one_says_what_it_bounds) {
    std::set<std::string_view> keys;
    std::set<std::string_view> names;
    for (const auto& limit : ipc_limits()) {
        EXPECT_TRUE(keys.insert(limit.key).second) << limit.key << " twice";
        EXPECT_TRUE(names.insert(limit.name).second) << limit.name << " twice";
        EXPECT_NE(limit.bounds, "") << limit.key;
        EXPECT_NE(limit.group, "") << limit.key;
        EXPECT_EQ(ipc_limit_name(limit.key), limit.name);
    }
    EXPECT_THROW(ipc_limit_name("bandwidth"), std::logic_error);
}

TEST(ipc_limits, a_results_block_holds_the_same_table) {
    const auto facts = ipc_limit_facts();
    for (const auto& limit : ipc_limits())
        EXPECT_EQ(facts.contains(std::string(limit.key)), true) << limit.key;
    EXPECT_EQ(facts.size(), ipc_limits().size());
}

/// A file's text, and the command that raises what it limits.
struct raised {
    std::string path, text, key, command;
};

class raised_limit : public testing::TestWithParam<raised> {};

TEST_P(raised_limit, has_a_command) {
    const auto& [path, text, key, command] = GetParam();
    fake_host host;
    host.write(path, text);
    EXPECT_EQ(find(ipc_limits(host.files()), key).raise, command);
}

INSTANTIATE_TEST_SUITE_P(
    ipc_limits, raised_limit,
    testing::Values(
        raised{"/proc/sys/fs/pipe-max-size", "1048576", "pipe_max_bytes",
               "sudo sysctl fs.pipe-max-size=16777216"},
        raised{"/proc/sys/fs/pipe-max-size", "67108864", "pipe_max_bytes",
               "sudo sysctl fs.pipe-max-size=134217728"},
        raised{"/proc/sys/fs/mqueue/msg_max", "40000", "mqueue_msg_max",
               "sudo sysctl fs.mqueue.msg_max=65536"},
        raised{"/proc/sys/fs/mqueue/msg_max", "65536", "mqueue_msg_max", ""},
        raised{"/proc/sys/fs/pipe-user-pages-soft", "16384", "pipe_user_pages_soft",
               "sudo sysctl fs.pipe-user-pages-soft=0"},
        raised{"/proc/sys/fs/pipe-user-pages-hard", "0", "pipe_user_pages_hard", ""},
        raised{"/proc/sys/kernel/shmmax", "18446744073692774399", "sysv_shmmax_bytes", ""},
        raised{"/proc/sys/kernel/io_uring_disabled", "2", "io_uring_disabled",
               "sudo sysctl kernel.io_uring_disabled=0"},
        raised{"/proc/sys/kernel/yama/ptrace_scope", "1", "ptrace_scope",
               "sudo sysctl kernel.yama.ptrace_scope=0"},
        raised{"/proc/sys/kernel/yama/ptrace_scope", "0", "ptrace_scope", ""},
        raised{"/proc/sys/kernel/sem", "250\t32000\t32\t128", "sysv_sem",
               "sudo sysctl kernel.sem=\"32000 1024000000 1000 32768\""},
        raised{"/proc/sys/net/ipv4/tcp_rmem", "4096 131072 33554432", "tcp_rmem_bytes", ""},
        raised{"/sys/kernel/mm/transparent_hugepage/shmem_enabled",
               "always within_size advise [never] deny force", "thp_shmem",
               "echo advise | sudo tee /sys/kernel/mm/transparent_hugepage/shmem_enabled"},
        raised{"/sys/kernel/mm/transparent_hugepage/shmem_enabled",
               "always within_size [advise] never deny force", "thp_shmem", ""},
        raised{"/proc/self/limits", "Max open files   1024   524288   files", "rlimit_nofile",
               "ulimit -S -n 524288"},
        raised{"/proc/self/limits", "Max open files   1024   1024   files", "rlimit_nofile",
               "sudo prlimit --pid $$ --nofile=1048576"},
        raised{"/proc/self/limits", "Max locked memory   65536   8388608   bytes",
               "rlimit_memlock_bytes", "ulimit -S -l 8192"},
        raised{"/proc/self/limits", "Max locked memory   65536   unlimited   bytes",
               "rlimit_memlock_bytes", "ulimit -S -l unlimited"},
        raised{"/proc/self/limits", "Max msgqueue size   819200   819200   bytes",
               "rlimit_msgqueue_bytes", "sudo prlimit --pid $$ --msgqueue=unlimited"},
        raised{"/proc/self/limits", "Max processes   unlimited   unlimited   processes",
               "rlimit_nproc", ""}),
    [](const auto& test) { return test.param.key + "_" + std::to_string(test.index); });

TEST(ipc_limits, both_values_of_a_resource_are_told) {
    fake_host host;
    host.write("/proc/self/limits", "Max open files   1024   524288   files");
    const auto limit = find(ipc_limits(host.files()), "rlimit_nofile");
    EXPECT_EQ(limit.value, 1024);
    EXPECT_EQ(limit.most, 524'288);
    EXPECT_EQ(ipc_limit_number("rlimit_nofile", host.files()), 1024);
    EXPECT_EQ(ipc_limit_number("rlimit_nproc", host.files()), std::nullopt);
}

TEST(ipc_limits, what_is_not_there_has_no_command) {
    const fake_host empty;
    for (const auto& limit : ipc_limits(empty.files())) {
        if (limit.key == "pipe_default_bytes") continue;  // asked of a real pipe
        EXPECT_FALSE(is_available(limit.value)) << limit.key;
        EXPECT_EQ(limit.raise, "") << limit.key;
    }
}

TEST(ipc_limits, byte_counts_are_round_where_they_can_be) {
    EXPECT_EQ(limit_bytes_text(300), "300 bytes");
    EXPECT_EQ(limit_bytes_text(8192), "8192 bytes");
    EXPECT_EQ(limit_bytes_text(65'536), "64 KiB");
    EXPECT_EQ(limit_bytes_text(1 << 20), "1 MiB");
    EXPECT_EQ(limit_bytes_text(std::int64_t{1} << 31), "2 GiB");
    EXPECT_EQ(limit_bytes_text(INT64_MAX), "unlimited");
}

}  // namespace
}  // namespace ipcmark
