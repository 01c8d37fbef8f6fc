#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/analysis/figure_limits.hpp"
#include "harness/base/enum_names.hpp"
#include "harness/base/tree.hpp"
#include "harness/contract/topology.hpp"
#include "harness/contract/vocabulary.hpp"
#include "harness/result/run_info.hpp"

/// What somebody at a drawing board wants of processes that talk.
namespace ipcmark {

enum class flow_kind : std::uint8_t {
    message,  // one way
    request,  // there and back
};

template <>
struct spelling<flow_kind> {
    static constexpr std::array words{std::pair{flow_kind::message, "message"},
                                      std::pair{flow_kind::request, "request"}};
};

enum class delivery : std::uint8_t {
    every,     // each message arrives
    may_skip,  // some may be lost, or be replaced by newer ones
};

template <>
struct spelling<delivery> {
    static constexpr std::array words{std::pair{delivery::every, "every"},
                                      std::pair{delivery::may_skip, "may skip"}};
};

/// A figure that has to lie below or above a value.
struct requirement {
    std::string word;   // as designs call it: "latency.p99", "cpu"
    std::string text;   // as it was written: "< 4ms"
    bool given = true;  // false: it follows from the rest, such as that a rate is kept
    figure_limit limit;
    double factor = 1;  // the measured figure times this is what is judged
    pattern measured_as = pattern::paced;
};

/// Messages of one kind between processes.
struct design_flow {
    std::string name = "flow";
    flow_kind kind = flow_kind::message;
    std::size_t payload_bytes = 64;
    std::optional<double> rate_hz;         // none: as fast as it goes
    std::optional<double> silence_ns;      // before a message that wakes somebody up
    std::optional<double> burst_messages;  // that come at once
    party_counts among;                    // more than a pair only as fast as it goes
    delivery arrives = delivery::every;
    bool may_spin = false;                      // the waiting side may burn a core
    std::map<std::string, std::string> must;    // trait and its word
    std::map<std::string, std::string> limits;  // requirement word and text
    std::vector<std::string> prefer;            // requirement words, the most important first

    /// How it is measured: at its rate, as a stream, or as round trips.
    pattern measured_as() const;
    /// The value that a cell of a pattern has to have: rate, silence or messages at once.
    std::optional<double> value_for(pattern of) const;
    /// Those that are given, then those that follow. Throws std::invalid_argument with a sentence.
    std::vector<requirement> requirements() const;
    /// The word that ranks first among what meets everything.
    std::string first_preference() const;
};

struct design {
    std::string name = "design";
    std::string placement = "free";
    std::vector<design_flow> flows;
};

/// Sets one thing of a flow, as a file, a flag or --what-if has it: "payload", "rate",
/// "latency.p99", "must.unrelated_processes". Throws std::invalid_argument with a sentence.
void set_field(design_flow& flow, const std::string& key, const std::string& value);
/// A value of a document as set_field() takes it.
std::string field_text(const tree& value);

/// What is measured of a requirement: "cpu" is core_share. nullptr: there is no such word.
const metric* requirement_metric(std::string_view word);

/// The keys that set_field() knows, "must." and a trait aside.
std::vector<std::string> flow_keys();

/// From a document that its schema allows. Throws bad_field with the JSON pointer.
design design_from_tree(const tree& document);
tree to_tree(const design& of);

/// Why a mechanism is not measured for a flow at all.
struct exclusion {
    std::string reason;
    std::string trait;  // that says so; empty: none
};
std::optional<exclusion> why_excluded(const design_flow& flow, const mechanism_info& mechanism);

}  // namespace ipcmark
