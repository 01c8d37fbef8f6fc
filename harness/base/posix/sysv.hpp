#pragma once

#include <cstddef>
#include <string_view>
#include <sys/ipc.h>
#include <utility>

#include "harness/base/object_names.hpp"

/// System V objects: found by a number, not by a path, and they outlive every process. Their
/// numbers are therefore made from the repetition's name, so that whoever knows the name can remove
/// them, whatever became of their makers. sysvipc(7).
namespace ipcmark {

/// Keys that one repetition may use of each kind (queue, semaphore set, segment).
inline constexpr unsigned sysv_slots = 4;

/// The key of a repetition's object number `slot`, below sysv_slots. Never IPC_PRIVATE. The three
/// kinds of objects have their keys apart, so a queue and a segment may share a slot.
key_t sysv_key(std::string_view repetition_name, unsigned slot);
inline key_t sysv_key(std::string_view repetition_name, direction which) {
    return sysv_key(repetition_name, which == direction::forward ? 0u : 1u);
}

namespace detail {

/// Owns an identifier; the side that created the object removes it.
class sysv_object {
public:
    sysv_object(const sysv_object&) = delete;
    sysv_object& operator=(const sysv_object&) = delete;
    int id() const noexcept { return id_; }

protected:
    sysv_object() = default;
    sysv_object(int id, bool owned) noexcept : id_(id), owned_(owned) {}
    sysv_object(sysv_object&& other) noexcept
        : id_(std::exchange(other.id_, -1)), owned_(std::exchange(other.owned_, false)) {}
    void swap(sysv_object& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(owned_, other.owned_);
    }
    /// The identifier to remove now, or -1.
    int surrender() noexcept { return std::exchange(owned_, false) ? id_ : -1; }
    ~sysv_object() = default;

private:
    int id_ = -1;
    bool owned_ = false;
};

}  // namespace detail

/// A message queue, mode 0600. Removing it ends every msgsnd and msgrcv with EIDRM, so the reader
/// should be the one that creates it: then what was sent outlives the writer.
class sysv_queue : public detail::sysv_object {
public:
    sysv_queue() = default;
    sysv_queue(sysv_queue&& other) noexcept = default;
    sysv_queue& operator=(sysv_queue&& other) noexcept {
        swap(other);
        return *this;
    }
    ~sysv_queue() { remove(); }

    /// Throws limit_exceeded when kernel.msgmni is reached.
    static sysv_queue create(key_t key);
    static sysv_queue open(key_t key);
    void remove() noexcept;

private:
    using sysv_object::sysv_object;
};

/// A set of counting semaphores, mode 0600, all 0 at first.
class sysv_semaphore : public detail::sysv_object {
public:
    sysv_semaphore() = default;
    sysv_semaphore(sysv_semaphore&& other) noexcept = default;
    sysv_semaphore& operator=(sysv_semaphore&& other) noexcept {
        swap(other);
        return *this;
    }
    ~sysv_semaphore() { remove(); }

    /// Throws limit_exceeded when kernel.sem is reached.
    static sysv_semaphore create(key_t key, int count);
    static sysv_semaphore open(key_t key, int count);
    void remove() noexcept;

    /// Adds to semaphore `index`; a negative change waits until the value allows it, 0 until it is
    /// 0. `flags`: IPC_NOWAIT (then false when it would have to wait), SEM_UNDO. Retries EINTR.
    bool change(unsigned short index, short by, short flags = 0) const;

private:
    using sysv_object::sysv_object;
};

/// A shared memory segment, mode 0600, attached.
class sysv_segment : public detail::sysv_object {
public:
    sysv_segment() = default;
    sysv_segment(sysv_segment&& other) noexcept
        : sysv_object(std::move(other)),
          address_(std::exchange(other.address_, nullptr)),
          bytes_(std::exchange(other.bytes_, 0)) {}
    sysv_segment& operator=(sysv_segment&& other) noexcept {
        swap(other);
        std::swap(address_, other.address_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~sysv_segment();

    /// Zeroed, with every page faulted in by this process. `flags`: SHM_HUGETLB and its sizes.
    /// Throws limit_exceeded when kernel.shm* or the memory does not allow it.
    static sysv_segment create(key_t key, std::size_t bytes, int flags = 0);
    static sysv_segment open(key_t key, std::size_t bytes);
    /// Takes the name away; the memory stays until both sides have detached. Call it as soon as
    /// both have attached.
    void remove() noexcept;

    /// Gives the attached memory away, already without a name; on Linux munmap(2) detaches it as
    /// shmdt(2) would.
    void* release() noexcept {
        remove();
        return std::exchange(address_, nullptr);
    }

    std::byte* data() const noexcept { return static_cast<std::byte*>(address_); }
    std::size_t size() const noexcept { return bytes_; }

private:
    using sysv_object::sysv_object;
    void attach(std::size_t bytes);

    void* address_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace ipcmark
