#include "harness/host/facts/environment.hpp"

#include <gtest/gtest.h>

#include "harness/base/json_text.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/ipc/ipc_limits.hpp"
#include "harness/host/test/fake_host.hpp"

namespace ipcmark {
namespace {

TEST(environment, fnv64_matches_its_published_vectors) {
    EXPECT_EQ(fnv64(""), 0xcbf29ce484222325u);
    EXPECT_EQ(fnv64("a"), 0xaf63dc4c8601ec8cu);
    EXPECT_EQ(fnv64("foobar"), 0x85944171f73967e8u);
}

TEST(environment, a_file_is_a_number_a_line_or_unavailable) {
    fake_host host;
    host.write("/n", "42").write("/words", "32000\t10  7").write("/huge", "18446744073692774399");
    EXPECT_EQ(file_fact(host.files(), "/n"), 42);
    EXPECT_EQ(file_fact(host.files(), "/words"), "32000 10 7");
    EXPECT_EQ(file_fact(host.files(), "/huge"), "18446744073692774399");
    const auto missing = file_fact(host.files(), "/none");
    ASSERT_FALSE(is_available(missing));
    EXPECT_EQ(missing.at("unavailable"), "/none: No such file or directory");
}

TEST(environment, the_bracketed_word_is_the_chosen_one) {
    fake_host host;
    host.write("/thp", "always [madvise] never").write("/plain", "never");
    EXPECT_EQ(selected_fact(host.files(), "/thp"), "madvise");
    EXPECT_EQ(selected_fact(host.files(), "/plain"), "never");
}

TEST(environment, an_empty_machine_has_no_made_up_facts) {
    const fake_host host;
    const auto identity = identity_facts(true, host.files());
    for (const char* key : {"cpu_model", "kernel_release", "governor", "turbo", "hypervisor",
                            "clocksource", "aslr", "thp", "cgroup_cpu_quota_cpus", "seccomp",
                            "allowed_cpus", "vulnerabilities", "idle_states", "isolated_cpus"})
        EXPECT_FALSE(is_available(identity.at(key))) << key;
    const auto limits = ipc_limit_facts(host.files());
    for (const auto& [key, value] : limits.named()) {
        if (key == "pipe_default_bytes") continue;  // asked of a real pipe
        EXPECT_FALSE(is_available(value)) << key << json_text(value);
    }
    const auto state = state_facts(host.files());
    for (const auto& [key, value] : state.named()) {
        if (key == "power_supply") continue;  // "no battery"
        EXPECT_FALSE(is_available(value)) << key << json_text(value);
    }
}

TEST(environment, the_real_machine_has_its_main_facts) {
    const auto identity = identity_facts();
    for (const char* key : {"kernel_release", "topology_hash", "allowed_cpus", "page_bytes"})
        EXPECT_TRUE(is_available(identity.at(key))) << key << json_text(identity.at(key));
    EXPECT_TRUE(is_available(ipc_limit_facts().at("rlimit_nofile")));
    EXPECT_EQ(state_facts().at("load_averages").size(), 3u);
}

TEST(environment, two_looks_give_one_fingerprint) {
    EXPECT_EQ(fingerprint(identity_facts(), ipc_limit_facts()),
              fingerprint(identity_facts(false), ipc_limit_facts()));
}

TEST(environment, the_fingerprint_ignores_names_and_order_only) {
    const tree limits{{"pipe", 1}};
    const tree one{{"host", "a"}, {"user", "u"}, {"cpu", "X"}, {"smt", 0}};
    const tree other_name{{"smt", 0}, {"cpu", "X"}, {"host", "b"}};
    const tree other_cpu{{"host", "a"}, {"cpu", "Y"}, {"smt", 0}};
    EXPECT_EQ(fingerprint(one, limits), fingerprint(other_name, limits));
    EXPECT_NE(fingerprint(one, limits), fingerprint(other_cpu, limits));
    EXPECT_NE(fingerprint(one, limits), fingerprint(one, tree{{"pipe", 2}}));
    EXPECT_TRUE(fingerprint(one, limits).starts_with("fnv64:"));
    EXPECT_EQ(fingerprint(one, limits).size(), 6u + 16u);
}

TEST(environment, names_are_hashed_with_the_salt_of_the_machine) {
    fake_host here;
    here.write("/etc/machine-id", "0123456789abcdef").write("/proc/sys/kernel/hostname", "secret");
    fake_host there;
    there.write("/etc/machine-id", "fedcba9876543210").write("/proc/sys/kernel/hostname", "secret");
    const auto hidden = host_name(true, here.files());
    EXPECT_TRUE(hidden.starts_with("redacted-")) << hidden;
    EXPECT_EQ(hidden, host_name(true, here.files()));
    EXPECT_NE(hidden, host_name(true, there.files()));
    EXPECT_NE(hidden, redacted("other", here.files()));
    EXPECT_EQ(host_name(false, here.files()), "secret");
    EXPECT_EQ(redacted("secret", host_files("/nowhere")), "redacted");
    const auto whole = json_text(identity_facts(true, here.files()));
    EXPECT_EQ(whole.find("secret"), std::string::npos);
}

TEST(environment, only_timing_options_of_the_kernel_line_are_kept) {
    fake_host host;
    host.write("/proc/cmdline", "root=/dev/vda token=hunter2 mitigations=off nosmt isolcpus=2-3");
    EXPECT_EQ(identity_facts(true, host.files()).at("kernel_options"),
              "mitigations=off nosmt isolcpus=2-3");
}

TEST(environment, the_cpu_is_taken_from_cpuinfo) {
    fake_host host;
    host.write("/proc/cpuinfo",
               "processor\t: 0\nvendor_id\t: X\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Fast "
               "CPU\nmicrocode\t: 0x1\ncpu MHz\t\t: 2100.5\nflags\t\t: fpu tsc constant_tsc "
               "hypervisor\n\nprocessor\t: 1\nmodel name\t: Other");
    const auto facts = identity_facts(true, host.files());
    EXPECT_EQ(facts.at("cpu_model"), "Fast CPU");
    EXPECT_EQ(facts.at("cpu_model_number"), 85);
    EXPECT_EQ(facts.at("tsc_flags"), "tsc constant_tsc");
    EXPECT_EQ(facts.at("hypervisor"), "unknown hypervisor");
    EXPECT_EQ(state_facts(host.files()).at("cpu_mhz"), tree(tree::list{2101.0, 2101.0}));
    EXPECT_DOUBLE_EQ(
        benchmark_context("v1", "release", true, host.files()).at("mhz_per_cpu").as_double(),
        2100.5);
}

TEST(environment, governors_of_all_cpus_are_joined) {
    fake_host host;
    const std::string folder = "/sys/devices/system/cpu/";
    host.write(folder + "cpu0/cpufreq/scaling_governor", "powersave")
        .write(folder + "cpu1/cpufreq/scaling_governor", "performance")
        .write(folder + "cpufreq/boost", "1");
    const auto facts = identity_facts(true, host.files());
    EXPECT_EQ(facts.at("governor"), "performance, powersave");
    EXPECT_EQ(facts.at("turbo"), "on");
    EXPECT_TRUE(
        benchmark_context("v1", "release", true, host.files()).at("cpu_scaling_enabled").as_bool());
}

TEST(environment, resource_limits_come_from_their_table) {
    fake_host host;
    host.write("/proc/self/limits",
               "Limit                     Soft Limit           Hard Limit           Units     \n"
               "Max open files            16                   4096                 files     \n"
               "Max address space         unlimited            unlimited            bytes     ");
    const auto limits = ipc_limit_facts(host.files());
    EXPECT_EQ(limits.at("rlimit_nofile"), 16);
    EXPECT_EQ(limits.at("rlimit_as_bytes"), "unlimited");
    EXPECT_FALSE(is_available(limits.at("rlimit_msgqueue_bytes")));
}

TEST(environment, state_reads_pressure_and_ticks) {
    fake_host host;
    host.write("/proc/stat", "cpu  10 2 3 80 4 1 2 5 0 0\ncpu0 10 2 3 80 4 1 2 5 0 0")
        .write("/proc/pressure/cpu", "some avg10=0.00 avg300=0.00 total=77\nfull total=1")
        .write("/proc/loadavg", "0.50 0.25 0.10 3/84 100")
        .write("/proc/meminfo", "MemFree: 2 kB\nMemAvailable:    4 kB");
    const auto state = state_facts(host.files());
    EXPECT_EQ(state.at("steal_ticks"), 5);
    EXPECT_EQ(state.at("busy_ticks"), 18);
    EXPECT_EQ(state.at("total_ticks"), 107);
    EXPECT_EQ(state.at("pressure_cpu_us"), 77);
    EXPECT_EQ(state.at("runnable_tasks"), 3);
    EXPECT_EQ(state.at("available_memory_bytes"), 4096);
}

TEST(environment, context_has_what_google_benchmark_writes) {
    const auto context = benchmark_context("v1.7.1", "release");
    for (const char* key :
         {"date", "host_name", "executable", "num_cpus", "mhz_per_cpu", "cpu_scaling_enabled",
          "caches", "load_avg", "library_version", "library_build_type", "json_schema_version"})
        EXPECT_TRUE(context.contains(key)) << key;
    EXPECT_EQ(context.at("json_schema_version"), 1);
    EXPECT_TRUE(context.at("caches").is_list());
    const std::string date = context.at("date").as_text();
    ASSERT_EQ(date.size(), std::string("2026-11-21T01:32:54+00:00").size()) << date;
    EXPECT_EQ(date[date.size() - 3], ':');
}

TEST(environment, cpu_lists_are_read_and_refused) {
    EXPECT_EQ(parse_cpu_list("0-2,5"), (std::vector<int>{0, 1, 2, 5}));
    EXPECT_TRUE(parse_cpu_list("").empty());
    EXPECT_TRUE(parse_cpu_list("0-999999999").empty());
    EXPECT_TRUE(parse_cpu_list("zero").empty());
}

}  // namespace
}  // namespace ipcmark
