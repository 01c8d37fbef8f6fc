#include "harness/base/posix/mapping.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <limits>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

namespace {

/// What the kernel says it can give without swapping, within the memory limit of the control group.
std::size_t available_bytes() {
    std::size_t available = std::numeric_limits<std::size_t>::max();
    const std::string meminfo = read_text("/proc/meminfo").value_or("");
    constexpr std::string_view key = "MemAvailable:";
    if (const auto at = meminfo.find(key); at != std::string::npos)
        available = std::stoull(meminfo.substr(at + key.size())) * 1024;
    for (const char* file :
         {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
        if (const auto limit = read_number(file); limit && *limit > 0)
            available = std::min(available, static_cast<std::size_t>(*limit));
    return available;
}

constexpr std::size_t region_bytes = std::size_t{2} << 20;

std::size_t page_bytes() {
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Free addresses for `bytes` that begin `offset` into 2 MiB: what is reserved beyond them is given
/// back, so another mapping of this process may lie beside it.
void* find_place(std::size_t bytes, std::size_t offset) {
    const std::size_t reserved_bytes = bytes + 2 * region_bytes;
    void* reserved = ::mmap(nullptr, reserved_bytes, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) return nullptr;  // then anywhere
    const auto start = reinterpret_cast<std::uintptr_t>(reserved);
    const std::uintptr_t place =
        (start + region_bytes - 1) / region_bytes * region_bytes + offset % region_bytes;
    ::munmap(reserved, reserved_bytes);
    // An address to ask for, not one to use: what mmap returns is.
    return reinterpret_cast<void*>(place);  // NOLINT(performance-no-int-to-ptr)
}

void* map(int fd, std::size_t bytes, int flags, void* place = nullptr) {
    void* address = ::mmap(place, bytes, PROT_READ | PROT_WRITE, flags | MAP_POPULATE, fd, 0);
    if (address == MAP_FAILED) {
        if (errno == ENOMEM)
            throw limit_exceeded("mmap of " + std::to_string(bytes) +
                                 " bytes: not enough memory or RLIMIT_AS; use a smaller payload or "
                                 "--depth");
        throw_errno("mmap");
    }
    return address;
}
}  // namespace

void require_memory(std::size_t bytes) {
    constexpr std::size_t worth_a_look = std::size_t{64} << 20;
    if (bytes < worth_a_look) return;
    const std::size_t available = available_bytes();
    if (bytes > available / 5 * 4)
        throw limit_exceeded(std::to_string(bytes) + " bytes of memory are needed, " +
                             std::to_string(available) +
                             " are available; use a smaller payload or --depth");
}

mapping::~mapping() {
    if (address_ != nullptr) ::munmap(address_, bytes_);
}

mapping mapping::shared(int fd, std::size_t bytes, std::size_t region_offset_bytes) {
    const std::size_t mapped = padded_bytes(bytes, region_offset_bytes);
    struct stat file {};
    checked(::fstat(fd, &file), "fstat");
    if (static_cast<std::size_t>(file.st_size) != mapped)
        throw std::runtime_error("the shared memory has " + std::to_string(file.st_size) +
                                 " bytes, this side expects " + std::to_string(mapped));
    const std::size_t skipped = mapped - bytes;
    void* place =
        region_offset_bytes == 0 ? nullptr : find_place(mapped, region_offset_bytes - skipped);
    mapping result;
    result.address_ = map(fd, mapped, MAP_SHARED, place);
    result.bytes_ = mapped;
    result.skipped_ = skipped;
    return result;
}

std::size_t mapping::padded_bytes(std::size_t bytes, std::size_t region_offset_bytes) {
    return bytes + region_offset_bytes % page_bytes();
}

mapping mapping::from(std::size_t first) && {
    mapping result = std::move(*this);
    result.skipped_ += first;
    return result;
}

mapping mapping::shared_huge(int fd, std::size_t bytes) {
    // The kernel aligns a file mapping of a huge page or more by itself (since Linux 6.7); where it
    // does not, the pages stay small and the caller's note says so.
    void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) throw_errno("mmap");
    mapping result;
    result.address_ = address;
    result.bytes_ = bytes;
    ::madvise(address, bytes, MADV_HUGEPAGE);
    checked(::madvise(address, bytes, MADV_POPULATE_WRITE), "madvise MADV_POPULATE_WRITE");
    return result;
}

mapping mapping::adopt(void* address, std::size_t bytes) noexcept {
    mapping result;
    result.address_ = address;
    result.bytes_ = bytes;
    return result;
}

mapping mapping::anonymous(std::size_t bytes) {
    require_memory(bytes);
    mapping result;
    result.address_ = map(-1, bytes, MAP_PRIVATE | MAP_ANONYMOUS);
    result.bytes_ = bytes;
    return result;
}

void reserve_space(int fd, std::size_t bytes, const std::string& where) {
    int error = 0;
    do {
        error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
    } while (error == EINTR);
    if (error == ENOSPC || error == ENOMEM || error == EFBIG)
        throw limit_exceeded("no space for " + std::to_string(bytes) + " bytes in " + where +
                             "; free some, enlarge it (mount -o remount,size=...) or use a smaller "
                             "payload or --depth");
    if (error != 0) throw call_failed(error, "posix_fallocate");
}

unique_fd make_memfd(const std::string& name, std::size_t bytes) {
    require_memory(bytes);
    unique_fd fd(
        checked(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create"));
    reserve_space(fd.get(), bytes, "memory (tmpfs)");
    checked(::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), "fcntl F_ADD_SEALS");
    return fd;
}

}  // namespace ipcmark
