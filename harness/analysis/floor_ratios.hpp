#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/result/floor_series.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark {

/// What the probes said: samples, summary, and the drift, last over first.
std::vector<floor_info> floors_of(const floor_log& log);

/// Gives each measured cell of a result its floor, `ratio_to_floor` and, where the whole interval
/// lies beyond the floor, the flag `beats_floor`: then the instrument or the floor is wrong. Of a
/// cell that rests on disturbed repetitions it has to lie beyond half of it. In place of xfer,
/// which is the rate of a ring of its own, stands what reading the bytes takes.
///   round trip, spinning    against line_round_trip of its placement; where the kernel carries
///                           the bytes and is asked again and again, nothing
///   round trip, sleeping    against two wake-ups of its placement (on one CPU, two switches), by
///                           that of futex, eventfd and pipe whose median over the run is least
///   from 65 bytes on        more for the payload, there and back, at the rate of a stream
///   a stream, from 4 KiB on against xfer of its size and placement where the memory is shared;
///   else
///                           memcpy of one copy, memcpy_pair of two, on one CPU memcpy twice
/// Payloads that are not touched in full (touch=line, desc) have no floor of their own.
/// A ratio is of costs: 1 is at the floor, 2 takes twice as long.
void add_floor_ratios(run_result& result);

/// The cells with that flag, each with its floor's name; empty: the self-check holds.
std::string beaten_floors(const run_result& result);

}  // namespace ipcmark
