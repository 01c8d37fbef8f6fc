#include "harness/run/journal.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"

namespace ipcmark {

std::string journal::name_for(const std::string& result_file, const std::string& folder) {
    const std::filesystem::path result(result_file);
    std::error_code none;
    if (!folder.empty())
        return (std::filesystem::path(folder) /
                ((result_file == "-" ? "standard_output" : result.filename().string()) +
                 ".journal"))
            .string();
    // What another process has open ("/dev/fd/3") leads to a file, and has no folder for one.
    const auto folder_of = std::filesystem::weakly_canonical(
        std::filesystem::absolute(result, none).parent_path(), none);
    if (folder_of == "/dev" || folder_of.string().starts_with("/proc/")) return {};
    const bool exists = std::filesystem::exists(result, none);
    if (result_file == "-" || (exists && !std::filesystem::is_regular_file(result, none)))
        return {};
    return result_file + ".journal";
}

journal::journal(std::string file, const tree& first_line) : file_(std::move(file)) {
    if (file_.empty()) return;
    fd_.reset(::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
    if (!fd_)
        throw_errno("create " + file_, "--journal FOLDER keeps the journal in another folder");
    append(first_line);
}

journal::~journal() {
    if (repetitions_ == 0) discard();
}

void journal::append(const tree& line) {
    if (!fd_) return;
    const std::string text = json_text(line) + "\n";
    try {
        write_exact(fd_.get(), std::as_bytes(std::span(text)));
    } catch (const call_failed& e) {
        lost_a_line_ = true;
        // Where this fails too, who reads it stops before the last line.
        [[maybe_unused]] const int cut = ::ftruncate(fd_.get(), size_bytes_);
        throw call_failed(e.code().value(), "write " + file_);
    }
    size_bytes_ += static_cast<off_t>(text.size());
    if (line.find("cell") != nullptr) ++repetitions_;
}

void journal::discard() {
    if (!fd_) return;
    if (is_there()) ::unlink(file_.c_str());
    fd_.reset();
}

bool journal::is_there() const {
    struct stat ours {};
    struct stat named {};
    return fd_ && ::fstat(fd_.get(), &ours) == 0 && ::stat(file_.c_str(), &named) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

bool journal::is_whole() const {
    struct stat ours {};
    return !lost_a_line_ && is_there() && ::fstat(fd_.get(), &ours) == 0 &&
           ours.st_size == size_bytes_;
}

std::string journal::rescue() const {
    return repetitions_ > 0 && is_there()
               ? "; what was measured is in " + file_ + ", which `ipcmark report` reads"
               : "";
}

}  // namespace ipcmark
