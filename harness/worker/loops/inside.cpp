#include "harness/worker/loops/inside.hpp"

#include <array>
#include <exception>
#include <sys/socket.h>
#include <thread>

#include "harness/base/posix/error.hpp"

namespace ipcmark::loops {

void make_both_ends(setup& cell, function_view<void(setup&)> make_producer,
                    function_view<void(setup&)> make_consumer) {
    int lines[2];
    checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lines), "socketpair");
    std::optional<rendezvous> line_here;
    line_here.emplace(unique_fd(lines[0]));
    std::optional<rendezvous> line_there;
    line_there.emplace(unique_fd(lines[1]));
    // Whoever fails closes its line, so that the other one does not wait for it.
    std::array<decltype(cell.notes), 2> notes;
    const auto make = [&cell, &notes](role side, std::optional<rendezvous>& line,
                                      function_view<void(setup&)> construct) -> std::exception_ptr {
        try {
            setup here{cell.values(), *line};
            here.side = side;
            here.party = static_cast<unsigned>(side);
            construct(here);
            notes[static_cast<std::size_t>(side)] = std::move(here.notes);
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
    for (auto& of_side : notes)
        cell.notes.merge(of_side);
}

}  // namespace ipcmark::loops
