#include <filesystem>
#include <fstream>

#include "bench/test/cli_test.hpp"

/// ipcmark-worker: whom it serves, and that nothing is lost where it is not there.
namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

const std::string one_repetition =
    " run --pattern round_trip --payload 64 --repetitions 1 --reruns 0 "
    "--repetition-ms 5 --no-floors --json results.json";

class lean_worker : public cli_test {
protected:
    /// A copy of ipcmark in the working directory; beside it a worker program that does this.
    void install(const std::string& script) {
        fs::copy_file(IPCMARK_PROGRAM, box.work() / "ipcmark");
        if (script.empty()) return;
        const fs::path worker = box.work() / "ipcmark-worker";
        std::ofstream(worker) << "#!/bin/sh\n" << script << '\n';
        fs::permissions(worker, fs::perms::owner_all);
    }

    std::string status_of(const std::string& mechanism) const {
        for (const auto& cell : cells())
            if (cell.at("transport") == mechanism) return cell.at("status");
        return "absent";
    }
};

TEST_F(lean_worker, loads_the_c_library_and_no_other) {
    const outcome loaded = expect_code(0, "ldd " IPCMARK_WORKER);
    EXPECT_NE(loaded.out.find("libc.so"), std::string::npos) << loaded.out;
#ifndef __SANITIZE_ADDRESS__
    for (const char* library : {"libstdc++", "libfmt", "libsystemd", "liburing", "libhwloc"})
        EXPECT_EQ(loaded.out.find(library), std::string::npos) << loaded.out;
#endif
}

TEST_F(lean_worker, is_not_for_the_command_line) {
    const outcome ended = expect_code(2, IPCMARK_WORKER);
    EXPECT_TRUE(matches(ended.err, "^ipcmark-worker: ipcmark starts this .* `ipcmark --help`\n$"))
        << ended.err;
    EXPECT_EQ(ended.out, "");
}

TEST_F(lean_worker, works_for_a_mechanism_without_libraries) {
    install("exit 9");
    const outcome ended =
        expect_code(3, "./ipcmark" + one_repetition + " --mechanism pipe --placement same_cpu");
    EXPECT_EQ(status_of("pipe"), "failed") << ended.err;
}

TEST_F(lean_worker, does_not_work_for_one_of_a_plug_in) {
    install("exit 9");
    const outcome ended = expect_code(0, "./ipcmark" + one_repetition + " --mechanism impossible" +
                                             " --plugin " IPCMARK_IMPOSSIBLE);
    EXPECT_EQ(status_of("impossible"), "ok") << ended.err;
}

TEST_F(lean_worker, is_not_needed) {
    install("");
    expect_code(0, "./ipcmark" + one_repetition + " --mechanism pipe --placement same_cpu");
    EXPECT_EQ(status_of("pipe"), "ok");
}

}  // namespace
}  // namespace ipcmark::test
