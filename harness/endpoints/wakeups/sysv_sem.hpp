#pragma once

#include <algorithm>
#include <array>
#include <sys/sem.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// A set of two System V semaphores, changed together by one semop(2): what was posted and what
/// may still be posted. The second makes the poster wait where the first alone would fail with
/// ERANGE at SEMVMX.
class sysv_sem_wakeup {
public:
    using shared = nothing_shared;

    sysv_sem_wakeup(setup& cell, direction which, shared&) {
        constexpr std::size_t at_most = 32'767;  // SEMVMX
        const key_t key = sysv_key(cell.name, which);
        if (cell.producer()) {
            set_ = sysv_semaphore::create(key, 2);
            set_.change(room, static_cast<short>(std::clamp<std::size_t>(cell.depth, 1, at_most)));
        }
        cell.peer.meet();
        if (!cell.producer()) set_ = sysv_semaphore::open(key, 2);
    }

    void post() { change({sembuf{room, -1, 0}, sembuf{posted, 1, 0}}); }
    bool wait() {
        change({sembuf{posted, -1, 0}, sembuf{room, 1, 0}});
        return true;
    }

private:
    static constexpr unsigned short posted = 0;
    static constexpr unsigned short room = 1;

    void change(std::array<sembuf, 2> both) {
        while (::semop(set_.id(), both.data(), both.size()) < 0)
            if (errno != EINTR) throw_errno("semop");
    }

    sysv_semaphore set_;
};

}  // namespace ipcmark
