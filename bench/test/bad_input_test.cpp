#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

class bad_output : public cli_test {};

TEST_F(bad_output, is_refused_before_the_first_repetition) {
    expect_refused(5, tiny + "--json /nope/x.json", "create /nope/x.json \\(choose another place");
    expect_refused(5, tiny + "--json /proc/x.json", "create /proc/x.json \\(choose another place");
    expect_refused(5, tiny + "--json .", "open \\. \\(name a file, not a folder\\)");
    expect_refused(5, tiny + "--html /nope/x.html", "create /nope/x.html");
    box.write("plain", "");
    expect_refused(5, tiny + "--json plain/x.json", "create plain/x.json .*Not a directory");
}

TEST_F(bad_output, a_full_device_is_named) {
    const auto ended = expect_code(5, tiny + "--json /dev/full");
    EXPECT_TRUE(matches(ended.err,
                        "ipcmark: write /dev/full: No space left on device; what was measured is "
                        "in .*/ipcmark-rescued-\\d+.json"));
    EXPECT_EQ(box.files().size(), 1u) << "a device has no place for a journal";
}

TEST_F(bad_output, a_full_disk_leaves_no_half_written_result) {
    const std::string inside = "unshare -m sh -c 'mount -t tmpfs -o size=16k none /mnt && ";
    if (!possible(inside + "true'")) GTEST_SKIP() << "mounting is not permitted";
    const auto ended =
        expect_code(5, inside + tiny + "--json /mnt/r.json; code=$?; ls /mnt; exit $code'");
    EXPECT_TRUE(matches(ended.err, "ipcmark: write /mnt/r.json.journal: No space left on device"));
    EXPECT_FALSE(matches(ended.out, "r.json(\n|$)"));
}

TEST_F(bad_output, a_reader_that_goes_away_does_not_stop_the_sweep) {
    expect_code(0, tiny + "--json - | true");
}

class limits : public cli_test {
protected:
    /// Runs one cell that must come out as skipped(limit) with the remedy; nothing is measured
    /// then.
    void expect_skipped(const std::string& line, const std::string& remedy,
                        const std::string& code = "limit") {
        expect_code(4, line);
        const auto cells = result().at("cells");
        ASSERT_EQ(cells.size(), 1u);
        EXPECT_EQ(cells.at(0).at("status"), "skipped");
        EXPECT_EQ(cells.at(0).at("reason").at("code"), code);
        EXPECT_TRUE(matches(cells.at(0).at("reason").at("text"), remedy));
    }
};

TEST_F(limits, few_descriptors_work_or_are_named) {
    for (const int descriptors : {8, 10, 12, 14, 16, 18, 20}) {
        const auto ended = box.run("ulimit -n " + std::to_string(descriptors) + "; " + tiny);
        ASSERT_TRUE(ended.code == 0 || ended.code == 5) << ended.code << ended.err;
        if (ended.code == 0) continue;
        EXPECT_TRUE(matches(ended.err, "ipcmark: .*(ulimit -n|open shared object file)"));
        EXPECT_TRUE(box.files().empty()) << descriptors;
    }
    expect_code(0, "ulimit -n 24; " + tiny);
}

TEST_F(limits, no_queue_bytes) {
    expect_skipped("prlimit --msgqueue=0:0 " + tiny + "--mechanism posix_mq",
                   "RLIMIT_MSGQUEUE = 0 bytes .*\\(ulimit -q\\)");
}

TEST_F(limits, a_message_beyond_the_queue_file_system) {
    expect_skipped(
        tiny + "--mechanism posix_mq --payload 16Mi",
        "16777216 exceeds /proc/sys/fs/mqueue/msgsize_max = \\d+; raise it \\(sysctl -w");
}

TEST_F(limits, a_datagram_beyond_udp) {
    expect_skipped(tiny + "--mechanism udp --payload 1Mi",
                   "1048576 bytes are outside .* 65\\d\\d\\d bytes");
}

TEST_F(limits, a_message_beyond_a_full_shared_memory_folder) {
    const std::string inside = "unshare -m sh -c 'mount -t tmpfs -o size=64k none /dev/shm && ";
    if (!possible(inside + "true'")) GTEST_SKIP() << "mounting is not permitted";
    for (const char* mechanism : {"boost_message_queue", "boost_shm_condition"})
        expect_skipped(inside + tiny + "--payload 1Mi --mechanism " + mechanism + "; exit $?'",
                       "/dev/shm.*(free some|enlarge|smaller payload)");
}

TEST_F(limits, one_cpu_falls_back_and_says_so) {
    expect_code(0, "taskset -c $(taskset -cp $$ | sed 's/.*: //; s/[-,].*//') " + tiny +
                       "--placement cross,l3 --mechanism pipe,shm_ring_spin");
    std::map<std::string, nlohmann::json> by_name;
    for (const auto& cell : cells())
        by_name[cell.at("name")] = cell;
    EXPECT_EQ(by_name.at("round_trip/pipe/64/same_cpu").at("status"), "ok");
    for (const char* name : {"round_trip/pipe/64/l3", "round_trip/shm_ring_spin/64/l3",
                             "round_trip/shm_ring_spin/64/same_cpu"}) {
        EXPECT_EQ(by_name.at(name).at("status"), "skipped") << name;
        EXPECT_EQ(by_name.at(name).at("reason").at("code"), "placement") << name;
    }
    EXPECT_TRUE(matches(by_name.at("round_trip/pipe/64/l3").at("reason").at("text"), "CPU"));
}

class temporary_folder : public limits {};

TEST_F(temporary_folder, absent_or_not_writable_is_refused_with_the_remedy) {
    for (const char* folder : {"/nope", "/proc", "/dev/null"})
        expect_refused(5, "TMPDIR=" + std::string(folder) + " " + tiny,
                       "mkdtemp in " + std::string(folder) + " \\(point TMPDIR at a folder that");
}

TEST_F(temporary_folder, read_only_is_refused_with_the_remedy) {
    const std::string inside = "unshare -m sh -c 'mount -t tmpfs -o ro none /mnt && ";
    if (!possible(inside + "true'")) GTEST_SKIP() << "mounting is not permitted";
    expect_refused(5, inside + "TMPDIR=/mnt " + tiny + "; exit $?'",
                   "mkdtemp in /mnt \\(point TMPDIR at.*Read-only file system");
}

TEST_F(temporary_folder, too_long_for_a_socket_path_is_a_skip) {
    const std::string deep = box.tmp() / std::string(120, 'd');
    fs::create_directory(deep);
    expect_skipped("TMPDIR=" + deep + " " + tiny + "--mechanism unix_stream",
                   "longer than the 107 bytes of sun_path; set TMPDIR to a shorter folder");
    EXPECT_TRUE(fs::is_empty(deep));
    fs::remove(deep);
}

class surroundings : public cli_test {};

TEST_F(surroundings, google_benchmarks_variables_change_nothing) {
    expect_code(0,
                "BENCHMARK_FILTER=nothing BENCHMARK_REPETITIONS=9 BENCHMARK_FORMAT=csv "
                "BENCHMARK_OUT=b.out " +
                    tiny);
    EXPECT_EQ(result().at("cells").at(0).at("repetitions_ok"), 2);
    EXPECT_EQ(repetitions().size(), 2u);
    EXPECT_EQ(box.files(), std::vector<std::string>{"results.json"});
}

TEST_F(surroundings, closed_standard_streams_are_not_written_into) {
    expect_code(5, tiny + "<&- >&- 2>&-");
    expect_code(0, "ipcmark validate results.json");
    expect_code(0, tiny + "--quiet <&- 2>&-");
}

TEST_F(surroundings, an_ordinary_user_needs_nothing_more) {
    if (::geteuid() != 0) GTEST_SKIP() << "every other test here ran as one";
    const std::string as_user = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
    fs::permissions(box.work().parent_path(), fs::perms(0755));
    for (const auto& folder : {box.work(), box.tmp()})
        fs::permissions(folder, fs::perms(0777));
    if (box.run(as_user + "ipcmark --version").code != 0)
        GTEST_SKIP() << "that user cannot reach the program";
    expect_code(0, as_user + tiny +
                       "--mechanism pipe,fifo,unix_stream,unix_seqpacket,tcp,udp,posix_mq,"
                       "boost_message_queue,boost_shm_condition,shm_ring_futex");
    for (const auto& cell : cells())
        EXPECT_EQ(cell.at("status"), "ok") << cell.at("name") << cell.at("reason");
    fs::permissions(box.work(), fs::perms(0755));
    expect_refused(5, as_user + tiny + "--json other.json",
                   "create other.json .*Permission denied");
}

}  // namespace
}  // namespace ipcmark::test
