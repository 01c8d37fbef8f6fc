#include "harness/worker/topologies.hpp"

#include <array>

namespace ipcmark {

namespace {

/// Smaller ones do not say who sent them.
constexpr std::size_t least_bytes_of_several = sizeof(std::uint64_t);

/// Whether several may send into one object of it.
bool takes_several_senders(const registration& mechanism, std::size_t payload_bytes) {
    const traits& facts = mechanism.info.facts;
    return facts.joinable && facts.fan_in && payload_bytes >= least_bytes_of_several;
}

std::variant<topology, std::string> served(const registration& mechanism) {
    if (mechanism.is_servable) return topology::separate;
    if (mechanism.serves)
        return "a library owns the loop of its server, which would need one for each channel";
    return "nothing tells one process which of several channels has a message: its receive waits "
           "for one alone";
}

std::variant<topology, std::string> of_round_trips(const registration& mechanism,
                                                   const party_counts& among) {
    if (among.before > 1)
        return "of round trips among several one is the server: write 1:" +
               std::to_string(among.before);
    return served(mechanism);
}

/// Consumers of one object, each message to one of them.
std::variant<topology, std::string> among_competitors(const traits& facts,
                                                      std::size_t payload_bytes) {
    if (payload_bytes < least_bytes_of_several)
        return "a message of fewer than 8 bytes does not say which it is among several consumers";
    if (!facts.ordered && !facts.may_drop)
        return "its messages overtake each other: no consumer knows when the others have the last";
    return topology::shared;
}

std::variant<topology, std::string> of_streams(const registration& mechanism,
                                               std::size_t payload_bytes,
                                               const party_counts& among) {
    const traits& facts = mechanism.info.facts;
    if (among.after > 1 && among.before == 1 && facts.joinable &&
        facts.fan_out == sharing::broadcast)
        return topology::broadcast;
    if (among.after > 1 && among.before > 1)
        return "several producers and several consumers at once are not measured";
    if (among.after > 1 && facts.joinable && facts.fan_out == sharing::competing)
        return among_competitors(facts, payload_bytes);
    if (among.after > 1)
        return "it does not hand each message to several consumers; producers may be several: "
               "write " +
               std::to_string(among.after) + ":1";
    if (takes_several_senders(mechanism, payload_bytes)) return topology::shared;
    auto how = served(mechanism);
    if (payload_bytes < least_bytes_of_several && mechanism.info.facts.joinable &&
        std::holds_alternative<std::string>(how))
        return "a message of fewer than 8 bytes does not say which of its producers sent it";
    return how;
}

}  // namespace

std::variant<topology, std::string> topology_of(const registration& mechanism, pattern kind,
                                                std::size_t payload_bytes,
                                                const party_counts& among) {
    if (among.is_pair()) return topology::pair;
    const pattern_info& row = pattern_of(kind);
    if (mechanism.info.loops_back) return "it loops back inside one process: there is no peer";
    if (!mechanism.runs_several) return "its worker knows no more than a pair";
    if (row.loop != pattern_loop::stream && !row.plain_exchange())
        return "of more than a pair round_trip and one_way are measured";
    if (among.pairs > 1) return topology::pairs;
    return row.both_ways() ? of_round_trips(mechanism, among)
                           : of_streams(mechanism, payload_bytes, among);
}

std::string topologies_text(const registration& mechanism) {
    struct asked {
        pattern kind;
        party_counts among;
        const char* what;
    };
    constexpr std::array all{asked{pattern::one_way, {2, 1, 1}, "2x1:1"},
                             asked{pattern::one_way, {1, 2, 1}, "n:1 one_way"},
                             asked{pattern::one_way, {1, 1, 2}, "1:n one_way"},
                             asked{pattern::round_trip, {1, 1, 2}, "1:n round_trip"}};
    std::string text = "1:1";
    for (const auto& [kind, among, what] : all) {
        const auto how = topology_of(mechanism, kind, mechanism.info.payload.max_bytes, among);
        if (!std::holds_alternative<topology>(how)) continue;
        text += std::string(", ") + what;
        if (among.pairs == 1) text += " (" + std::string(to_word(std::get<topology>(how))) + ")";
    }
    return text;
}

}  // namespace ipcmark
