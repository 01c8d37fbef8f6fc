#pragma once

#include "harness/contract/transport.hpp"

/// The probes behind floors.hpp. Each works for about `span_ns` and gives its figure.
namespace ipcmark::floors {

double line_round_trip(setup& cell, std::int64_t span_ns);
double wake_up(setup& cell, std::int64_t span_ns);
double system_call(setup& cell, std::int64_t span_ns);
double clock_read(setup& cell, std::int64_t span_ns);
double fork_exec(setup& cell, std::int64_t span_ns);
double copy_block(setup& cell, std::int64_t span_ns);
double read_block(setup& cell, std::int64_t span_ns);

}  // namespace ipcmark::floors
