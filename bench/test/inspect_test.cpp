#include <fstream>
#include <signal.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class inspect : public cli_test {
protected:
    /// Kills a run in the middle; the name of what it leaves.
    std::string kill_a_run() {
        running command = box.start(lasting + "--mechanism pipe --json dead.json");
        EXPECT_GE(command.wait_for_workers().size(), 2u);
        command.signal(SIGKILL);
        EXPECT_EQ(command.wait().code, 128 + SIGKILL);
        for (int i = 0; i < 1'000 && !box.processes().empty(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return folder_of(command.pid());
    }

    std::string folder_of(pid_t pid) {
        for (const auto& entry : fs::directory_iterator(box.tmp()))
            if (std::string name = entry.path().filename();
                name.starts_with("ipcmark-" + std::to_string(pid) + "-"))
                return name;
        ADD_FAILURE() << pid << " has no folder";
        return {};
    }

    static fs::path make_object(const std::string& name) {
        fs::path file = fs::path("/dev/shm") / name;
        std::ofstream(file) << "left";
        return file;
    }

    json inspected(const std::string& options) {
        return json::parse(expect_code(0, "ipcmark inspect --json " + options).out);
    }

    /// The run of that name in the document.
    static json run_in(const json& document, const std::string& name) {
        for (const auto& run : document.at("runs"))
            if (run.at("run") == name) return run;
        ADD_FAILURE() << name << " is not listed";
        return json::object();
    }
};

TEST_F(inspect, lists_and_removes_what_a_killed_run_left_and_nothing_else) {
    const std::string dead = kill_a_run();
    const auto object = make_object(dead + "-00000009.f");
    const auto semaphore = make_object("sem.ipcmark-" + dead.substr(8) + "-00000009.b");
    const auto other = make_object("ipcmark_cli_test_" + std::to_string(::getpid()));

    const auto listed = expect_code(0, "ipcmark inspect --left").out;
    EXPECT_TRUE(matches(listed, dead + ": nobody holds its lock"));
    EXPECT_TRUE(matches(listed, object.string() + ", 4 bytes"));
    EXPECT_TRUE(matches(listed, "folder " + (box.tmp() / dead).string()));
    const json run = run_in(inspected("--left"), dead);
    EXPECT_EQ(run.at("liveness"), "dead");
    EXPECT_EQ(run.at("objects").size(), 2u);
    EXPECT_EQ(run.at("removed"), nullptr);

    const auto dry = expect_code(0, "ipcmark inspect --clean --dry-run").out;
    EXPECT_TRUE(matches(dry, "would remove " + object.string()));
    EXPECT_TRUE(fs::exists(object));

    const auto cleaned = expect_code(0, "ipcmark inspect --clean").out;
    for (const auto& gone : {object, semaphore, box.tmp() / dead}) {
        EXPECT_TRUE(matches(cleaned, "removed .*" + gone.string()));
        EXPECT_FALSE(fs::exists(gone)) << gone;
    }
    EXPECT_TRUE(fs::exists(other));
    fs::remove(other);
    EXPECT_TRUE(matches(expect_code(0, "ipcmark inspect --clean").out, "dead runs.*: nothing"));
}

TEST_F(inspect, never_touches_a_living_run) {
    running alive = box.start(lasting + "--mechanism pipe");
    ASSERT_GE(alive.wait_for_workers().size(), 2u);
    const std::string name = folder_of(alive.pid());
    const auto object = make_object(name + "-99999999.f");
    EXPECT_EQ(run_in(inspected("--clean"), name).at("liveness"), "living");
    // Nor from where its folder cannot be found.
    fs::create_directory(box.work() / "elsewhere");
    const auto text = expect_code(0, "TMPDIR=elsewhere ipcmark inspect --clean").out;
    EXPECT_TRUE(matches(text, "Living, left alone: " + name));
    EXPECT_TRUE(fs::exists(object));
    EXPECT_TRUE(fs::exists(box.tmp() / name));
    fs::remove(object);
    alive.signal(SIGINT);
    EXPECT_EQ(alive.wait().code, 130);
}

TEST_F(inspect, says_what_it_could_not_remove) {
    const std::string dead = kill_a_run();
    const std::string as_nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups ";
    if (::geteuid() == 0 && !possible(as_nobody + IPCMARK_PROGRAM + " version"))
        GTEST_SKIP() << "root may remove anything, and nobody cannot run the program";
    if (::geteuid() == 0) expect_code(0, "chown -R 65534:65534 $TMPDIR && chmod 711 $TMPDIR/..");
    ::chmod(box.tmp().c_str(), 0555);
    const auto ended =
        expect_code(5, (::geteuid() == 0 ? as_nobody : "") + "ipcmark inspect --clean");
    EXPECT_TRUE(matches(ended.out, "could not remove folder .*" + dead + ": Permission denied"));
    EXPECT_TRUE(matches(ended.err, "^ipcmark: could not remove .*make its folder writable"));
    ::chmod(box.tmp().c_str(), 0700);
    if (::geteuid() == 0) expect_code(0, "chown -R 0:0 $TMPDIR");
    expect_code(0, "ipcmark inspect --clean");
}

TEST_F(inspect, shows_the_parts_that_are_asked_for) {
    const json all = inspected("");
    EXPECT_EQ(all.at("schema").at("name"), "ipcmark.inspect");
    for (const char* part : {"limits", "objects", "processes", "not_seen", "runs"})
        EXPECT_TRUE(all.contains(part)) << part;
    EXPECT_FALSE(inspected("--limits").contains("objects"));
    EXPECT_FALSE(inspected("--objects").contains("runs"));
    EXPECT_FALSE(inspected("--left").contains("limits"));
    EXPECT_TRUE(inspected("--left --limits").contains("limits"));
    for (const auto& limit : all.at("limits")) {
        EXPECT_NE(limit.at("bounds"), "") << limit;
        EXPECT_TRUE(limit.at("raise").is_null() || !limit.at("raise").get<std::string>().empty())
            << limit;
    }
}

TEST_F(inspect, shows_an_object_with_its_owner_and_who_has_it_open) {
    const auto object = make_object("inspect_test_" + std::to_string(::getpid()));
    const std::string name = object.string();
    const auto found = json::parse(
        expect_code(0, "exec 9<" + name + "; ipcmark inspect --objects --json; rc=$?; exit $rc")
            .out);
    bool seen = false;
    for (const auto& each : found.at("objects")) {
        if (each.at("name") != name) continue;
        seen = true;
        EXPECT_EQ(each.at("kind"), "shared_memory");
        EXPECT_EQ(each.at("bytes"), 4);
        EXPECT_FALSE(each.at("used_by").empty());
    }
    EXPECT_TRUE(seen);
    EXPECT_TRUE(matches(expect_code(0, "ipcmark inspect --objects").out, object.filename()));
    const std::string others = expect_code(0, "ipcmark inspect --objects --user 4294967").out;
    EXPECT_FALSE(matches(others, object.filename()));
    EXPECT_TRUE(matches(others, "Not shown: .* other users"));
    fs::remove(object);
}

TEST_F(inspect, refuses_what_makes_no_sense) {
    expect_refused(2, "ipcmark inspect --dry-run", "--clean");
    expect_refused(2, "ipcmark inspect --user no_such_user", "there is no user 'no_such_user'");
    expect_refused(2, "ipcmark inspect --user 0 --all-users", "exclude each other");
    expect_refused(2, "ipcmark inspect --limit", "did you mean --limits");
    EXPECT_TRUE(matches(expect_code(0, "ipcmark inspect --help").out, "Examples:"));
}

}  // namespace
}  // namespace ipcmark::test
