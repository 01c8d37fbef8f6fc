#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <mqueue.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "faulty.hpp"
#include "faulty_bases.hpp"
#include "harness/base/posix/forked.hpp"

namespace ipcmark::conform {

namespace {

// --- survives_producer_exit

struct forgets_on_exit : packets {
    static constexpr transport_info info = describe("forgets_on_exit");
    explicit forgets_on_exit(setup& cell) : packets(cell) {
        if (cell.producer()) {
            theirs_ = cell.peer.take();
        } else {
            cell.peer.give(fd());
        }
    }
    ~forgets_on_exit() {
        char byte = 0;
        while (theirs_ && ::recv(theirs_.get(), &byte, 1, MSG_DONTWAIT) > 0) {
        }
    }
    unique_fd theirs_;
};
constexpr transport_info denies_survival = describe(
    "denies_survival", with(packet_facts, [](traits& t) { t.survives_producer_exit = false; }));

// --- peer_death

struct deaf_to_death : packets {
    static constexpr transport_info info = describe("deaf_to_death");
    explicit deaf_to_death(setup& cell) : packets(cell) {
        cell.peer.give(fd());
        theirs_ = cell.peer.take();  // keeps the dead one's end open
    }
    unique_fd theirs_;
};
constexpr transport_info denies_hearing = describe(
    "denies_hearing", with(packet_facts, [](traits& t) { t.peer_death_detected = false; }));

// --- death_while_writing

/// A ring that tells of a message before it is written; its reader gives it a moment.
struct stamps_early {
    static constexpr transport_info info = describe("stamps_early", ring_facts);
    explicit stamps_early(setup& cell)
        : depth(cell.depth), payload_bytes(cell.payload_bytes), producer(cell.producer()) {
        const std::size_t bytes = sizeof(counts) + depth * payload_bytes;
        const unique_fd file = producer ? make_memfd(cell.name, bytes) : cell.peer.take();
        memory = mapping::shared(file.get(), bytes);
        if (producer) cell.peer.give(file.get());
    }
    template <class Fill>
    void send(Fill fill) {
        while (next - shared().freed.load(std::memory_order_acquire) == depth)
            ::usleep(100);
        shared().stamped.store(next + 1, std::memory_order_release);
        fill(slot());
        ++next;
    }
    template <class Consume>
    bool recv(Consume consume) {
        while (shared().stamped.load(std::memory_order_acquire) == next)
            ::usleep(100);
        ::usleep(2'000);
        consume(readable(slot()));
        shared().freed.store(++next, std::memory_order_release);
        return true;
    }

private:
    struct counts {
        std::atomic<std::uint64_t> stamped, freed;
    };
    counts& shared() { return *reinterpret_cast<counts*>(memory.data()); }
    writable slot() {
        return {memory.data() + sizeof(counts) + next % depth * payload_bytes, payload_bytes};
    }
    std::size_t depth;
    std::size_t payload_bytes;
    bool producer;
    mapping memory;
    std::uint64_t next = 0;
};

/// Its producers write one at a time, under a mutex that nobody inherits.
struct locks_for_good : packets {
    static constexpr transport_info info = describe("locks_for_good");
    explicit locks_for_good(setup& cell) : packets(cell) {
        const unique_fd file(make_memfd("faulty transport-mutex", sizeof(pthread_mutex_t)));
        memory = mapping::shared(file.get(), sizeof(pthread_mutex_t));
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
        ::pthread_mutex_init(mutex(), &attributes);
        ::pthread_mutexattr_destroy(&attributes);
    }
    template <class Fill>
    void send(Fill fill) {
        ::pthread_mutex_lock(mutex());
        packets::send(fill);
        ::pthread_mutex_unlock(mutex());
    }
    pthread_mutex_t* mutex() { return reinterpret_cast<pthread_mutex_t*>(memory.data()); }
    mapping memory;
};

// --- access

/// Leaves a file in /dev/shm or in its folder while it lives.
template <const transport_info& Info, int Mode>
struct with_a_name : packets {
    static constexpr const transport_info& info = Info;
    explicit with_a_name(setup& cell) : packets(cell) {
        if (cell.producer()) {
            const std::string name = "/" + cell.name + ".x";
            const unique_fd file(
                checked(::shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600), "shm_open"));
            checked(::fchmod(file.get(), Mode), "fchmod");
        }
        cell.peer.meet();
    }
};
constexpr traits file_facts = with(packet_facts, [](traits& t) { t.control = access::file_mode; });
constexpr transport_info leaves_door_open = describe("leaves_door_open", file_facts);
constexpr transport_info named_descriptor = describe("named_descriptor");
constexpr transport_info claims_same_user = describe(
    "claims_same_user", with(packet_facts, [](traits& t) { t.control = access::same_user; }));
constexpr transport_info claims_file_mode = describe("claims_file_mode", file_facts);
constexpr transport_info claims_anyone =
    describe("claims_anyone", with(packet_facts, [](traits& t) { t.control = access::anyone; }));
constexpr transport_info hides_inet =
    describe("hides_inet", with(tcp_facts, [](traits& t) { t.control = access::descriptor; }));

struct abstract_pair : fd_stream {
    explicit abstract_pair(setup& cell) : fd_stream(cell) {
        use(connect_abstract_pair(cell, SOCK_STREAM));
    }
};
constexpr transport_info hides_abstract =
    describe("hides_abstract", with(stream_facts, [](traits& t) {
                 t.unrelated_processes = true;
                 t.control = access::descriptor;
             }));

// --- opening_order

/// The producer takes it for granted that the consumer listens already.
struct counts_on_the_consumer : fd_datagram {
    static constexpr transport_info info = describe("counts_on_the_consumer", file_facts);
    explicit counts_on_the_consumer(setup& cell) : fd_datagram(cell) {
        const std::string path = cell.directory / "x";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        unique_fd end(checked(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), "socket"));
        if (cell.producer()) {
            checked(::connect(end.get(), generic, sizeof address), "connect");
        } else {
            checked(::bind(end.get(), generic, sizeof address), "bind");
            checked(::listen(end.get(), 1), "listen");
            end.reset(checked(::accept4(end.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
        }
        use(std::move(end));
    }
};

/// The consumer takes it for granted that the producer has made the file.
struct file_of_the_producer {
    explicit file_of_the_producer(const setup& cell) {
        const int flags = cell.producer() ? O_CREAT | O_RDWR : O_RDWR;
        unique_fd(checked(::open((cell.directory / "x").c_str(), flags | O_CLOEXEC, 0600), "open"));
    }
};
struct counts_on_the_producer : file_of_the_producer, packets {
    static constexpr transport_info info = describe("counts_on_the_producer");
    explicit counts_on_the_producer(setup& cell) : file_of_the_producer(cell), packets(cell) {}
};

// --- isolation, rerun_after_kill

/// One abstract address for all: a second pair cannot have it.
struct one_for_all : packets {
    static constexpr transport_info info = describe("one_for_all");
    explicit one_for_all(setup& cell) : packets(cell) {
        if (!cell.producer()) return;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = "ipcmark-faulty transport-" + std::to_string(::getppid());
        std::memcpy(address.sun_path + 1, name.data(), name.size());
        taken_.reset(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        checked(::bind(taken_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
                "bind");
    }
    unique_fd taken_;
};

struct locks_for_ever : packets {
    static constexpr transport_info info = describe("locks_for_ever");
    explicit locks_for_ever(setup& cell)
        : packets(cell), lock_(cell.directory.parent_path() / "locked"), mine_(cell.producer()) {
        if (mine_)
            unique_fd(checked(::open(lock_.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600), "open"));
    }
    ~locks_for_ever() {
        if (mine_) ::unlink(lock_.c_str());
    }
    std::filesystem::path lock_;
    bool mine_;
};

// --- needs_daemon

/// Keeps a process that does nothing.
template <const transport_info& Info>
struct with_an_idler : packets {
    static constexpr const transport_info& info = Info;
    explicit with_an_idler(setup& cell) : packets(cell), idler([] { ::pause(); }) {}
    forked_copy idler;
};
constexpr transport_info hides_daemon = describe("hides_daemon");
constexpr transport_info idle_daemon =
    describe("idle_daemon", with(packet_facts, [](traits& t) { t.needs_daemon = true; }));

/// The same, but no longer its child.
struct hides_cut_off_daemon : packets {
    static constexpr transport_info info = describe("hides_cut_off_daemon");
    explicit hides_cut_off_daemon(setup& cell) : packets(cell) {
        forked_copy([] {
            if (::fork() != 0) return;
            ::closefrom(3);
            ::alarm(2);
            ::pause();
        }).join();
    }
};

// --- nothing_left

/// What each leaver leaves; the test sweeps "faulty transport-*" and the System V segment.
void leave_shm(const setup&) {
    const std::string name = "/faulty transport-" + std::to_string(::getpid());
    unique_fd(::shm_open(name.c_str(), O_CREAT | O_RDWR, 0600));
}
void leave_own_name(const setup& cell) {
    unique_fd(::shm_open(("/" + directed_name(cell.name, direction::forward)).c_str(),
                         O_CREAT | O_RDWR, 0600));
}
void leave_queue(const setup&) {
    const std::string name = "/faulty transport-" + std::to_string(::getpid());
    mq_attr attributes{};
    attributes.mq_maxmsg = 1;
    attributes.mq_msgsize = 16;
    unique_fd(::mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, &attributes));
}
void leave_segment(const setup&) {
    checked(::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600), "shmget");
}
void leave_file(const setup& cell) {
    std::ofstream(cell.directory.parent_path() / ("left-" + std::to_string(::getpid())));
}
void leave_process(const setup&) {
    const pid_t pid = ::fork();
    if (pid != 0) return;
    ::closefrom(3);
    ::alarm(60);  // should nobody find it
    ::pause();
    ::_exit(0);
}

template <void (*Leave)(const setup&), const transport_info& Info>
struct leaver : packets {
    static constexpr const transport_info& info = Info;
    explicit leaver(setup& cell) : packets(cell) {
        if (cell.producer()) Leave(cell);
    }
};
constexpr transport_info leaves_shm = describe("leaves_shm");
constexpr transport_info leaves_own_name = describe("leaves_own_name");
constexpr transport_info leaves_queue = describe("leaves_queue");
constexpr transport_info leaves_segment = describe("leaves_segment");
constexpr transport_info leaves_file = describe("leaves_file");
constexpr transport_info leaves_process = describe("leaves_process");

}  // namespace

void register_faulty_by_trace(registry& all) {
    add_described<packets, denies_survival, denies_hearing, claims_file_mode, claims_anyone>(all);
    add_described<tcp_pair, hides_inet>(all);
    add_described<abstract_pair, hides_abstract>(all);
    add_all<counts_on_the_consumer, counts_on_the_producer, with_an_idler<hides_daemon>,
            with_an_idler<idle_daemon>, hides_cut_off_daemon, forgets_on_exit, deaf_to_death,
            stamps_early, locks_for_good, with_a_name<leaves_door_open, 0644>,
            with_a_name<named_descriptor, 0600>, with_a_name<claims_same_user, 0600>, one_for_all,
            locks_for_ever, leaver<leave_shm, leaves_shm>, leaver<leave_own_name, leaves_own_name>,
            leaver<leave_queue, leaves_queue>, leaver<leave_segment, leaves_segment>,
            leaver<leave_file, leaves_file>, leaver<leave_process, leaves_process>>(all);
}

}  // namespace ipcmark::conform
