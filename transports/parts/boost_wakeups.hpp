#pragma once

#include <cstdint>
#include <new>

#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// boost::interprocess::interprocess_mutex and interprocess_condition around a count.
class boost_condition_wakeup {
public:
    struct shared {
        boost::interprocess::interprocess_mutex mutex;
        boost::interprocess::interprocess_condition posted;
        std::uint64_t count = 0;
    };

    boost_condition_wakeup(setup& cell, direction, shared& memory)
        : shared_(cell.producer() ? *new (&memory) shared : memory) {
        cell.peer.meet();
    }

    void post() {
        const boost::interprocess::scoped_lock lock(shared_.mutex);
        ++shared_.count;
        shared_.posted.notify_one();
    }

    bool wait() {
        boost::interprocess::scoped_lock lock(shared_.mutex);
        while (shared_.count == 0)
            shared_.posted.wait(lock);
        --shared_.count;
        return true;
    }

private:
    shared& shared_;
};

/// boost::interprocess::interprocess_semaphore.
class boost_semaphore_wakeup {
public:
    struct shared {
        boost::interprocess::interprocess_semaphore semaphore{0};
    };

    boost_semaphore_wakeup(setup& cell, direction, shared& memory)
        : shared_(cell.producer() ? *new (&memory) shared : memory) {
        cell.peer.meet();
    }
    void post() { shared_.semaphore.post(); }
    bool wait() {
        shared_.semaphore.wait();
        return true;
    }

private:
    shared& shared_;
};

}  // namespace ipcmark
