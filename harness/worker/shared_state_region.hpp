#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/worker/shared_state.hpp"

namespace ipcmark {

/// A shared state in a Boost.Interprocess mapped region over an anonymous memory file, so that it
/// has no name that could be left behind.
class shared_state_region {
public:
    /// Creates a fresh one. Throws limit_exceeded or call_failed.
    explicit shared_state_region(std::size_t parties);
    /// Maps the one behind an inherited descriptor. Throws call_failed or std::runtime_error.
    explicit shared_state_region(unique_fd fd);

    shared_state* operator->() const noexcept {
        return static_cast<shared_state*>(region_.get_address());
    }
    shared_state& operator*() const noexcept { return *operator->(); }
    int fd() const noexcept { return fd_.get(); }

private:
    unique_fd fd_;
    boost::interprocess::mapped_region region_;
};

}  // namespace ipcmark
