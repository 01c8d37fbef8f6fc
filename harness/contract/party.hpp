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
    unsigned pair = 0;   // of several pairs at once, which

    friend bool operator==(const party&, const party&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, party& p) {
    visit("side", p.side);
    visit("index", p.index);
    visit("cpu", p.cpu);
    visit("pair", p.pair);
}

/// One producer and one consumer.
std::vector<party> pair_on(int producer_cpu, int consumer_cpu);
inline std::vector<party> unpinned_pair() {
    return pair_on(no_cpu, no_cpu);
}

/// As many as are counted, unpinned: producers before consumers, pairs one after the other. Of
/// round trips, "1:20" is one consumer, the server, and twenty producers that ask it.
std::vector<party> parties_of(const party_counts& counts, pattern kind);

/// Positions of those of the other side that one exchanges messages with.
std::vector<std::size_t> partners_of(std::size_t position, std::span<const party> all);

/// What the one at `position` may know of all.
membership membership_of(std::size_t position, std::span<const party> all, topology how);

/// "producer", or "producer 2" where there are several.
std::string name_of(std::size_t position, std::span<const party> all);

/// Each on its CPU of `cpus`, by position; no CPUs: all unpinned. Throws std::invalid_argument
/// where there are fewer or more CPUs than parties.
std::vector<party> placed(std::vector<party> all, std::span<const int> cpus);

/// The position of the first of a side. Throws std::out_of_range where there is none.
std::size_t first_of(role side, std::span<const party> all);

/// The same in the opposite order of CPUs: of a pair, each on the other's.
std::vector<party> exchanged(std::vector<party> all);

/// By position; no_cpu: unpinned.
std::vector<int> cpus_of(std::span<const party> all);

/// Those that parties are pinned to, each once, in the order of the parties.
std::vector<int> distinct_cpus_of(std::span<const party> all);

/// Two of them are pinned to one CPU.
bool share_a_cpu(std::span<const party> all);

}  // namespace ipcmark
