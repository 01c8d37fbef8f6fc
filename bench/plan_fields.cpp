#include "bench/plan_fields.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <regex>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/analysis/figure_limits.hpp"
#include "harness/base/numbers.hpp"
#include "harness/base/sizes.hpp"
#include "harness/base/suggest.hpp"
#include "harness/contract/patterns.hpp"

namespace ipcmark {

namespace {

using form = plan_field::form;

constexpr const char* cross = "cross";  // chosen among the placements once they are known

template <class Enum>
std::vector<std::string> words_of() {
    std::vector<std::string> words;
    for (const auto& [member, name] : spelling<Enum>::words)
        words.emplace_back(name);
    return words;
}

[[noreturn]] void refuse(const std::string& word, const std::vector<std::string>& words) {
    throw std::invalid_argument("'" + word + "' is not one of " + join_or(words));
}

template <class Enum>
Enum value_of(const std::string& word) {
    if (const auto value = from_word<Enum>(word)) return *value;
    refuse(word, words_of<Enum>());
}

void take_placement(plan_request& plan, const std::string& word) {
    if (word != cross && !from_word<placement>(word)) {
        auto words = words_of<placement>();
        words.erase(std::find(words.begin(), words.end(), cross));
        words.insert(words.begin(), cross);
        refuse(word, words);
    }
    plan.placements.push_back(word);
}

void require_regex(const std::string& word, std::size_t from = 0) {
    // The library's matcher calls itself once a character of the expression or more.
    constexpr std::size_t longest = 1000;
    if (word.size() > longest)
        throw std::invalid_argument(fmt::format(
            "a regular expression of {} characters; at most {} are taken", word.size(), longest));
    try {
        const std::regex expression(word.substr(from));
    } catch (const std::regex_error& e) {
        throw std::invalid_argument("'" + word + "' is no regular expression: " + e.what());
    }
}

void take_filter(plan_request& plan, const std::string& word) {
    require_regex(word, word.starts_with('-') ? 1 : 0);
    plan.filters.push_back(word);
}

void take_unpinned(plan_request& plan, const std::string& word) {
    require_regex(word);
    plan.unpinned = word;
}

/// A member that is a whole number, within bounds.
template <auto Member, auto Least, auto Most>
void take_number(plan_request& plan, const std::string& word) {
    using number = std::remove_reference_t<decltype(plan.*Member)>;
    plan.*Member = whole_number<number>(word, Least, Most);
}

template <auto Member>
void take_truth(plan_request& plan, const std::string& word) {
    plan.*Member = word == "true";
}

template <auto Member>
void clear(plan_request& plan) {
    (plan.*Member).clear();
}

template <auto Member>
tree told(const plan_request& plan) {
    return plan.*Member;
}

/// Nothing, where there are none.
template <auto Member, class Write>
tree told_list(const plan_request& plan, Write write) {
    tree::list values;
    for (const auto& each : plan.*Member)
        values.emplace_back(write(each));
    return values.empty() ? tree() : tree(std::move(values));
}

template <auto Member>
tree told_words(const plan_request& plan) {
    return told_list<Member>(plan, [](const auto& word) { return std::string(word); });
}

std::string size_word(std::size_t bytes) {
    for (const auto& [unit, word] : {std::pair{1u << 20, "Mi"}, {1u << 10, "Ki"}})
        if (bytes % unit == 0) return std::to_string(bytes / unit) + word;
    return std::to_string(bytes);
}

}  // namespace

std::span<const plan_field> plan_fields() {
    using request = plan_request;
    static const std::vector<plan_field> table{
        {what_to_measure, "m,mechanism", "mechanisms", "NAMES",
         "Mechanisms and families (unix_sockets), comma-separated; all: every one (default: the "
         "profile's)",
         form::list, clear<&request::mechanisms>,
         [](request& plan, const std::string& word) { plan.mechanisms.push_back(word); },
         told_words<&request::mechanisms>},
        {what_to_measure, "pattern", "patterns", "WORDS", pattern_words(), form::list,
         clear<&request::patterns>,
         [](request& plan, const std::string& word) {
             plan.patterns.push_back(value_of<pattern>(word));
         },
         [](const request& plan) {
             return told_list<&request::patterns>(
                 plan, [](pattern each) { return std::string(pattern_of(each).word); });
         }},
        {what_to_measure, "parties", "parties", "COUNTS",
         "How many processes: 1:1 (the default), 4:1 (producers:consumers), 1:3, 1:20 (of round "
         "trips a "
         "server and its clients), 4x1:1 (pairs at once); more than a pair runs at placement free",
         form::list, clear<&request::parties>,
         [](request& plan, const std::string& word) {
             const party_counts counts = parse_parties(word);
             auto& all = plan.parties;
             if (std::find(all.begin(), all.end(), counts) == all.end()) all.push_back(counts);
         },
         [](const request& plan) {
             const bool pair_alone = plan.parties == std::vector{party_counts{}};
             return pair_alone ? tree() : told_list<&request::parties>(plan, [](const auto& each) {
                 return each.text();
             });
         }},
        {what_to_measure, "p,payload", "payloads", "SIZES",
         "Message sizes: 64,4k,1M (powers of 1024)", form::list, clear<&request::payloads>,
         [](request& plan, const std::string& word) {
             const std::size_t bytes = parse_payload_bytes(word);
             auto& all = plan.payloads;
             if (std::find(all.begin(), all.end(), bytes) == all.end()) all.push_back(bytes);
         },
         [](const request& plan) { return told_list<&request::payloads>(plan, size_word); }},
        {what_to_measure, "placement", "placements", "WORDS",
         "cross (nearest two CPUs), same_cpu, smt, l2, l3, package, numa, efficient, mixed, "
         "free",
         form::list,
         [](request& plan) {
             plan.placements.clear();
             plan.unpinned.reset();
         },
         take_placement, told_words<&request::placements>},
        {what_to_measure, "", "unpinned", "", "", form::one, nullptr, take_unpinned,
         [](const request& plan) { return plan.unpinned ? tree(*plan.unpinned) : tree(); }},
        {what_to_measure, "filter", "filters", "REGEX",
         "Regular expression over cell names; a leading - excludes; repeatable", form::repeated,
         clear<&request::filters>, take_filter, told_words<&request::filters>},
        {what_to_measure, "touch", "touch", "WORD", "desc, line, rw, copy or verify", form::one,
         nullptr,
         [](request& plan, const std::string& word) { plan.reads = value_of<touch>(word); },
         [](const request& plan) { return tree(to_word(plan.reads)); }},
        {what_to_measure, "depth", "depth", "N",
         "Messages a mechanism should be able to hold (default: 1 MiB, 16 to 1024)", form::one,
         nullptr,
         [](request& plan, const std::string& word) {
             plan.depth = whole_number<std::size_t>(word, 1, 65'536);
         },
         [](const request& plan) { return plan.depth ? tree(*plan.depth) : tree(); }},
        {what_to_measure, "limit", "limits", "LIMIT",
         "What a figure has to be, such as 'round_trip/pipe/64: p99 < 50us'; exit 1 where one is "
         "missed; repeatable",
         form::repeated, clear<&request::limits>,
         [](request& plan, const std::string& word) {
             parse_limit(word);
             plan.limits.push_back(word);
         },
         told_words<&request::limits>},
        {how_much, "repetitions,spawns", "repetitions", "N", "Fresh process pairs per cell",
         form::one, nullptr, take_number<&request::repetitions, 1, 10'000>,
         told<&request::repetitions>},
        {how_much, "repetition-ms,spawn-ms", "repetition_ms", "MS", "Timed phase of one repetition",
         form::one, nullptr, take_number<&request::repetition_ms, 1, 600'000>,
         told<&request::repetition_ms>},
        {how_much, "", "verify", "", "", form::one, nullptr, take_truth<&request::verify>,
         told<&request::verify>},
        {how_much, "", "counting_repetitions", "", "", form::one, nullptr,
         take_number<&request::counting_repetitions, 0, 100>, told<&request::counting_repetitions>},
        {how_much, "idle-ms", "idle_ms", "MS",
         "Idle time in which the waiting side's CPU is measured, once for each mechanism and "
         "placement; 0: not at all",
         form::one, nullptr, take_number<&request::idle_ms, 0, 60'000>, told<&request::idle_ms>},
        {how_much, "no-layout-randomisation", "layout_randomisation", "",
         "Give all repetitions the same memory layout instead of a random one each", form::off,
         nullptr, take_truth<&request::randomise_layout>, told<&request::randomise_layout>},
    };
    return table;
}

}  // namespace ipcmark
