#pragma once

#include <cstdint>
#include <pthread.h>

#include "harness/base/posix/process_shared.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// The monitor: a count guarded by a process-shared mutex, and a condition variable;
/// pthread_cond_wait(3).
class pthread_cond_wakeup {
public:
    struct shared {
        pthread_mutex_t mutex;
        pthread_cond_t posted;
        std::uint64_t count;
    };

    pthread_cond_wakeup(setup& cell, direction, shared& memory) : shared_(memory) {
        if (cell.producer()) {
            init_shared_mutex(shared_.mutex);
            init_shared_cond(shared_.posted);
        }
        cell.peer.meet();
    }

    void post() {
        ::pthread_mutex_lock(&shared_.mutex);
        ++shared_.count;
        ::pthread_cond_signal(&shared_.posted);
        ::pthread_mutex_unlock(&shared_.mutex);
    }

    bool wait() {
        ::pthread_mutex_lock(&shared_.mutex);
        while (shared_.count == 0)
            ::pthread_cond_wait(&shared_.posted, &shared_.mutex);
        --shared_.count;
        ::pthread_mutex_unlock(&shared_.mutex);
        return true;
    }

private:
    shared& shared_;
};

}  // namespace ipcmark
