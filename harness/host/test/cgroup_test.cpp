#include "harness/host/facts/cgroup.hpp"

#include <gtest/gtest.h>

#include "harness/host/test/fake_host.hpp"

namespace ipcmark {
namespace {

constexpr const char* v2_mount =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate";
constexpr const char* v1_mounts =
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset";

TEST(cgroup, nothing_mounted_tells_nothing) {
    const fake_host host;
    const control_groups groups(host.files());
    EXPECT_EQ(groups.version(), "none");
    EXPECT_FALSE(groups.cpu_quota().known);
    EXPECT_FALSE(groups.memory_limit_bytes().known);
    EXPECT_FALSE(groups.cpuset());
    EXPECT_FALSE(groups.throttled_periods());
}

TEST(cgroup, v2_takes_the_tightest_limit_on_the_way_up) {
    fake_host host;
    host.write("/proc/self/mountinfo", v2_mount)
        .write("/proc/self/cgroup", "0::/box/job")
        .write("/sys/fs/cgroup/box/job/cpu.max", "max 100000")
        .write("/sys/fs/cgroup/box/cpu.max", "150000 100000")
        .write("/sys/fs/cgroup/box/job/memory.max", "1073741824")
        .write("/sys/fs/cgroup/box/memory.max", "max")
        .write("/sys/fs/cgroup/box/job/cpuset.cpus.effective", "2-3")
        .write("/sys/fs/cgroup/box/job/cpu.stat", "usage_usec 7\nnr_periods 9\nnr_throttled 4");
    const control_groups groups(host.files());
    EXPECT_EQ(groups.version(), "v2");
    EXPECT_DOUBLE_EQ(groups.cpu_quota().value.value_or(0), 1.5);
    EXPECT_EQ(groups.cpu_quota().file, "/sys/fs/cgroup/box/cpu.max");
    EXPECT_DOUBLE_EQ(groups.memory_limit_bytes().value.value_or(0), 1073741824.0);
    EXPECT_EQ(groups.cpuset(), "2-3");
    EXPECT_EQ(groups.throttled_periods(), 4);
}

TEST(cgroup, tells_what_its_memory_limit_leaves_and_whom_it_ended) {
    fake_host v2;
    v2.write("/proc/self/mountinfo", v2_mount)
        .write("/proc/self/cgroup", "0::/box/job")
        .write("/sys/fs/cgroup/box/job/memory.max", "max")
        .write("/sys/fs/cgroup/box/job/memory.events", "low 0\nmax 9\noom 2\noom_kill 3")
        .write("/sys/fs/cgroup/box/memory.max", "1000000")
        .write("/sys/fs/cgroup/box/memory.current", "700000")
        .write("/sys/fs/cgroup/box/memory.stat", "anon 5\ninactive_file 100000\nactive_file 7");
    EXPECT_DOUBLE_EQ(control_groups(v2.files()).memory_used_bytes().value_or(0), 600'000);
    EXPECT_EQ(control_groups(v2.files()).memory_kills(), 3);
    fake_host v1;
    v1.write("/proc/self/mountinfo", v1_mounts)
        .write("/proc/self/cgroup", "5:memory:/job")
        .write("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "4096")
        .write("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "2000")
        .write("/sys/fs/cgroup/memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 500")
        .write("/sys/fs/cgroup/memory/job/memory.oom_control",
               "oom_kill_disable 0\nunder_oom 0\noom_kill 7");
    EXPECT_DOUBLE_EQ(control_groups(v1.files()).memory_used_bytes().value_or(0), 1500);
    EXPECT_EQ(control_groups(v1.files()).memory_kills(), 7);
    const fake_host none;
    EXPECT_FALSE(control_groups(none.files()).memory_used_bytes());
    EXPECT_FALSE(control_groups(none.files()).memory_kills());
}

TEST(cgroup, v2_without_a_quota_is_known_to_be_unlimited) {
    fake_host host;
    host.write("/proc/self/mountinfo", v2_mount)
        .write("/proc/self/cgroup", "0::/job")
        .write("/sys/fs/cgroup/job/cpu.max", "max 100000");
    const auto quota = control_groups(host.files()).cpu_quota();
    EXPECT_TRUE(quota.known);
    EXPECT_FALSE(quota.value);
}

TEST(cgroup, v1_reads_quota_and_memory_of_joined_controllers) {
    fake_host host;
    host.write("/proc/self/mountinfo", v1_mounts)
        .write("/proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n3:cpuset:/")
        .write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "50000")
        .write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000")
        .write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1")
        .write("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712")
        .write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "4096")
        .write("/sys/fs/cgroup/cpuset/cpuset.effective_cpus", "0-1");
    const control_groups groups(host.files());
    EXPECT_EQ(groups.version(), "v1");
    EXPECT_DOUBLE_EQ(groups.cpu_quota().value.value_or(0), 0.5);
    EXPECT_DOUBLE_EQ(groups.memory_limit_bytes().value.value_or(0), 4096.0);
    EXPECT_EQ(groups.cpuset(), "0-1");
}

TEST(cgroup, a_container_sees_a_part_of_the_hierarchy) {
    fake_host host;
    host.write("/proc/self/mountinfo",
               "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu")
        .write("/proc/self/cgroup", "4:cpu:/docker/abc")
        .write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000")
        .write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
    EXPECT_DOUBLE_EQ(control_groups(host.files()).cpu_quota().value.value_or(0), 3.0);
}

TEST(cgroup, malformed_files_are_no_limits) {
    fake_host host;
    host.write("/proc/self/mountinfo", "garbage\n- cgroup2\n" + std::string(v2_mount))
        .write("/proc/self/cgroup", "nonsense\n0::no-slash\n0::/")
        .write("/sys/fs/cgroup/cpu.max", "many 0");
    const auto quota = control_groups(host.files()).cpu_quota();
    EXPECT_TRUE(quota.known);
    EXPECT_FALSE(quota.value);
}

}  // namespace
}  // namespace ipcmark
