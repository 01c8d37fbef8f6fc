#include "harness/run/journal.hpp"

#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"

namespace ipcmark {

journal::journal(const std::string& result_file, const tree& first_line) {
    std::error_code ignored;
    // A pipe or a device has no place for a file beside it.
    const bool exists = std::filesystem::exists(result_file, ignored);
    if (result_file == "-" || (exists && !std::filesystem::is_regular_file(result_file, ignored)))
        return;
    file_ = name_for(result_file);
    fd_.reset(::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
    if (!fd_) throw_errno("create " + file_);
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
        throw call_failed(e.code().value(), "write " + file_);
    }
    if (line.find("cell") != nullptr) ++repetitions_;
}

void journal::discard() {
    if (!fd_) return;
    ::unlink(file_.c_str());
    fd_.reset();
}

std::string journal::rescue() const {
    return repetitions_ > 0
               ? "; what was measured is in " + file_ + ", which `ipcmark report` reads"
               : "";
}

}  // namespace ipcmark
