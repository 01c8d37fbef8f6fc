#pragma once

#include "harness/base/posix/unique_fd.hpp"
#include "harness/run/worker_program.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark {

/// The program ipcmark-worker that was built with this one: beside it, or where it is installed.
/// Kept open, so that all workers are the same even when it is replaced meanwhile. Without it every
/// worker is of this executable.
class lean_worker {
public:
    lean_worker();

    /// Refers to this.
    lean_program program() const;

private:
    registry mechanisms_;
    unique_fd file_;
};

}  // namespace ipcmark
