#include "bench/plan_fields.hpp"

#include <regex>
#include <stdexcept>
#include <type_traits>
#include <vector>

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
        words.insert(words.begin(), cross);
        refuse(word, words);
    }
    plan.placements.push_back(word);
}

void take_filter(plan_request& plan, const std::string& word) {
    try {
        const std::regex expression(word.substr(word.starts_with('-') ? 1 : 0));
    } catch (const std::regex_error& e) {
        throw std::invalid_argument("'" + word + "' is no regular expression: " + e.what());
    }
    plan.filters.push_back(word);
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

}  // namespace

std::span<const plan_field> plan_fields() {
    using request = plan_request;
    static const std::vector<plan_field> table{
        {what_to_measure, "m,mechanism", "mechanisms", "NAMES",
         "Mechanisms and families (unix_sockets), comma-separated; all: every one (default: the "
         "profile's)",
         form::list, clear<&request::mechanisms>,
         [](request& plan, const std::string& word) { plan.mechanisms.push_back(word); }},
        {what_to_measure, "pattern", "patterns", "WORDS", pattern_words(), form::list,
         clear<&request::patterns>,
         [](request& plan, const std::string& word) {
             plan.patterns.push_back(value_of<pattern>(word));
         }},
        {what_to_measure, "p,payload", "payloads", "SIZES", "Message sizes: 64,4Ki,1Mi", form::list,
         clear<&request::payloads>,
         [](request& plan, const std::string& word) {
             plan.payloads.push_back(parse_payload_bytes(word));
         }},
        {what_to_measure, "placement", "placements", "WORDS",
         "cross (nearest two CPUs), same_cpu, smt, l2, l3, package, numa, free", form::list,
         clear<&request::placements>, take_placement},
        {what_to_measure, "filter", "filters", "REGEX",
         "Regular expression over cell names; a leading - excludes; repeatable", form::repeated,
         clear<&request::filters>, take_filter},
        {what_to_measure, "touch", "touch", "WORD", "desc, line, rw, copy or verify", form::one,
         nullptr,
         [](request& plan, const std::string& word) { plan.reads = value_of<touch>(word); }},
        {what_to_measure, "depth", "depth", "N",
         "Messages a mechanism should be able to hold (default: 1 MiB, 16 to 1024)", form::one,
         nullptr,
         [](request& plan, const std::string& word) {
             plan.depth = whole_number<std::size_t>(word, 1, 65'536);
         }},
        {how_much, "repetitions,spawns", "repetitions", "N", "Fresh process pairs per cell",
         form::one, nullptr, take_number<&request::repetitions, 1, 10'000>},
        {how_much, "repetition-ms,spawn-ms", "repetition_ms", "MS", "Timed phase of one repetition",
         form::one, nullptr, take_number<&request::repetition_ms, 1, 600'000>},
        {how_much, "", "verify", "", "", form::one, nullptr, take_truth<&request::verify>},
        {how_much, "", "counting_repetitions", "", "", form::one, nullptr,
         take_number<&request::counting_repetitions, 0, 100>},
        {how_much, "idle-ms", "idle_ms", "MS",
         "Silence in which the waiting side's CPU is measured, once for each mechanism and "
         "placement; 0: not at all",
         form::one, nullptr, take_number<&request::idle_ms, 0, 60'000>},
        {how_much, "no-layout-randomisation", "layout_randomisation", "",
         "Give all repetitions the same memory layout instead of a random one each", form::off,
         nullptr, take_truth<&request::randomise_layout>},
    };
    return table;
}

}  // namespace ipcmark
