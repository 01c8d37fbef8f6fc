#include "harness/base/posix/sysv.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"

namespace ipcmark {

namespace {

constexpr int owner_only = 0600;

/// What a refused creation means. EEXIST: another program's object has this very key, which is a
/// matter of chance (one in 2^32 for each object on the machine).
[[noreturn, gnu::cold]] void refuse(const char* operation, const std::string& limits) {
    if (errno == ENOSPC || errno == ENOMEM)
        throw limit_exceeded(std::string(operation) + ": " + limits);
    throw_errno(operation, errno == EEXIST ? "the key is taken by chance; run again" : "");
}

}  // namespace

key_t sysv_key(std::string_view repetition_name, unsigned slot) {
    // FNV-1a, 64 bits folded to 32: names differ in few characters, keys should differ in many
    // bits.
    std::uint64_t hash = 14'695'981'039'346'656'037u;
    const auto mix = [&hash](unsigned char byte) { hash = (hash ^ byte) * 1'099'511'628'211u; };
    for (const char letter : repetition_name)
        mix(static_cast<unsigned char>(letter));
    mix(static_cast<unsigned char>(slot));
    const auto key = static_cast<key_t>(static_cast<std::uint32_t>(hash ^ hash >> 32));
    return key == IPC_PRIVATE ? 1 : key;
}

sysv_queue sysv_queue::create(key_t key) {
    const int id = ::msgget(key, IPC_CREAT | IPC_EXCL | owner_only);
    if (id < 0)
        refuse("msgget",
               "kernel.msgmni queues exist; raise it (sysctl -w kernel.msgmni=...) or "
               "remove some (ipcs -q, ipcrm)");
    return {id, true};
}

sysv_queue sysv_queue::open(key_t key) {
    return {checked(::msgget(key, 0), "msgget"), false};
}

void sysv_queue::remove() noexcept {
    if (const int id = surrender(); id >= 0) ::msgctl(id, IPC_RMID, nullptr);
}

sysv_semaphore sysv_semaphore::create(key_t key, int count) {
    const int id = ::semget(key, count, IPC_CREAT | IPC_EXCL | owner_only);
    if (id < 0)
        refuse("semget",
               "kernel.sem is reached; raise it (sysctl -w kernel.sem='...') or remove "
               "some (ipcs -s, ipcrm)");
    return {id, true};
}

sysv_semaphore sysv_semaphore::open(key_t key, int count) {
    return {checked(::semget(key, count, 0), "semget"), false};
}

void sysv_semaphore::remove() noexcept {
    if (const int id = surrender(); id >= 0) ::semctl(id, 0, IPC_RMID);
}

bool sysv_semaphore::change(unsigned short index, short by, short flags) const {
    sembuf operation{index, by, flags};
    while (::semop(id(), &operation, 1) != 0) {
        if (errno == EAGAIN) return false;
        if (errno != EINTR) throw_errno("semop");
    }
    return true;
}

sysv_segment sysv_segment::create(key_t key, std::size_t bytes, int flags) {
    if ((flags & SHM_HUGETLB) == 0) require_memory(bytes);
    const int id = ::shmget(key, bytes, IPC_CREAT | IPC_EXCL | owner_only | flags);
    if (id < 0) {
        if (errno == EINVAL)
            throw limit_exceeded("shmget: " + std::to_string(bytes) +
                                 " bytes exceed kernel.shmmax; raise it (sysctl -w "
                                 "kernel.shmmax=...), or drop the size or --depth");
        refuse("shmget",
               std::to_string(bytes) +
                   " bytes exceed what kernel.shmall, kernel.shmmni or the memory leave; "
                   "raise them, remove some (ipcs -m, ipcrm), or drop the size or --depth");
    }
    sysv_segment result(id, true);
    result.attach(bytes);
    return result;
}

sysv_segment sysv_segment::open(key_t key, std::size_t bytes) {
    sysv_segment result(checked(::shmget(key, bytes, 0), "shmget"), false);
    result.attach(bytes);
    return result;
}

void sysv_segment::attach(std::size_t bytes) {
    void* address = ::shmat(id(), nullptr, 0);
    if (reinterpret_cast<std::intptr_t>(address) == -1) throw_errno("shmat");
    address_ = address;
    bytes_ = bytes;
    // Linux 5.14; before it the pages come with their first use.
    ::madvise(address, bytes, MADV_POPULATE_WRITE);
}

void sysv_segment::remove() noexcept {
    if (const int id = surrender(); id >= 0) ::shmctl(id, IPC_RMID, nullptr);
}

sysv_segment::~sysv_segment() {
    remove();
    if (address_ != nullptr) ::shmdt(address_);
}

}  // namespace ipcmark
