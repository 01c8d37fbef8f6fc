#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

/// On each CPU a process in the background that wants all of it, as long as the shell lives.
const std::string beside_hogs =
    "for cpu in $(seq 0 $(($(nproc --all) - 1))); do "
    "taskset -c $cpu sh -c 'while :; do :; done' 2>/dev/null & hogs=\"$hogs $!\"; done; "
    "trap 'kill $hogs; wait' EXIT; ";

class noise : public cli_test {};

TEST_F(noise, every_timed_repetition_is_judged_and_the_run_too) {
    const auto ended = expect_code(0, tiny);
    const auto document = result();
    std::size_t judged = 0;
    for (const auto& [word, count] : document.at("noise").at("repetitions").items())
        judged += count.get<std::size_t>();
    EXPECT_EQ(judged, repetitions_of(document).size());
    for (const auto& repetition : repetitions_of(document)) {
        const std::string quality = repetition.at("ipc").at("quality");
        EXPECT_TRUE(matches(quality, "^(quiet|usable|disturbed)$"));
        const auto& found = repetition.at("ipc").at("noise");
        EXPECT_EQ(found.at("reasons").empty(), quality == "quiet") << found;
        EXPECT_GE(found.at("foreign_cpu").get<double>(), 0);
        EXPECT_EQ(repetition.at("ipc").at("try"), 0);
    }
    const std::string verdict = document.at("noise").at("verdict");
    EXPECT_TRUE(
        matches(ended.err, "\nNoise: " + verdict + ": \\d of 2 timed repetitions (was|were)"));
    EXPECT_EQ(matches(ended.err, "`ipcmark doctor` says more"), verdict != "quiet");
    expect_code(0, "ipcmark validate results.json");
}

TEST_F(noise, disturbed_repetitions_are_kept_run_again_and_counted) {
    expect_code(0, beside_hogs + tiny + "--repetitions 3 --repetition-ms 300 --reruns 1");
    const auto document = result();
    const auto cell = document.at("cells").at(0);
    std::size_t again = 0;
    for (const auto& repetition : repetitions_of(document)) {
        EXPECT_EQ(repetition.at("ipc").at("quality"), "disturbed");
        again += repetition.at("ipc").at("try") == 1 ? 1 : 0;
    }
    EXPECT_EQ(again, 2u) << "after two rounds in vain the cell is let be";
    EXPECT_EQ(document.at("noise").at("rerun"), again);
    EXPECT_EQ(document.at("noise").at("verdict"), "unusable");
    EXPECT_TRUE(
        matches(document.at("noise").at("text"), "Besides, [^ ]+ \\(\\d+ processes\\) took"))
        << "the hogs are named";
    EXPECT_TRUE(matches(document.at("noise").at("remedy"), "stop what else runs"));
    EXPECT_EQ(repetitions_of(document).size(), 3 + again);
    EXPECT_EQ(cell.at("repetitions_ok"), 3);
    EXPECT_EQ(cell.at("repetitions_disturbed"), 3 + again);
    EXPECT_EQ(cell.at("repetitions_excluded"), 0) << "there are no others";
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("n"), 3 + again);
    EXPECT_TRUE(matches(document.at("noise").at("text"), "the figures of 1 cell include them"));
    EXPECT_TRUE(cell.at("flags").dump().find("disturbed") == std::string::npos)
        << "there is no other cell that was disturbed less";
}

class strict : public cli_test {};

TEST_F(strict, refuses_what_doctor_complains_of_before_anything_starts) {
    const bool refused =
        expect_code(0, "ipcmark doctor --json").out.find("\"warning\"") != std::string::npos;
    if (!refused) GTEST_SKIP() << "doctor has nothing to complain of here";
    expect_refused(5, tiny + "--strict --json r.json", "--strict: .*`ipcmark doctor` says what");
}

/// A machine that looks quiet to doctor, and is not when it comes to measuring.
TEST_F(strict, an_unusable_result_is_written_and_refused) {
    if (!possible("unshare -m true")) GTEST_SKIP() << "no mount namespaces here";
    box.write("stat",
              "cpu 100 0 0 100000 0 0 0 0 0 0\ncpu0 50 0 0 50000 0 0 0 0 0 0\n"
              "cpu1 50 0 0 50000 0 0 0 0 0 0\n");
    const std::string quiet_machine =
        "grep -v '^flags' /proc/cpuinfo >cpuinfo; echo 'flags : fpu' >>cpuinfo; "
        "echo '0.01 0.01 0.01 1/90 100' >loadavg; mkdir none; "
        "mount --bind cpuinfo /proc/cpuinfo && mount --bind loadavg /proc/loadavg && "
        "mount --bind stat /proc/stat && mount --bind /dev/null /proc/interrupts && mount --bind "
        "none /sys/class/dmi; polls=/sys/module/haltpoll/parameters/guest_halt_poll_ns; "
        "echo 200000 >polls; [ ! -e $polls ] || mount --bind polls $polls; ";
    const std::string measure =
        "ipcmark run --profile quick --mechanism shm_ring_spin --pattern "
        "round_trip --payload 64 --placement cross --repetitions 2 --repetition-ms 200 "
        "--no-floors --reruns 0 --strict";
    box.write("quiet.sh", quiet_machine + beside_hogs +
                              "ipcmark doctor --strict >doctor.txt || exit 77; " + measure);
    const outcome ended = box.run("unshare -m sh quiet.sh");
    if (ended.code == 77) GTEST_SKIP() << "doctor still complains:\n" << box.read("doctor.txt");
    EXPECT_EQ(ended.code, 5) << ended.err;
    EXPECT_TRUE(matches(ended.err,
                        "--strict: the result is written, but the machine was too noisy: stop "
                        "other work and run again"));
    EXPECT_EQ(result().at("noise").at("verdict"), "unusable");
}

class unprivileged : public cli_test {};

TEST_F(unprivileged, counts_come_from_getrusage_and_missing_events_say_why) {
    const std::string as_nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups ";
    const bool possible_here = possible(as_nobody + "test -x " IPCMARK_PROGRAM);
    if (!possible_here) GTEST_SKIP() << "not root here, or nobody cannot run the program";
    const std::string level = expect_code(0, "cat /proc/sys/kernel/perf_event_paranoid").out;
    if (std::stoi(level) <= 1) GTEST_SKIP() << "everybody may count events here";
    expect_code(0, "mkdir theirs && chmod 777 theirs && chmod 755 .. .");
    const auto ended =
        expect_code(0, "TMPDIR=$PWD/theirs " + as_nobody + tiny + "--quiet --no-floors --json -");
    const auto cell = nlohmann::json::parse(ended.out).at("cells").at(0);
    EXPECT_EQ(cell.at("summary").at("switches_per_message").at("source"), "getrusage");
    EXPECT_GT(cell.at("summary").at("switches_per_message").at("median").get<double>(), 0);
    const auto& counting = cell.at("counting");
    EXPECT_TRUE(
        matches(counting.at("sources").dump(), "context_switches_per_message\":\"getrusage"));
    EXPECT_TRUE(matches(counting.dump(), "perf_event_paranoid"));
}

}  // namespace
}  // namespace ipcmark::test
