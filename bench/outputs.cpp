#include "bench/outputs.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/subcommand.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/run/journal.hpp"

namespace ipcmark {

namespace {

bool outputs_holds_text(const std::filesystem::path& file) {
    std::error_code none;
    return std::filesystem::is_regular_file(file, none) &&
           std::filesystem::file_size(file, none) > 0 && !none;
}

/// Why nothing may be written there; empty: it may.
std::string outputs_would_lose(const std::string& result_file) {
    if (outputs_holds_text(result_file)) return result_file + " is there already";
    const std::string lines = journal::name_for(result_file);
    if (!outputs_holds_text(lines)) return {};
    return lines + " holds what a run that did not end measured, which `ipcmark report` reads";
}

struct outputs_lock {
    unique_fd held;
    pid_t holder = 0;  // another process, where it is not ours
};

outputs_lock outputs_locked(const std::string& journal_file) {
    outputs_lock lock;
    lock.held.reset(::open(journal_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!lock.held) throw_errno("create " + journal_file);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    if (::fcntl(lock.held.get(), F_SETLK, &whole) == 0) return lock;
    if (errno != EAGAIN && errno != EACCES) return lock;  // a file system without locks
    ::fcntl(lock.held.get(), F_GETLK, &whole);
    lock.holder = whole.l_pid;
    return lock;
}

bool outputs_is_file(const std::string& file) {
    std::error_code none;
    return file != "-" &&
           (!std::filesystem::exists(file, none) || std::filesystem::is_regular_file(file, none));
}

std::string outputs_numbered(const std::filesystem::path& usual, int number) {
    if (number == 1) return usual.string();
    return (usual.parent_path() /
            fmt::format("{}-{}{}", usual.stem().string(), number, usual.extension().string()))
        .string();
}

}  // namespace

result_claim::~result_claim() {
    struct stat found {};
    if (lock_ && ::fstat(lock_.get(), &found) == 0 && found.st_size == 0 && found.st_nlink > 0)
        ::unlink(journal::name_for(file_).c_str());
}

result_claim result_claim::named(const std::string& file, bool overwrite) {
    if (!outputs_is_file(file)) return {file, unique_fd()};
    if (const auto lost = overwrite ? "" : outputs_would_lose(file); !lost.empty())
        throw command_error(lost + "; --force overwrites it");
    auto lock = outputs_locked(journal::name_for(file));
    if (lock.holder != 0)
        throw command_error(fmt::format("process {} is writing {} now; wait for it, or give "
                                        "another --json",
                                        lock.holder, file),
                            exit_environment_refused);
    return {file, std::move(lock.held)};
}

result_claim result_claim::numbered(const std::string& usual, bool overwrite) {
    for (int number = 1;; ++number) {
        const std::string file = outputs_numbered(usual, number);
        if (!outputs_is_file(file)) return {file, unique_fd()};
        if (!overwrite && !outputs_would_lose(file).empty()) continue;
        auto lock = outputs_locked(journal::name_for(file));
        if (lock.holder == 0) return {file, std::move(lock.held)};
    }
}

void write_output(const std::string& file, const std::string& content) {
    if (file != "-") return replace_file(file, content);
    std::cout << content << std::flush;
    if (std::cout) return;
    if (errno != EPIPE)
        throw command_error("standard output could not be written: the disk may be full",
                            exit_environment_refused);
    std::cout.clear();
}

}  // namespace ipcmark
