#include "harness/base/posix/forked.hpp"

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

forked_copy::forked_copy(const std::function<void()>& part) : pid_(checked(::fork(), "fork")) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int code = 1;
    try {
        part();
        code = 0;
    } catch (const std::exception&) {
        // The exit code tells; the report is the original's.
    }
    ::_exit(code);
}

forked_copy::~forked_copy() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void forked_copy::join() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error("a second process on this side could not do its part");
}

}  // namespace ipcmark
