#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/child.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/base/sizes.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

std::string temporary_name(const std::string& name) {
    return testing::TempDir() + "ipcmark_test_" + std::to_string(::getpid()) + name;
}

TEST(a_failed_call, names_the_remedy_where_descriptors_ran_out) {
    EXPECT_EQ(call_failed(EMFILE, "pipe").remedy(), "raise RLIMIT_NOFILE (ulimit -n)");
    EXPECT_NE(std::string(call_failed(EMFILE, "pipe").what()).find("ulimit -n"), std::string::npos);
    EXPECT_EQ(call_failed(EMFILE, "pipe", "close some").remedy(), "close some");
    EXPECT_EQ(call_failed(ENOENT, "open").remedy(), "");
}

TEST(io, long_transfers_survive_short_reads_and_writes) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    unique_fd reader(ends[0]);
    unique_fd writer(ends[1]);
    const std::vector<std::byte> sent(1 << 20, std::byte{0x5a});
    std::thread sender([&] {
        write_exact(writer.get(), sent);
        writer.reset();
    });
    std::vector<std::byte> got(sent.size());
    EXPECT_TRUE(read_exact(reader.get(), got));
    EXPECT_EQ(got, sent);
    EXPECT_FALSE(read_exact(reader.get(), got));
    sender.join();
}

TEST(io, a_stream_that_ends_inside_a_message_is_no_clean_end) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    unique_fd reader(ends[0]);
    ASSERT_EQ(::write(ends[1], "abc", 3), 3);
    ::close(ends[1]);
    std::vector<std::byte> got(4);
    EXPECT_THROW(read_exact(reader.get(), got), peer_gone);
}

TEST(text_file, a_file_is_replaced_whole) {
    const std::string file = temporary_name("replace");
    replace_file(file, "first");
    replace_file(file, "second");
    EXPECT_EQ(read_text(file), "second");
    fs::remove(file);
    std::size_t left = 0;
    for (const auto& entry : fs::directory_iterator(testing::TempDir()))
        left += entry.path().string().starts_with(file);
    EXPECT_EQ(left, 0u);
}

TEST(text_file, an_impossible_place_is_refused_before_anything_is_written) {
    EXPECT_THROW(require_writable("/nonexistent/folder/result.json"), call_failed);
    EXPECT_THROW(require_writable(testing::TempDir()), call_failed);
    EXPECT_NO_THROW(require_writable("/dev/null"));
}

TEST(text_file, what_may_be_renamed_over_is_told_beforehand) {
    const std::string file = temporary_name("renamed");
    EXPECT_EQ(require_writable(file), "");
    replace_file(file, "first");
    EXPECT_EQ(require_writable(file), "");
    EXPECT_EQ(read_text(file), "first");
    fs::remove(file);
}

TEST(text_file, immutable_and_append_only_files_are_refused_beforehand) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    const std::string file = temporary_name("locked");
    replace_file(file, "first");
    const unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    int usual = 0;
    int changed = ::ioctl(fd.get(), FS_IOC_GETFLAGS, &usual);
    for (const int flag : {FS_IMMUTABLE_FL, FS_APPEND_FL}) {
        int locked = usual | flag;
        changed = changed != 0 ? changed : ::ioctl(fd.get(), FS_IOC_SETFLAGS, &locked);
        if (changed != 0) break;
        try {
            require_writable(file);
            ADD_FAILURE() << flag;
        } catch (const call_failed& e) {
            EXPECT_NE(e.remedy().find("chattr"), std::string::npos) << e.what();
        }
        ::ioctl(fd.get(), FS_IOC_SETFLAGS, &usual);
    }
    fs::remove(file);
    if (changed != 0) GTEST_SKIP() << "this file system has no immutable files";
}

TEST(text_file, anothers_file_in_a_sticky_folder_is_written_in_place) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    const fs::path folder = temporary_name("sticky");
    const fs::path file = folder / "r.json";
    fs::create_directory(folder);
    ::chmod(folder.c_str(), 01777);
    replace_file(file, "a longer text");
    ::chmod(file.c_str(), 0666);
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        if (::setuid(nobody) != 0) ::_exit(3);
        if (require_writable(file).find("another user's") == std::string::npos) ::_exit(1);
        replace_file(file, "new");
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_text(file), "new");
    fs::remove_all(folder);
}

TEST(text_file, input_beyond_the_limit_is_refused) {
    const std::string file = temporary_name("large");
    replace_file(file, std::string(1000, 'x'));
    EXPECT_THROW(read_input(file, 999), call_failed);
    EXPECT_EQ(read_input(file, 1000).size(), 1000u);
    fs::remove(file);
}

TEST(mapping, a_region_of_another_size_is_refused) {
    const unique_fd fd = make_memfd("ipcmark-test", 8192);
    EXPECT_NO_THROW(mapping::shared(fd.get(), 8192));
    EXPECT_THROW(mapping::shared(fd.get(), 4096), std::runtime_error);
}

TEST(mapping, begins_where_in_two_mebibytes_it_should) {
    constexpr std::size_t region = 2u << 20;
    for (const std::size_t offset : {std::size_t{128}, std::size_t{4096}, std::size_t{1'234'560}}) {
        const std::size_t padded = mapping::padded_bytes(8192, offset);
        EXPECT_EQ(padded, 8192 + offset % 4096);
        const unique_fd fd = make_memfd("ipcmark-test", padded);
        const mapping here = mapping::shared(fd.get(), 8192, offset);
        const mapping there = mapping::shared(fd.get(), 8192, offset);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(here.data()) % region, offset);
        EXPECT_EQ(here.size(), 8192u);
        here.data()[8191] = std::byte{7};
        EXPECT_EQ(there.data()[8191], std::byte{7});
    }
    EXPECT_EQ(mapping::padded_bytes(100, 0), 100u);
}

TEST(mapping, memory_that_cannot_be_had_is_a_limit) {
    EXPECT_THROW(make_memfd("ipcmark-test", std::size_t{1} << 60), limit_exceeded);
}

TEST(affinity, a_pin_for_now_ends) {
    const auto before = allowed_cpus();
    {
        const pinned_for_now here(before.back());
        EXPECT_EQ(allowed_cpus(), std::vector<int>{before.back()});
    }
    EXPECT_EQ(allowed_cpus(), before);
    EXPECT_THROW(pinned_for_now(8000), call_failed);
    EXPECT_EQ(allowed_cpus(), before);
}

TEST(affinity, pins_to_each_allowed_cpu) {
    const auto before = allowed_cpus();
    ASSERT_FALSE(before.empty());
    std::thread([&] {
        for (const int cpu : before) {
            pin_to(cpu);
            EXPECT_EQ(current_cpu(), cpu);
        }
        EXPECT_THROW(pin_to(8000), call_failed);
    }).join();
    EXPECT_EQ(allowed_cpus(), before);
}

TEST(program, gets_its_descriptors_and_nothing_else) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const unique_fd reader(ends[0]);
    unique_fd writer(ends[1]);
    const int left_open = ::dup(0);  // as a library's might be: not close-on-exec
    const auto lister = child::spawn_program({"sh", "-c", "ls /proc/self/fd | tr '\\n' ' ' >&7"},
                                             {{writer.get(), 7}});
    writer.reset();
    std::string text(100, ' ');
    const ssize_t got = ::read(reader.get(), text.data(), text.size());
    ::close(left_open);
    ASSERT_GT(got, 0);
    text.resize(static_cast<std::size_t>(got));
    EXPECT_EQ(text, "0 1 2 3 7 ") << "3 is the folder that ls reads";
}

TEST(program, that_is_not_there_is_named) {
    EXPECT_FALSE(find_program("no-such-program"));
    EXPECT_TRUE(find_program("sh"));
    try {
        child::spawn_program({"no-such-program"}, {});
        FAIL();
    } catch (const call_failed& e) {
        EXPECT_NE(std::string(e.what()).find("no-such-program"), std::string::npos);
    }
}

TEST(program, dies_with_its_starter) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const unique_fd reader(ends[0]);
    unique_fd writer(ends[1]);
    const pid_t starter = ::fork();
    ASSERT_GE(starter, 0);
    if (starter == 0) {
        // The write end lives on in the program alone.
        const auto sleeper = child::spawn_program({"sleep", "1000"}, {{writer.get(), 5}});
        writer.reset();
        ::raise(SIGKILL);
    }
    writer.reset();
    ::waitpid(starter, nullptr, 0);
    pollfd ended{reader.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&ended, 1, 5'000), 1) << "the program outlives its starter";
}

TEST(sizes, units_are_understood) {
    EXPECT_EQ(parse_payload_bytes("64"), 64u);
    EXPECT_EQ(parse_payload_bytes("4Ki"), 4096u);
    EXPECT_EQ(parse_payload_bytes("4KiB"), 4096u);
    for (const char* text : {"64k", "64K", "64Ki", "64KiB"})
        EXPECT_EQ(parse_payload_bytes(text), 65'536u) << text;
    EXPECT_EQ(parse_payload_bytes("1M"), std::size_t{1} << 20);
    EXPECT_EQ(parse_payload_bytes("16MiB"), std::size_t{16} << 20);
    EXPECT_EQ(payload_text(4096), "4 KiB");
    EXPECT_EQ(payload_text(4097), "4097 B");
    EXPECT_EQ(payload_text(std::size_t{16} << 20), "16 MiB");
}

TEST(sizes, a_unit_that_means_two_things_is_asked_about) {
    for (const char* text : {"64kB", "64KB", "1MB", "1GB"})
        try {
            parse_payload_bytes(text);
            FAIL() << text;
        } catch (const std::invalid_argument& e) {
            EXPECT_NE(std::string(e.what()).find("powers of 1000 or of 1024?"), std::string::npos);
        }
}

TEST(sizes, nonsense_is_refused_with_a_sentence) {
    for (const char* text : {"", "0", "0Ki", "-1", "4Xi", "9223372036854775808",
                             "99999999999999999999999", "2Gi", "1.5", "Ki"})
        EXPECT_THROW(parse_payload_bytes(text), std::invalid_argument) << text;
    for (const char* text : {"", "0", "-3s", "10 parsecs", "nan", "inf"})
        EXPECT_THROW(parse_duration_s(text), std::invalid_argument) << text;
    EXPECT_EQ(parse_duration_s("10m"), 600);
    EXPECT_EQ(parse_duration_s("250ms"), 0.25);
}

}  // namespace
}  // namespace ipcmark
