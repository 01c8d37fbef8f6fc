#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// Owns one mmap'ed region.
class mapping {
public:
    mapping() = default;
    mapping(mapping&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)),
          bytes_(std::exchange(other.bytes_, 0)),
          skipped_(std::exchange(other.skipped_, 0)) {}
    mapping& operator=(mapping&& other) noexcept {
        std::swap(address_, other.address_);
        std::swap(bytes_, other.bytes_);
        std::swap(skipped_, other.skipped_);
        return *this;
    }
    mapping(const mapping&) = delete;
    mapping& operator=(const mapping&) = delete;
    ~mapping();

    /// Maps `bytes` of `fd` shared and read-write, with every page faulted in by this process.
    /// data() comes to lie `region_offset_bytes` into 2 MiB of address space, wherever the kernel
    /// likes for 0; for that the file has padded_bytes() and what is before data() is unused.
    static mapping shared(int fd, std::size_t bytes, std::size_t region_offset_bytes = 0);
    /// What a file must have so that `bytes` of it can begin at that offset.
    static std::size_t padded_bytes(std::size_t bytes, std::size_t region_offset_bytes);
    /// The same, aligned and advised so that transparent huge pages can back it.
    static mapping shared_huge(int fd, std::size_t bytes);
    /// Private, zeroed, faulted-in memory: sample storage and message buffers.
    static mapping anonymous(std::size_t bytes);

    /// Takes over what is mapped already; munmap(2) will end it.
    static mapping adopt(void* address, std::size_t bytes) noexcept;

    /// The same memory, less what lies before `first`.
    mapping from(std::size_t first) &&;

    std::byte* data() const noexcept { return static_cast<std::byte*>(address_) + skipped_; }
    std::size_t size() const noexcept { return bytes_ - skipped_; }

private:
    void* address_ = nullptr;
    std::size_t bytes_ = 0;    // mapped
    std::size_t skipped_ = 0;  // before data()
};

/// A sealed-size anonymous memory file of `bytes`, close-on-exec. Throws limit_exceeded when the
/// memory behind it cannot be had now, so that no later touch of it ends in SIGBUS.
unique_fd make_memfd(const std::string& name, std::size_t bytes);

/// Throws limit_exceeded when so much memory cannot be had now. Reserving pages that do not exist
/// would wake the kernel's out-of-memory killer instead of failing, so a fifth is left alone.
void require_memory(std::size_t bytes);

/// Reserves the bytes of a memory-backed file. Throws limit_exceeded when there is no space.
void reserve_space(int fd, std::size_t bytes, const std::string& where);

}  // namespace ipcmark
