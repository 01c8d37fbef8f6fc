#include <fstream>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

const std::string cpu = "/sys/devices/system/cpu/";

/// scripts/tune-host over a tree of files in place of the machine's.
class tune_host : public cli_test {
protected:
    tune_host() {
        box.set("IPCMARK_SYSFS_ROOT", root().string());
        furnish();
    }

    fs::path root() const { return box.work() / "machine"; }
    fs::path state() const { return root() / "run/ipcmark-tune-host"; }

    void put(const std::string& path, const std::string& text) {
        const fs::path file = root() / path.substr(1);
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text << '\n';
    }

    std::string get(const std::string& path) const {
        std::string text = read_file(root() / path.substr(1));
        while (!text.empty() && text.back() == '\n')
            text.pop_back();
        return text;
    }

    /// Four CPUs on which everything is to be changed.
    void furnish() {
        fs::remove_all(root());
        put(cpu + "online", "0-3");
        for (int i = 0; i < 4; ++i)
            put(cpu + "cpu" + std::to_string(i) + "/cpufreq/scaling_governor", "powersave");
        put(cpu + "intel_pstate/no_turbo", "0");
        put(cpu + "smt/control", "on");
        put("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never");
        for (const char* knob : {"numa_balancing", "nmi_watchdog", "timer_migration"})
            put(std::string("/proc/sys/kernel/") + knob, "1");
        put(cpu + "cpuidle/current_driver", "haltpoll");
        put("/sys/module/haltpoll/parameters/guest_halt_poll_ns", "0");
        put("/proc/irq/24/smp_affinity_list", "0-3");
        put("/proc/irq/25/smp_affinity_list", "2");
        put("/proc/irq/26/smp_affinity_list", "1");
        put("/dev/cpu_dma_latency", "");
    }

    /// What the settings amount to: the word in brackets where a file is a choice.
    std::map<std::string, std::string> settings() const {
        std::map<std::string, std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(root())) {
            if (!entry.is_regular_file() || entry.path() == state()) continue;
            const std::string path = entry.path().string().substr(root().string().size());
            if (path == "/dev/cpu_dma_latency") continue;
            const std::string text = get(path);
            const auto open = text.find('[');
            found[path] =
                open == std::string::npos ? text : text.substr(open + 1, text.find(']') - open - 1);
        }
        return found;
    }

    std::string tune(const std::string& what) const {
        return std::string(IPCMARK_TUNE_HOST) + " " + what;
    }
};

TEST_F(tune_host, applies_says_each_change_and_restores) {
    const auto before = settings();
    const auto applied = expect_code(0, tune("apply --cpus 2,3 --smt-off"));
    EXPECT_TRUE(matches(applied.out, "echo performance > " + cpu +
                                         "cpu0/cpufreq/scaling_governor  # was powersave"));
    EXPECT_EQ(get(cpu + "cpu3/cpufreq/scaling_governor"), "performance");
    EXPECT_EQ(get(cpu + "intel_pstate/no_turbo"), "1");
    EXPECT_EQ(get(cpu + "smt/control"), "off");
    EXPECT_EQ(get("/sys/kernel/mm/transparent_hugepage/enabled"), "madvise");
    EXPECT_EQ(get("/proc/sys/kernel/nmi_watchdog"), "0");
    EXPECT_EQ(get("/proc/irq/24/smp_affinity_list"), "0,1");
    EXPECT_EQ(get("/proc/irq/25/smp_affinity_list"), "0,1") << "it had nowhere else to go";
    EXPECT_EQ(get("/proc/irq/26/smp_affinity_list"), "1") << "it was elsewhere already";
    EXPECT_TRUE(matches(expect_code(0, tune("status")).out, "applied: 13 old values"));
    const auto restored = expect_code(0, tune("restore"));
    EXPECT_TRUE(matches(restored.out, "echo always > .*/transparent_hugepage/enabled"));
    EXPECT_EQ(settings(), before);
    EXPECT_FALSE(fs::exists(state()));
    EXPECT_TRUE(matches(expect_code(0, tune("restore")).err, "nothing to restore"));
}

TEST_F(tune_host, does_not_write_over_what_it_saved) {
    const auto before = settings();
    expect_code(0, tune("apply"));
    const auto saved = read_file(state());
    EXPECT_TRUE(matches(expect_code(5, tune("apply --smt-off")).err, "first: .*restore"));
    EXPECT_EQ(read_file(state()), saved);
    EXPECT_EQ(get(cpu + "smt/control"), "on");
    expect_code(0, tune("restore"));
    EXPECT_EQ(settings(), before);
}

TEST_F(tune_host, a_dry_run_changes_nothing) {
    const auto before = settings();
    const auto shown = expect_code(0, tune("apply --dry-run --cpus 1 --smt-off --hold"));
    EXPECT_TRUE(matches(shown.out, "echo off > .*smt/control  # was on"));
    EXPECT_TRUE(matches(shown.out, "hold 0 in /dev/cpu_dma_latency"));
    EXPECT_EQ(settings(), before);
    EXPECT_FALSE(fs::exists(state()));
}

TEST_F(tune_host, what_is_missing_is_said_and_no_error) {
    fs::remove_all(root() / "sys/devices/system/cpu/intel_pstate");
    fs::remove_all(root() / "proc/sys/kernel/numa_balancing");
    fs::remove_all(root() / "dev");
    for (int i = 0; i < 4; ++i)
        fs::remove_all(root() / ("sys/devices/system/cpu/cpu" + std::to_string(i)));
    const auto applied = expect_code(0, tune("apply --hold"));
    EXPECT_TRUE(matches(applied.out, "# no frequency governor is visible"));
    EXPECT_TRUE(matches(applied.out, "# .*cpufreq/boost is not here"));
    EXPECT_TRUE(matches(applied.out, "# .*numa_balancing is not here"));
    EXPECT_TRUE(matches(applied.out, "# /dev/cpu_dma_latency is not here"));
    expect_code(0, tune("restore"));
}

TEST_F(tune_host, what_the_kernel_refuses_is_said_and_no_error) {
    // Every file of /proc that no process may write answers EIO or EACCES.
    fs::remove(root() / "proc/sys/kernel/nmi_watchdog");
    fs::create_symlink("/proc/version", root() / "proc/sys/kernel/nmi_watchdog");
    EXPECT_TRUE(matches(expect_code(0, tune("apply")).out, "# the kernel refused that"));
    expect_code(0, tune("restore"));
    EXPECT_EQ(get("/proc/sys/kernel/timer_migration"), "1");
}

/// A `sync` that kills the script at its n-th use: a value is saved, its knob not yet changed, and
/// all before it are.
TEST_F(tune_host, killed_at_any_moment_it_can_be_undone) {
    fs::create_directory(box.work() / "bin");
    box.write("bin/sync",
              "#!/bin/sh\n"
              "n=$(($(cat \"$COUNT\" 2>/dev/null) + 1)); echo $n >\"$COUNT\"\n"
              "[ $n -lt \"$DIE_AT\" ] || kill -9 $PPID\n");
    fs::permissions(box.work() / "bin/sync", fs::perms::owner_all);
    const auto before = settings();
    int killed = 0;
    for (int die_at = 1; die_at < 40; ++die_at) {
        furnish();
        const outcome ended = box.run("COUNT=$PWD/count." + std::to_string(die_at) +
                                      " DIE_AT=" + std::to_string(die_at) +
                                      " PATH=$PWD/bin:$PATH " + tune("apply --cpus 2-3 --smt-off"));
        if (ended.code == 0) break;
        ++killed;
        EXPECT_EQ(ended.code, 137) << ended.err;
        const std::string saved = read_file(state());
        for (const auto& [path, now] : settings()) {
            const bool kept = saved.find(path + '\t' + before.at(path) + '\n') != std::string::npos;
            EXPECT_TRUE(kept || now == before.at(path)) << path << " was changed, but not saved";
        }
        expect_code(5, tune("apply"));
        expect_code(0, tune("restore"));
        EXPECT_EQ(settings(), before) << "killed at " << die_at;
        EXPECT_FALSE(fs::exists(state()));
    }
    EXPECT_EQ(killed, 13) << "once for each change";
}

TEST_F(tune_host, a_line_that_was_being_saved_when_it_died_is_passed_over) {
    put("/run/ipcmark-tune-host",
        "/proc/sys/kernel/nmi_watchdog\t0\n/proc/sys/kernel/numa_balancing\t0");
    fs::resize_file(state(), fs::file_size(state()) - 1);  // without the last line's end
    expect_code(0, tune("restore"));
    EXPECT_EQ(get("/proc/sys/kernel/nmi_watchdog"), "0");
    EXPECT_EQ(get("/proc/sys/kernel/numa_balancing"), "1");
}

TEST_F(tune_host, holds_the_latency_device_until_it_is_restored) {
    const auto device = fs::canonical(root() / "dev/cpu_dma_latency");
    expect_code(0, tune("apply --hold"));
    const std::string saved = read_file(state());
    const auto at = saved.find("holder\t");
    ASSERT_NE(at, std::string::npos) << saved;
    const std::string pid = saved.substr(at + 7, saved.find('\n', at) - at - 7);
    EXPECT_EQ(fs::read_symlink("/proc/" + pid + "/fd/3"), device);
    EXPECT_EQ(fs::file_size(device), 4u) << "a 32-bit zero";
    expect_code(0, tune("restore"));
    std::error_code gone;
    for (int i = 0; i < 100 && !fs::read_symlink("/proc/" + pid + "/fd/3", gone).empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_TRUE(gone);
}

TEST_F(tune_host, bad_use_is_refused) {
    const std::pair<const char*, const char*> uses[] = {
        {"", "apply, restore or status\\?"},
        {"tune", "'tune' is not one of"},
        {"apply --cpus 2,x", "a list such as"},
        {"apply --cpus 3-9", "no such CPU here: 4,5,6,7,8,9"},
        {"apply --thp always", "never or madvise"},
        {"restore --hold", "'--hold' is not understood"}};
    const auto before = settings();
    for (const auto& [arguments, sentence] : uses)
        EXPECT_TRUE(matches(expect_code(2, tune(arguments)).err, sentence)) << arguments;
    EXPECT_EQ(settings(), before);
    EXPECT_FALSE(fs::exists(state()));
}

TEST_F(tune_host, only_root_changes_the_machine) {
    const std::string nobody =
        "setpriv --reuid 65534 --regid 65534 --clear-groups env -u "
        "IPCMARK_SYSFS_ROOT ";
    if (!possible("setpriv --reuid 65534 --regid 65534 --clear-groups cat " IPCMARK_TUNE_HOST))
        GTEST_SKIP() << "not root here, or nobody cannot read the script";
    EXPECT_TRUE(matches(expect_code(5, nobody + tune("apply")).err, "only root may .*sudo"));
}

}  // namespace
}  // namespace ipcmark::test
