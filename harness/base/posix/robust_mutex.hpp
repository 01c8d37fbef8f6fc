#pragma once

#include <pthread.h>

namespace ipcmark {

/// A mutex in shared memory whose owner may die: the next one gets it all the same, with what it
/// guards as the dead one left it. See pthread_mutexattr_setrobust(3). A process that holds one
/// must not unmap the memory. Lockable, for std::unique_lock.
class robust_mutex {
public:
    robust_mutex();
    robust_mutex(const robust_mutex&) = delete;
    robust_mutex& operator=(const robust_mutex&) = delete;

    void lock();  // throws call_failed
    void unlock() noexcept;
    /// Whether nobody holds it, dead owners not counted.
    bool is_free() noexcept;

private:
    pthread_mutex_t mutex_;
};

/// Holds a robust mutex for as long as this process lives, so that another can tell by
/// `is_free()` that it does not any more.
class sign_of_life {
public:
    explicit sign_of_life(robust_mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
    ~sign_of_life() { mutex_.unlock(); }
    sign_of_life(const sign_of_life&) = delete;
    sign_of_life& operator=(const sign_of_life&) = delete;

private:
    robust_mutex& mutex_;
};

}  // namespace ipcmark
