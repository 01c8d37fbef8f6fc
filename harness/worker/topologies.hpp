#pragma once

#include <string>
#include <variant>

#include "harness/contract/topology.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark {

/// How the parties of such a cell are connected, by what the mechanism can do, or a sentence on why
/// they cannot be.
std::variant<topology, std::string> topology_of(const registration& mechanism, pattern kind,
                                                std::size_t payload_bytes,
                                                const party_counts& among);

/// "pair, pairs, shared 4:1, separate 4:1, separate 1:4 round trip": of streams and round trips.
std::string topologies_text(const registration& mechanism);

}  // namespace ipcmark
