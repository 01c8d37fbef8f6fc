// Four plug-ins that their authors got wrong; which, the build says.
#if CARELESS_OLD

extern "C" const char* ipcmark_plugin_interface();
extern "C" const char* ipcmark_plugin_interface() {
    return "1";
}
extern "C" void ipcmark_register(void*);
extern "C" void ipcmark_register(void*) {
    __builtin_trap();  // nothing of it may be called
}

#else

#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/fd_datagram.hpp"
#include "harness/worker/registry.hpp"

namespace {

/// Sound but for its name, or for a name in /dev/shm of which ipcmark knows nothing.
struct careless : ipcmark::fd_datagram {
    static constexpr ipcmark::transport_info info{
        .name = CARELESS_NAME,
        .summary = "for the tests of what authors of plug-ins are told",
        .family = "test",
        .reference = "bench/test/careless.cpp",
        .payload = {.max_bytes = 65'536},
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .fan_in = true,
                  .fan_out = ipcmark::sharing::competing,
                  .survives_producer_exit = true,
                  .control = ipcmark::access::descriptor},
    };

    explicit careless(ipcmark::setup& cell) : ipcmark::fd_datagram(cell) {
        if (!cell.producer()) {
            use(cell.peer.take());
            return;
        }
        int ends[2];
        ipcmark::checked(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), "socketpair");
        use(ipcmark::unique_fd(ends[0]));
        const ipcmark::unique_fd theirs(ends[1]);
        cell.peer.give(theirs.get());
        const std::string name = "/careless-" + std::to_string(::getpid());
        const ipcmark::unique_fd left(::shm_open(name.c_str(), O_CREAT | O_RDWR, 0600));
    }
};

}  // namespace

extern "C" void ipcmark_register(ipcmark::registry& all);
extern "C" void ipcmark_register(ipcmark::registry& all) {
    all.add<careless>();
}

#endif
