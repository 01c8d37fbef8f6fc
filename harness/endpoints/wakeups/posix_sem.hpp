#pragma once

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <semaphore.h>
#include <string>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

inline void post_sem(sem_t* semaphore) {
    checked(::sem_post(semaphore), "sem_post");
}

inline bool wait_sem(sem_t* semaphore) {
    while (::sem_wait(semaphore) < 0)
        if (errno != EINTR) throw_errno("sem_wait");
    return true;
}

/// sem_init(3) in shared memory, process-shared; sem_overview(7).
class unnamed_sem_wakeup {
public:
    using shared = sem_t;

    unnamed_sem_wakeup(setup& cell, direction, shared& memory) : semaphore_(&memory) {
        if (cell.producer()) checked(::sem_init(semaphore_, 1, 0), "sem_init");
        cell.peer.meet();
    }
    void post() { post_sem(semaphore_); }
    bool wait() { return wait_sem(semaphore_); }

private:
    sem_t* semaphore_;
};

/// sem_open(3) by name; the name is gone once both sides have it.
class named_sem_wakeup {
public:
    using shared = nothing_shared;

    named_sem_wakeup(setup& cell, direction which, shared&) {
        const std::string name = "/" + directed_name(cell.name, which);
        if (cell.producer()) {
            take(::sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 0));
            cell.peer.meet();
            cell.peer.meet();
            ::sem_unlink(name.c_str());
        } else {
            cell.peer.meet();
            take(::sem_open(name.c_str(), 0));
            cell.peer.meet();
        }
    }
    void post() { post_sem(semaphore_.get()); }
    bool wait() { return wait_sem(semaphore_.get()); }

private:
    struct closer {
        void operator()(sem_t* semaphore) const { ::sem_close(semaphore); }
    };
    void take(sem_t* semaphore) {
        if (semaphore == SEM_FAILED) throw_errno("sem_open");
        semaphore_.reset(semaphore);
    }

    std::unique_ptr<sem_t, closer> semaphore_;
};

}  // namespace ipcmark
