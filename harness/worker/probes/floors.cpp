#include "harness/worker/probes/floors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/worker/probes/probes.hpp"

namespace ipcmark::floors {

namespace {

constexpr double milli = 1000.0;

constexpr std::array table{
    probe{.name = "line_round_trip",
          .unit = "ns",
          .meaning = "a cache line there and back between two polling processes",
          .needs = participants::both,
          .by_placement = true,
          .needs_two_cpus = true,
          .measure = line_round_trip},
    probe{.name = "futex_wake",
          .unit = "ns",
          .meaning = "waking a process that sleeps in futex(2): half a round trip",
          .needs = participants::both,
          .by_placement = true,
          .measure = futex_wake},
    probe{.name = "eventfd_wake",
          .unit = "ns",
          .meaning = "waking a process that sleeps in read(2) of an eventfd: half a round trip",
          .needs = participants::both,
          .by_placement = true,
          .measure = eventfd_wake},
    probe{.name = "pipe_wake",
          .unit = "ns",
          .meaning = "waking a process that sleeps in read(2) of a pipe: half a round trip",
          .needs = participants::both,
          .by_placement = true,
          .measure = pipe_wake},
    probe{.name = "syscall", .unit = "ns", .meaning = "a system call", .measure = system_call},
    probe{.name = "clock_read", .unit = "ns", .meaning = "a clock reading", .measure = clock_read},
    probe{.name = "fork_exec",
          .unit = "ns",
          .meaning = "a new process of this program, to its end",
          .measure = fork_exec},
    probe{.name = "xfer",
          .unit = "bytes_per_second",
          .meaning = "blocks written by one CPU and read by the other",
          .needs = participants::both,
          .by_block = true,
          .by_placement = true,
          .needs_two_cpus = true,
          .measure = transfer},
    probe{.name = "memcpy",
          .unit = "bytes_per_second",
          .meaning = "copying a block in this core's caches",
          .by_block = true,
          .measure = copy_block},
    probe{.name = "stream_read",
          .unit = "bytes_per_second",
          .meaning = "reading a block in this core's caches",
          .by_block = true,
          .measure = read_block},
    probe{.name = "memcpy_pair",
          .unit = "bytes_per_second",
          .meaning = "copying while the other CPU copies too",
          .needs = participants::both,
          .by_block = true,
          .by_placement = true,
          .needs_two_cpus = true,
          .measure = copy_block},
};

}  // namespace

std::span<const probe> all_probes() {
    return table;
}

const probe* find_probe(std::string_view name) {
    const auto at = std::find_if(table.begin(), table.end(),
                                 [&](const probe& each) { return each.name == name; });
    return at == table.end() ? nullptr : &*at;
}

void run_probe(const probe& which, setup& cell, std::int64_t span_ns) {
    cell.peer.meet();
    if (cell.producer() || which.needs == participants::both) {
        const double figure = which.measure(cell, span_ns);
        cell.notes["floor_milli"] = std::llround(figure * milli);
    }
    cell.peer.meet();
}

double figure_from_note(std::int64_t thousandths) {
    return static_cast<double>(thousandths) / milli;
}

}  // namespace ipcmark::floors
