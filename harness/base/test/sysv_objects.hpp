#pragma once

#include <gtest/gtest.h>
#include <string>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness/base/posix/sysv.hpp"

namespace ipcmark {

/// What lives under a repetition's keys, of all kinds.
inline int objects_of(const std::string& name) {
    int count = 0;
    for (unsigned slot = 0; slot < sysv_slots; ++slot) {
        const key_t key = sysv_key(name, slot);
        count += (::msgget(key, 0) >= 0) + (::semget(key, 0, 0) >= 0) + (::shmget(key, 0, 0) >= 0);
    }
    return count;
}

/// Three objects that nobody will remove.
inline void leave_one_of_each(const std::string& name) {
    ASSERT_GE(::msgget(sysv_key(name, 0), IPC_CREAT | IPC_EXCL | 0600), 0);
    ASSERT_GE(::semget(sysv_key(name, 1), 1, IPC_CREAT | IPC_EXCL | 0600), 0);
    ASSERT_GE(::shmget(sysv_key(name, sysv_slots - 1), 4096, IPC_CREAT | IPC_EXCL | 0600), 0);
}

inline std::string unique_name(const std::string& suffix) {
    return "sysv-test-" + std::to_string(::getpid()) + suffix;
}

}  // namespace ipcmark
