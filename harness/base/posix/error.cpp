#include "harness/base/posix/error.hpp"

#include <cerrno>

namespace ipcmark {

namespace {
std::string describe(const std::string& operation, const std::string& remedy) {
    return remedy.empty() ? operation : operation + " (" + remedy + ")";
}

/// Whatever the call was: these limits stop all of them.
std::string usual_remedy(int error_number) {
    if (error_number == EMFILE) return "raise RLIMIT_NOFILE (ulimit -n)";
    if (error_number == ENFILE) return "raise fs.file-max (sysctl -w fs.file-max=N)";
    return {};
}

}  // namespace

call_failed::call_failed(int error_number, std::string operation, std::string remedy)
    : std::system_error(error_number, std::system_category(),
                        describe(operation, remedy.empty() ? usual_remedy(error_number) : remedy)),
      operation_(std::move(operation)),
      remedy_(remedy.empty() ? usual_remedy(error_number) : std::move(remedy)) {}

void throw_errno(std::string operation, std::string remedy) {
    throw call_failed(errno, std::move(operation), std::move(remedy));
}

}  // namespace ipcmark
