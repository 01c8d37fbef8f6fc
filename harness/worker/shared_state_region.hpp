#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/worker/shared_state.hpp"

namespace ipcmark {

/// One board in a Boost.Interprocess mapped region over an anonymous memory file, so that it has
/// no name that could be left behind.
class shared_board {
public:
    /// Creates a fresh board. Throws limit_exceeded or call_failed.
    shared_board();
    /// Maps the board behind an inherited descriptor.
    explicit shared_board(unique_fd fd);

    board* operator->() const noexcept { return static_cast<board*>(region_.get_address()); }
    board& operator*() const noexcept { return *operator->(); }
    int fd() const noexcept { return fd_.get(); }

private:
    unique_fd fd_;
    boost::interprocess::mapped_region region_;
};

}  // namespace ipcmark
