#pragma once

#include <cstddef>
#include <string>

#include "harness/contract/parameter.hpp"
#include "harness/contract/vocabulary.hpp"

namespace ipcmark {

/// One point of the comparison: the unit of a plan and of a report.
struct cell {
    std::string transport;
    pattern kind = pattern::round_trip;
    std::size_t payload_bytes = 0;
    placement place = placement::free;
    touch reads = touch::rw;
    std::size_t depth = 1;
    cell_parameter varied = {};
    party_counts among = {};
    topology how = topology::pair;

    /// "pattern/transport/payload_bytes/placement", "/parties=4:1" of more than a pair, and
    /// "/parameter=value" where the pattern has one: filter target, JSON key, HTML anchor and
    /// Google Benchmark name.
    std::string name() const;
    demand asked() const { return {kind, payload_bytes, depth}; }
    friend bool operator==(const cell&, const cell&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, cell& c) {
    visit("mechanism", c.transport);
    visit("pattern", c.kind);
    visit("payload_bytes", c.payload_bytes);
    visit("placement", c.place);
    visit("touch", c.reads);
    visit("depth", c.depth);
    visit("parameter", c.varied);
    visit("topology", c.how);
}

/// The depth a plan asks for when the user names none: 1 MiB in 16 to 1024 messages, so that a
/// sleeper who is woken finds enough to do, but no more than 16 MiB or 4 messages, whichever is
/// more.
std::size_t default_depth(std::size_t payload_bytes);

}  // namespace ipcmark
