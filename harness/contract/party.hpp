#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/contract/failure.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// One process of a repetition. Its position in the list of all is its number on the rendezvous and
/// in the shared state.
struct party {
    role side = role::producer;
    unsigned index = 0;  // among those of its side
    int cpu = no_cpu;    // no_cpu: unpinned

    friend bool operator==(const party&, const party&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, party& p) {
    visit("side", p.side);
    visit("index", p.index);
    visit("cpu", p.cpu);
}

/// One producer and one consumer.
std::vector<party> pair_on(int producer_cpu, int consumer_cpu);
inline std::vector<party> pair_on(std::span<const int, 2> cpus) {
    return pair_on(cpus[0], cpus[1]);
}
inline std::vector<party> unpinned_pair() {
    return pair_on(no_cpu, no_cpu);
}

/// "producer", or "producer 2" where there are several.
std::string name_of(std::size_t position, std::span<const party> all);

std::vector<int> cpus_of(std::span<const party> all);

}  // namespace ipcmark
