#pragma once

#include <cstdint>
#include <optional>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/result/report.hpp"

namespace ipcmark {

/// Reads usage at phase borders. Opens its files once; read() costs some microseconds and does not
/// allocate.
class usage_reader {
public:
    usage_reader();
    usage read() const;

private:
    unique_fd schedstat_;
    unique_fd sched_;
};

/// What a process holds now, and what of it is shared.
struct resident_memory {
    std::int64_t all_bytes = 0;
    std::int64_t shared_bytes = 0;
};
std::optional<resident_memory> read_resident_memory();

/// Peak resident memory of this program image (VmHWM; ru_maxrss would include the parent's, since
/// exec keeps the maximum of the old image). nullopt without procfs.
std::optional<std::int64_t> peak_resident_bytes();

}  // namespace ipcmark
