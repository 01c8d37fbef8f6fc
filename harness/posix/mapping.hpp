#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "harness/posix/unique_fd.hpp"

namespace ipcmark {

/// Owns one mmap'ed region.
class mapping {
public:
    mapping() = default;
    mapping(mapping&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)),
          bytes_(std::exchange(other.bytes_, 0)) {}
    mapping& operator=(mapping&& other) noexcept {
        std::swap(address_, other.address_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    mapping(const mapping&) = delete;
    mapping& operator=(const mapping&) = delete;
    ~mapping();

    /// Maps `bytes` of `fd` shared and read-write, with every page faulted in by this process.
    static mapping shared(int fd, std::size_t bytes);
    /// The same, aligned and advised so that transparent huge pages can back it.
    static mapping shared_huge(int fd, std::size_t bytes);
    /// Private, zeroed, faulted-in memory: sample storage and message buffers.
    static mapping anonymous(std::size_t bytes);

    std::byte* data() const noexcept { return static_cast<std::byte*>(address_); }
    std::size_t size() const noexcept { return bytes_; }

private:
    void* address_ = nullptr;
    std::size_t bytes_ = 0;
};

/// A sealed-size anonymous memory file of `bytes`, close-on-exec. Throws limit_exceeded when the
/// memory behind it cannot be had now, so that no later touch of it ends in SIGBUS.
unique_fd make_memfd(const std::string& name, std::size_t bytes);

/// Reserves the bytes of a memory-backed file. Throws limit_exceeded when there is no space.
void reserve_space(int fd, std::size_t bytes, const std::string& where);

}  // namespace ipcmark
