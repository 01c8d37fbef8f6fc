#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/base/posix/mapping.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// Where shared memory comes from. Each maker gives `bytes` of zeroed memory that both sides map,
/// every page faulted in; the producer makes it, any name is gone when it returns. Throws
/// limit_exceeded when the memory cannot be had. It begins where the repetition's layout says:
/// System V segments and huge pages only as far as a page goes.
using shared_storage = mapping (*)(setup& cell, std::size_t bytes);

/// memfd_create(2), the descriptor handed over.
mapping memfd_storage(setup& cell, std::size_t bytes);
/// shm_open(3), found by name.
mapping posix_shm_storage(setup& cell, std::size_t bytes);
/// A file in the repetition's folder, found by path; mmap(2). Where that folder is on a disk, the
/// kernel writes the pages back now and then.
mapping file_storage(setup& cell, std::size_t bytes);
/// shmget(2), found by a key.
mapping sysv_shm_storage(setup& cell, std::size_t bytes);
/// memfd_create(2) with MFD_HUGETLB: reserved huge pages of the default size.
mapping hugetlb_storage(setup& cell, std::size_t bytes);
/// A memfd with madvise(2) MADV_HUGEPAGE; notes how much of it the kernel made huge.
mapping thp_storage(setup& cell, std::size_t bytes);

/// Why this machine has no reserved huge pages, or shared memory never gets transparent ones.
std::optional<std::string> hugetlb_unavailable();
std::optional<std::string> thp_unavailable();
/// Why `bytes` of huge pages cannot be had now.
std::optional<std::string> hugetlb_limit(std::size_t bytes);

}  // namespace ipcmark
