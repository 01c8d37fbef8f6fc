#include "harness/worker/loops/inside.hpp"

#include <exception>
#include <sys/socket.h>
#include <thread>

#include "harness/base/posix/error.hpp"

namespace ipcmark::loops {

namespace {

setup side_of(const setup& cell, role side, rendezvous& line) {
    return {side,
            cell.kind,
            cell.name,
            cell.directory,
            cell.payload_bytes,
            cell.depth,
            cell.parties,
            static_cast<unsigned>(side),
            line};
}

}  // namespace

void make_both_ends(const setup& cell, function_view<void(setup&)> make_producer,
                    function_view<void(setup&)> make_consumer) {
    int lines[2];
    checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lines), "socketpair");
    std::optional<rendezvous> line_here;
    line_here.emplace(unique_fd(lines[0]));
    std::optional<rendezvous> line_there;
    line_there.emplace(unique_fd(lines[1]));
    // Whoever fails closes its line, so that the other one does not wait for it.
    const auto make = [&cell](role side, std::optional<rendezvous>& line,
                              function_view<void(setup&)> construct) -> std::exception_ptr {
        try {
            setup here = side_of(cell, side, *line);
            construct(here);
            return nullptr;
        } catch (...) {
            line.reset();
            return std::current_exception();
        }
    };
    std::exception_ptr trouble_there;
    std::thread other([&] { trouble_there = make(role::consumer, line_there, make_consumer); });
    const std::exception_ptr trouble_here = make(role::producer, line_here, make_producer);
    other.join();
    if (trouble_here) std::rethrow_exception(trouble_here);
    if (trouble_there) std::rethrow_exception(trouble_there);
}

}  // namespace ipcmark::loops
