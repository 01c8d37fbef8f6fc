#include "harness/base/posix/error.hpp"

#include <cerrno>

namespace ipcmark {

namespace {
std::string describe(const std::string& operation, const std::string& remedy) {
    return remedy.empty() ? operation : operation + " (" + remedy + ")";
}
}  // namespace

call_failed::call_failed(int error_number, std::string operation, std::string remedy)
    : std::system_error(error_number, std::system_category(), describe(operation, remedy)),
      operation_(std::move(operation)),
      remedy_(std::move(remedy)) {}

void throw_errno(std::string operation, std::string remedy) {
    throw call_failed(errno, std::move(operation), std::move(remedy));
}

}  // namespace ipcmark
