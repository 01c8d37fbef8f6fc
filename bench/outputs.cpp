#include "bench/outputs.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <optional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/subcommand.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/run/journal.hpp"

namespace ipcmark {

namespace {

namespace fs = std::filesystem;

bool outputs_holds_text(const fs::path& file) {
    std::error_code none;
    return fs::is_regular_file(file, none) && fs::file_size(file, none) > 0 && !none;
}

/// Why nothing may be written there; empty: it may.
std::string outputs_would_lose(const std::string& result_file, const std::string& journal_file) {
    if (outputs_holds_text(result_file)) return result_file + " is there already";
    if (!outputs_holds_text(journal_file)) return {};
    return journal_file +
           " holds what a run that did not end measured, which `ipcmark report` reads";
}

struct outputs_lock {
    unique_fd held;
    bool busy = false;  // another process has it
    pid_t holder = 0;   // 0: of another PID namespace, or unknown
};

/// Whether a name still leads to what was opened by it.
bool outputs_is_linked(int fd, const std::string& file) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd, &opened) == 0 && ::stat(file.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

outputs_lock outputs_locked(const std::string& journal_file) {
    for (;;) {
        outputs_lock lock;
        lock.held.reset(::open(journal_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
        if (!lock.held)
            throw_errno("create " + journal_file,
                        "--journal FOLDER keeps the journal in another folder");
        struct flock whole {};
        whole.l_type = F_WRLCK;
        if (::fcntl(lock.held.get(), F_SETLK, &whole) == 0) {
            if (outputs_is_linked(lock.held.get(), journal_file)) return lock;
            continue;  // the run that had it has just ended
        }
        if (errno != EAGAIN && errno != EACCES) return lock;  // a file system without locks
        lock.busy = true;
        if (::fcntl(lock.held.get(), F_GETLK, &whole) == 0) lock.holder = whole.l_pid;
        return lock;
    }
}

/// An older journal is kept under the first free number.
void outputs_keep_older(const std::string& journal_file) {
    for (int number = 1;; ++number) {
        const std::string kept = fmt::format("{}.{}", journal_file, number);
        std::error_code none;
        if (fs::exists(fs::symlink_status(kept, none))) continue;
        if (::rename(journal_file.c_str(), kept.c_str()) != 0)
            throw_errno(fmt::format("rename {} to {}", journal_file, kept));
        std::cerr << fmt::format(
            "ipcmark: {} held what a run that did not end measured; it is kept as {}\n",
            journal_file, kept);
        return;
    }
}

bool outputs_is_file(const std::string& file) {
    std::error_code none;
    return file != "-" && (!fs::exists(file, none) || fs::is_regular_file(file, none));
}

std::string outputs_numbered(const fs::path& usual, int number) {
    if (number == 1) return usual.string();
    return (usual.parent_path() /
            fmt::format("{}-{}{}", usual.stem().string(), number, usual.extension().string()))
        .string();
}

std::string outputs_path(const named_file& file, int standard) {
    return file.name == "-" ? fmt::format("/proc/self/fd/{}", standard) : file.name;
}

/// "standard output", or its name.
std::string outputs_words(const named_file& file) {
    return file.name == "-" ? file.what : file.what + " " + file.name;
}

}  // namespace

std::string output_name(std::string name) {
    for (const char* other : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
        if (name == other) return "-";
    return name;
}

void require_distinct(std::span<const named_file> outputs, std::span<const named_file> inputs) {
    const auto refuse_same = [](const named_file& output, const named_file& other, int standard) {
        if (output.name.empty() || other.name.empty()) return;
        const bool both_standard = output.name == "-" && other.name == "-";
        if (both_standard && standard == STDIN_FILENO) {
            if (!is_same_file("/proc/self/fd/0", "/proc/self/fd/1")) return;
        } else if (!both_standard && !is_same_file(outputs_path(output, STDOUT_FILENO),
                                                   outputs_path(other, standard))) {
            return;
        }
        throw command_error(outputs_words(output) + " would overwrite " + outputs_words(other) +
                            ": both are one file; give one of them another name");
    };
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (std::size_t j = i + 1; j < outputs.size(); ++j)
            refuse_same(outputs[i], outputs[j], STDOUT_FILENO);
        for (const named_file& input : inputs)
            refuse_same(outputs[i], input, STDIN_FILENO);
    }
}

void try_output(const std::string& file) {
    if (file == "-") return;
    if (const std::string why = require_writable(file); !why.empty())
        std::cerr << "ipcmark: " << file
                  << " is written in place: renaming over it is refused, since " << why
                  << ". Whoever reads it at that moment sees a part of it\n";
}

void require_room(const std::string& file, std::size_t bytes) {
    if (!outputs_is_file(file)) return;
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= bytes)
        return;
    throw command_error(
        fmt::format("{} takes about {} KiB, and no file may be larger than {} KiB here "
                    "(RLIMIT_FSIZE); raise it (ulimit -f), or measure fewer cells or repetitions",
                    file, bytes / 1024 + 1, limit.rlim_cur / 1024),
        exit_environment_refused);
}

result_claim::~result_claim() {
    struct stat found {};
    if (lock_ && ::fstat(lock_.get(), &found) == 0 && found.st_size == 0 && found.st_nlink > 0 &&
        outputs_is_linked(lock_.get(), journal_file_))
        ::unlink(journal_file_.c_str());
}

result_claim result_claim::named(const std::string& file, const std::string& journal_folder,
                                 bool overwrite) {
    const std::string lines = journal::name_for(file, journal_folder);
    if (lines.empty()) return {file, {}, unique_fd()};
    if (const auto lost = overwrite ? "" : outputs_would_lose(file, lines); !lost.empty())
        throw command_error(lost + "; --force overwrites it");
    for (;;) {
        auto lock = outputs_locked(lines);
        if (lock.busy)
            throw command_error(
                fmt::format("{} is writing {} now; wait for it, or give another --json",
                            lock.holder > 0 ? fmt::format("process {}", lock.holder)
                                            : std::string("a process that is not seen from here"),
                            file),
                exit_environment_refused);
        if (!outputs_holds_text(lines)) return {file, lines, std::move(lock.held)};
        outputs_keep_older(lines);
    }
}

result_claim result_claim::numbered(const std::string& usual, const std::string& journal_folder,
                                    bool overwrite) {
    for (int number = 1;; ++number) {
        const std::string file = outputs_numbered(usual, number);
        const std::string lines = journal::name_for(file, journal_folder);
        if (lines.empty()) return {file, {}, unique_fd()};
        if (!overwrite && !outputs_would_lose(file, lines).empty()) continue;
        auto lock = outputs_locked(lines);
        if (lock.busy) continue;
        if (!outputs_holds_text(lines)) return {file, lines, std::move(lock.held)};
        if (overwrite) {
            outputs_keep_older(lines);
            --number;
        }
    }
}

void write_output(const std::string& file, const std::string& content) {
    if (file != "-") return replace_file(file, content);
    errno = 0;
    std::cout << content << std::flush;
    if (std::cout) return;
    const int why = errno;
    if (why != EPIPE) throw call_failed(why == 0 ? EIO : why, "write standard output");
    std::cout.clear();
}

std::string write_elsewhere(const std::string& content) {
    const char* own = std::getenv("TMPDIR");
    const char* home = std::getenv("HOME");
    for (const char* folder : {".", own, "/tmp", "/var/tmp", home}) {
        if (folder == nullptr || *folder == 0) continue;
        try {
            const fs::path file =
                fs::absolute(fs::path(folder) / fmt::format("ipcmark-rescued-{}.json", ::getpid()));
            replace_file(file, content);
            return file.lexically_normal().string();
        } catch (const std::exception&) {
            continue;
        }
    }
    return {};
}

}  // namespace ipcmark
