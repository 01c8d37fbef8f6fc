#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/contract/transport.hpp"

namespace ipcmark {

/// What tells the cells of one pattern apart besides mechanism, payload and placement.
struct cell_parameter {
    std::string name;      // rate_hz, load, gap_ns, burst, processes; empty: the pattern has none
    double value = 0;      // in the unit that the name says; load as a share of saturation
    std::string text;      // for people: "10 k/s", "50 % load"
    std::string suffix;    // the cell name's fifth part: "rate=10000"
    bool poisson = false;  // paced: exponential gaps instead of equal ones
    std::size_t working_set_bytes = 0;  // switch_ring: summed by each process at each hop

    friend bool operator==(const cell_parameter&, const cell_parameter&) = default;
};

/// The values that a plan sweeps, per pattern. An empty list: the pattern's usual one.
struct parameter_request {
    std::vector<double> rates_hz;   // paced
    std::vector<double> loads;      // paced, shares of the cell's own saturation, 0 < load <= 0.99
    std::vector<double> gaps_ns;    // wake
    std::vector<double> bursts;     // messages
    std::vector<double> processes;  // switch_ring, 2 to 64
    std::vector<std::size_t> working_sets_bytes;  // switch_ring
    bool poisson = false;
};

/// The parameters that a pattern's cells get; one without a name where it has none.
std::vector<cell_parameter> parameters_of(pattern kind, const parameter_request& asked);

/// "10k", "2.5M": messages a second, from 1 to 100 M. Throws std::invalid_argument.
double parse_rate_hz(std::string_view text);

/// "50%" or "10..95%" (10, 25, 50, 75, 90 and 95 as far as they lie inside). Throws
/// std::invalid_argument.
std::vector<double> parse_loads(std::string_view text);

/// "10us", "1ms", "0.1s": a silence of 1 us to 10 s. Throws std::invalid_argument.
double parse_gap_ns(std::string_view text);

/// A whole number of `what` from `least` to `most`. Throws std::invalid_argument.
double parse_count(std::string_view text, std::string_view what, std::uint64_t least,
                   std::uint64_t most);

}  // namespace ipcmark
