#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/contract/parameter.hpp"

/// The pattern table: one row a pattern. Whoever wants to know something of a pattern asks its row;
/// a new pattern is a row, and a loop where none of the present ones does what it needs.
namespace ipcmark {

enum class role : std::uint8_t { producer, consumer };

enum class pattern : std::uint8_t {
    round_trip,
    one_way,
    paced,
    wake,
    burst,
    state,
    setup,
    decompose,  // "switch"
    switch_ring,
    programs,
};

/// What the processes of one repetition do (harness/worker/loops).
enum class pattern_loop : std::uint8_t {
    exchange,   // closed loop: a message there and back
    stream,     // one way, under back-pressure
    schedule,   // open loop: one way, when messages are due
    lifecycle,  // from nothing to the first message, and down again
    ring,       // no mechanism: a token goes round many processes over pipes
    life,       // no worker of ours: two programs from their start to their end
};

struct pattern_info {
    pattern id;
    std::string_view word;         // in cell names, flags and files
    std::string_view title;        // over its table
    std::string_view in_short;     // in a list of answers, with {} for the parameter
    std::string_view question;     // that its figures answer
    std::string_view superlative;  // who has the best main metric: "fastest round trip"
    std::string_view method;       // how, in a few words
    pattern_loop loop;
    role counted_by;  // whose count of messages, last stamp and latencies are the cell's
    /// What verify and idle repetitions run: the nearest pattern without a schedule. Counting ones
    /// run the pattern itself, since events a message depend on the schedule. nullopt: it has no
    /// messages of its own to look at.
    std::optional<pattern> plain;
    std::string_view main_metric;  // the figure that stands for a cell, first in its table
    std::array<std::string_view, 4> then_metrics = {};  // that follow it there before all others
    /// The reader takes what is there when it likes, the same value twice or one in many never:
    /// only of mechanisms that keep the latest value (shares_state), and nothing is lost by it.
    bool at_will = false;
    /// A repetition is the exchange on two CPUs, on one, and inside one process.
    bool decomposed = false;
    std::array<const parameter_spec*, 3> parameters = {};  // nullptr: no more
    std::vector<cell_parameter> (*cells)(const parameter_request&) = no_parameters;
    pacing (*pace)(const cell_parameter&, std::optional<double>) = nullptr;  // schedule only

    /// Whether the channel carries replies.
    constexpr bool both_ways() const { return loop == pattern_loop::exchange; }
    /// Whether one pair of processes makes a repetition.
    constexpr bool one_pair() const { return loop != pattern_loop::ring && !decomposed; }
    /// Whether a repetition is a plain series of exchanges.
    constexpr bool plain_exchange() const { return both_ways() && !decomposed; }
    /// Whether single messages, and their latencies or loss, are the pattern's own figures.
    constexpr bool has_messages() const { return plain.has_value() && !decomposed; }
};

inline constexpr std::array<pattern_info, 10> pattern_table{{
    {.id = pattern::round_trip,
     .word = "round_trip",
     .title = "round trip",
     .in_short = "round trip",
     .question = "How long does a message take there and back?",
     .superlative = "fastest round trip",
     .method = "closed loop",
     .loop = pattern_loop::exchange,
     .counted_by = role::producer,
     .plain = pattern::round_trip,
     .main_metric = "p50_ns"},
    {.id = pattern::one_way,
     .word = "one_way",
     .title = "stream",
     .in_short = "stream",
     .question = "How much gets through one way?",
     .superlative = "highest throughput",
     .method = "a stream under back-pressure",
     .loop = pattern_loop::stream,
     .counted_by = role::consumer,
     .plain = pattern::one_way,
     .main_metric = "messages_per_second"},
    {.id = pattern::paced,
     .word = "paced",
     .title = "messages at a fixed rate",
     .in_short = "{}",
     .question = "How long does a message take at a given rate?",
     .superlative = "fastest at this rate",
     .method = "open loop: response times from when a message was due, so that a stall shows in "
               "every message that it delayed",
     .loop = pattern_loop::schedule,
     .counted_by = role::consumer,
     .plain = pattern::one_way,
     .main_metric = "p50_ns",
     .then_metrics = {"p90_ns", "p99_ns", "core_share", "sched_lag_p99_ns"},
     .parameters = {&rate_parameter, &load_parameter, &schedule_parameter},
     .cells = paced_parameters,
     .pace = paced_pacing},
    {.id = pattern::wake,
     .word = "wake",
     .title = "a message after idle time",
     .in_short = "{} of idle time",
     .question = "How long does the first message after idle time take?",
     .superlative = "fastest after idle time",
     .method = "open loop: one message after each pause",
     .loop = pattern_loop::schedule,
     .counted_by = role::consumer,
     .plain = pattern::one_way,
     .main_metric = "p50_ns",
     .then_metrics = {"p90_ns", "p99_ns", "idle_cpu_share", "core_share"},
     .parameters = {&gap_parameter},
     .cells = wake_parameters,
     .pace = wake_pacing},
    {.id = pattern::burst,
     .word = "burst",
     .title = "bursts",
     .in_short = "bursts of {}",
     .question = "How long until a burst has arrived?",
     .superlative = "quickest to deliver a burst",
     .method = "open loop: n messages at once",
     .loop = pattern_loop::schedule,
     .counted_by = role::consumer,
     .plain = pattern::one_way,
     .main_metric = "drain_ns",
     .parameters = {&burst_parameter},
     .cells = burst_parameters,
     .pace = burst_pacing},
    {.id = pattern::state,
     .word = "state",
     .title = "state sharing",
     .in_short = "state sharing {}",
     .question = "How old is the value that a reader finds, and what does a write cost?",
     .superlative = "freshest value at this rate",
     .method = "one side writes a value at a steady rate, the other reads it over and over",
     .loop = pattern_loop::schedule,
     .counted_by = role::consumer,
     .plain = pattern::one_way,
     .main_metric = "p50_ns",
     .then_metrics = {"p99_ns", "reads_per_second", "write_p50_ns", "retried_share"},
     .at_will = true,
     .parameters = {&rate_parameter},
     .cells = state_parameters,
     .pace = paced_pacing},
    {.id = pattern::setup,
     .word = "setup",
     .title = "construction and teardown",
     .in_short = "set-up",
     .question = "How long does it take from nothing to the first message, and down again?",
     .superlative = "quickest to set up",
     .method = "one message a repetition, the first ever",
     .loop = pattern_loop::lifecycle,
     .counted_by = role::producer,
     .plain = std::nullopt,
     .main_metric = "construct_ns"},
    {.id = pattern::decompose,
     .word = "switch",
     .title = "breakdown of a round trip",
     .in_short = "breakdown",
     .question = "What do system calls, a context switch and a wake-up cost?",
     .superlative = "cheapest round trip on two CPUs",
     .method = "the round trip in one process, on one CPU and on two",
     .loop = pattern_loop::exchange,
     .counted_by = role::producer,
     .plain = pattern::round_trip,
     .main_metric = "two_cpus_ns",
     .then_metrics = {"hop_ns", "syscall_copy_ns", "cross_core_transfer_ns", "wake_up_ns"},
     .decomposed = true},
    {.id = pattern::switch_ring,
     .word = "switch_ring",
     .title = "context switches by processes and working set",
     .in_short = "context switch, {}",
     .question = "What does a context switch cost with many processes?",
     .superlative = "cheapest context switch",
     .method = "a token round many processes over pipes, as lmbench's lat_ctx does",
     .loop = pattern_loop::ring,
     .counted_by = role::producer,
     .plain = std::nullopt,
     .main_metric = "context_switch_ns",
     .parameters = {&processes_parameter, &working_set_parameter},
     .cells = ring_parameters},
    {.id = pattern::programs,
     .word = "programs",
     .title = "whole run of two programs",
     .in_short = "whole run",
     .question = "What do two programs cost from their start to their end?",
     .superlative = "quickest run of two programs",
     .method = "seen from outside: the kernel counts; what they say to each other, and how long "
               "that takes, is not seen",
     .loop = pattern_loop::life,
     .counted_by = role::producer,
     .plain = std::nullopt,
     .main_metric = "run_ns",
     .then_metrics = {"cpu_ns_per_message"}},
}};

/// A reader at will has to have seen so many different values for figures.
inline constexpr std::uint64_t least_state_values = 100;

constexpr const pattern_info& pattern_of(pattern kind) {
    return pattern_table.at(static_cast<std::size_t>(kind));
}

static_assert(
    [] {
        for (std::size_t i = 0; i < pattern_table.size(); ++i)
            if (pattern_table[i].id != static_cast<pattern>(i)) return false;
        return true;
    }(),
    "the rows stand in the order of the enumeration");

template <>
struct spelling<pattern> {
    static constexpr auto words = [] {
        std::array<std::pair<pattern, std::string_view>, pattern_table.size()> all{};
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = {pattern_table[i].id, pattern_table[i].word};
        return all;
    }();
};

/// "round_trip, one_way, ...": of all rows, or of those that `wanted` says.
std::string pattern_words(bool (*wanted)(const pattern_info&) = nullptr);

/// "paced, wake": those that have the parameter.
std::string patterns_with(const parameter_spec& which);

/// Every parameter of the table, each once.
std::vector<const parameter_spec*> all_parameters();

}  // namespace ipcmark
