#pragma once

#include <string>
#include <system_error>

namespace ipcmark {

/// A call that failed: its name, the errno and, where we know one, the remedy (of descriptors that
/// ran out always). Cold paths only.
class call_failed : public std::system_error {
public:
    call_failed(int error_number, std::string operation, std::string remedy = {});
    const std::string& operation() const noexcept { return operation_; }
    const std::string& remedy() const noexcept { return remedy_; }

private:
    std::string operation_;
    std::string remedy_;
};

/// The machine's limits refuse this cell (size, count, space): it is skipped, not failed.
/// The text names the limit and says how to raise it.
class limit_exceeded : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The other process of the pair went away while this one still needed it.
class peer_gone : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws call_failed for the current errno.
[[noreturn, gnu::cold]] void throw_errno(std::string operation, std::string remedy = {});

/// Passes a non-negative result on, throws call_failed for -1.
template <class Integer>
Integer checked(Integer result, const char* operation) {
    if (result < 0) [[unlikely]]
        throw_errno(operation);
    return result;
}

}  // namespace ipcmark
