#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <pthread.h>
#include <string>
#include <sys/file.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/process_shared.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// How far the two sides of a handoff are, so that a lock which came free because its owner died is
/// not taken for a wake-up.
struct handoff_counts {
    alignas(64) std::atomic<std::uint64_t> posted;
    alignas(64) std::atomic<std::uint64_t> taken;
};

/// Wakes the peer by letting go of a lock that it waits for. Three locks go round: each side holds
/// one and takes the next before it lets go, so every lock is released by its owner, as mutexes and
/// file locks demand, and neither side can overtake the other by more than one turn. A post waits
/// until the last but one was taken.
///
/// Locks: acquire(i) blocks and gives false when the owner is known to have died; release(i);
/// counts().
template <class Locks>
class lock_handoff {
public:
    using shared = typename Locks::shared;

    lock_handoff(setup& cell, direction which, shared& memory)
        : locks_(cell, which, memory), held_(is_woken(cell, which) ? 1 : 0) {
        locks_.acquire(held_);
        cell.peer.meet();
    }

    void post() {
        handoff_counts& counts = locks_.counts();
        if (!advance() || counts.taken.load(std::memory_order_acquire) < turns_)
            throw peer_gone("the peer died: its lock came free without a turn");
        counts.posted.store(++turns_, std::memory_order_release);
        locks_.release(before(held_));
    }

    bool wait() {
        handoff_counts& counts = locks_.counts();
        if (!advance() || counts.posted.load(std::memory_order_acquire) == turns_) return false;
        counts.taken.store(++turns_, std::memory_order_release);
        locks_.release(before(held_));
        return true;
    }

private:
    static int before(int lock) { return (lock + 1) % 3; }

    bool advance() {
        held_ = (held_ + 2) % 3;
        return locks_.acquire(held_);
    }

    Locks locks_;
    int held_;
    std::uint64_t turns_ = 0;
};

/// Robust process-shared mutexes; pthread_mutexattr_setrobust(3).
class mutex_locks {
public:
    struct shared {
        pthread_mutex_t mutexes[3];
        handoff_counts counts;
    };

    mutex_locks(setup& cell, direction, shared& memory) : shared_(memory) {
        if (cell.producer())
            for (auto& mutex : shared_.mutexes)
                init_shared_mutex(mutex, true);
        cell.peer.meet();
    }
    bool acquire(int i) { return ::pthread_mutex_lock(&shared_.mutexes[i]) == 0; }
    void release(int i) { ::pthread_mutex_unlock(&shared_.mutexes[i]); }
    handoff_counts& counts() { return shared_.counts; }

private:
    shared& shared_;
};

/// A file that both sides open by name; its page holds the counts.
class counted_file {
public:
    counted_file(setup& cell, direction which) {
        const auto path = cell.directory / directed_name("lock", which);
        if (cell.producer()) {
            fd_ = open(path, O_CREAT | O_EXCL);
            reserve_space(fd_.get(), sizeof(handoff_counts), path.parent_path().string());
        }
        cell.peer.meet();
        if (!cell.producer()) fd_ = open(path, 0);
        memory_ = mapping::shared(fd_.get(), sizeof(handoff_counts));
    }
    static unique_fd open(const std::filesystem::path& path, int flags) {
        return unique_fd(checked(::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0600), "open"));
    }
    int fd() const { return fd_.get(); }
    handoff_counts& counts() { return *reinterpret_cast<handoff_counts*>(memory_.data()); }

private:
    unique_fd fd_;
    mapping memory_;
};

/// Three bytes of one file, locked by fcntl(2) F_OFD_SETLKW: unlike F_SETLKW, these belong to the
/// open file and the kernel does not suspect a deadlock between two handoffs.
class record_locks {
public:
    using shared = nothing_shared;

    record_locks(setup& cell, direction which, shared&) : file_(cell, which) {
        cell.peer.meet();
        if (cell.producer()) std::filesystem::remove(cell.directory / directed_name("lock", which));
    }
    bool acquire(int i) { return set(i, F_WRLCK); }
    void release(int i) { set(i, F_UNLCK); }
    handoff_counts& counts() { return file_.counts(); }

private:
    bool set(int i, short type) {
        struct flock region {};
        region.l_type = type;
        region.l_whence = SEEK_SET;
        region.l_start = i;
        region.l_len = 1;
        while (::fcntl(file_.fd(), F_OFD_SETLKW, &region) < 0)
            if (errno != EINTR) throw_errno("fcntl F_OFD_SETLKW");
        return true;
    }
    counted_file file_;
};

/// Three files, each locked whole by flock(2).
class whole_file_locks {
public:
    using shared = nothing_shared;

    whole_file_locks(setup& cell, direction which, shared&) : file_(cell, which) {
        const auto path = [&](int i) {
            return cell.directory / (directed_name("flock", which) + std::to_string(i));
        };
        for (int i = 0; i < 3; ++i)
            fds_[i] = counted_file::open(path(i), O_CREAT);
        cell.peer.meet();
        if (!cell.producer()) return;
        std::filesystem::remove(cell.directory / directed_name("lock", which));
        for (int i = 0; i < 3; ++i)
            std::filesystem::remove(path(i));
    }
    bool acquire(int i) { return set(i, LOCK_EX); }
    void release(int i) { set(i, LOCK_UN); }
    handoff_counts& counts() { return file_.counts(); }

private:
    bool set(int i, int operation) {
        while (::flock(fds_[i].get(), operation) < 0)
            if (errno != EINTR) throw_errno("flock");
        return true;
    }
    counted_file file_;
    unique_fd fds_[3];
};

}  // namespace ipcmark
