#include "harness/analysis/design.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/sizes.hpp"
#include "harness/base/suggest.hpp"
#include "harness/contract/parameter.hpp"
#include "harness/contract/traits.hpp"

namespace ipcmark {

namespace {

/// What a design may ask for, and the metric that answers.
struct requirement_row {
    std::string_view word;
    std::string_view metric;
    bool below = true;
    bool needs_rate = false;  // it has a meaning at a given rate only
    /// Where it is measured apart from the rest, and the field that this needs.
    std::optional<pattern> apart = {};
    std::string_view needs = {};
};

constexpr requirement_row requirement_rows[] = {
    {"latency.p50", "p50_ns"},
    {"latency.p90", "p90_ns"},
    {"latency.p99", "p99_ns"},
    {"latency.p99.9", "p99.9_ns"},
    {"wake.p50", "p50_ns", true, false, pattern::wake, "silence"},
    {"wake.p90", "p90_ns", true, false, pattern::wake, "silence"},
    {"wake.p99", "p99_ns", true, false, pattern::wake, "silence"},
    {"burst_arrived", "drain_ns", true, false, pattern::burst, "burst"},
    {"cpu", "core_share", true, true},
    {"idle_cpu", "idle_cpu_share"},
    {"memory", "memory_bytes"},
    {"throughput", "messages_per_second", false},
    {"bandwidth", "bytes_per_second", false},
};

constexpr double kept_share = 0.99;      // of a rate: what counts as keeping it
constexpr double sleeping_share = 0.05;  // of a core: what a waiting side may take that sleeps

const requirement_row* row_of(std::string_view word) {
    const auto* at = std::find_if(std::begin(requirement_rows), std::end(requirement_rows),
                                  [&](const requirement_row& row) { return row.word == word; });
    return at == std::end(requirement_rows) ? nullptr : at;
}

std::string trimmed_word(std::string text) {
    text.erase(0, text.find_first_not_of(' '));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::string without_end(std::string text, std::string_view end) {
    if (text.ends_with(end)) text.resize(text.size() - end.size());
    return trimmed_word(text);
}

double rate_of(const std::string& text) {
    const double rate = parse_figure(without_end(text, "/s"), *find_metric("achieved_per_second"));
    constexpr double most = 1e9;
    if (!(rate > 0) || rate > most)
        throw std::invalid_argument("'" + text + "' is no rate from above 0 to 1G/s, such as 60/s");
    return rate;
}

bool truth_of(const std::string& text) {
    if (text == "true" || text == "yes") return true;
    if (text == "false" || text == "no") return false;
    throw std::invalid_argument("'" + text + "' is not true or false");
}

template <class Word>
Word word_among(const std::string& text) {
    if (const auto found = from_word<Word>(text)) return *found;
    std::vector<std::string> words;
    for (const auto& [value, word] : spelling<Word>::words)
        words.emplace_back(word);
    throw std::invalid_argument("'" + text + "' is not " + join_or(words));
}

/// "< 20 % of a core": the sign may be left out where only one makes sense.
figure_limit limit_of(const requirement_row& row, const std::string& text) {
    std::string rest = trimmed_word(text);
    const char sign = rest.empty() ? ' ' : rest.front();
    if (sign == '<' || sign == '>') {
        if ((sign == '<') != row.below)
            throw std::invalid_argument(fmt::format("'{}': {} has to lie {} a value", text,
                                                    row.word, row.below ? "below" : "above"));
        rest = trimmed_word(rest.substr(1));
    }
    rest = without_end(without_end(rest, "of a core"), "/s");
    figure_limit limit;
    limit.text = text;
    limit.of = find_metric(row.metric);
    limit.below = row.below;
    limit.value = limit.of->unit == "B" ? static_cast<double>(parse_payload_bytes(rest))
                                        : parse_figure(rest, *limit.of);
    if (!(limit.value > 0))
        throw std::invalid_argument("'" + text + "': nothing lies below or at 0");
    return limit;
}

requirement implied(std::string word, std::string_view metric, bool below, double value,
                    std::string text) {
    requirement one{std::move(word), std::move(text), false, {}};
    one.limit.of = find_metric(metric);
    one.limit.below = below;
    one.limit.value = value;
    return one;
}

std::vector<std::string> trait_names() {
    std::vector<std::string> names;
    visit_traits(traits{}, [&](const trait_info& trait, auto) { names.emplace_back(trait.name); });
    return names;
}

/// The words that a trait may have.
std::vector<std::string> trait_values(const std::string& name) {
    std::vector<std::string> values;
    visit_traits(traits{}, [&](const trait_info& trait, auto value) {
        if (trait.name != name) return;
        if constexpr (std::is_same_v<decltype(value), bool>)
            values = {"true", "false"};
        else
            for (const auto& [each, word] : spelling<decltype(value)>::words)
                values.emplace_back(word);
    });
    return values;
}

[[noreturn]] void refuse_word(const std::string& what, const std::string& word,
                              const std::vector<std::string>& known) {
    const auto near = nearest_words(word, known);
    throw std::invalid_argument(fmt::format(
        "there is no {} '{}'; {}", what, word,
        near.empty() ? "there are " + join_or(known) : "did you mean " + join_or(near) + "?"));
}

void set_trait(design_flow& flow, const std::string& name, const std::string& value) {
    const auto values = trait_values(name);
    if (values.empty()) refuse_word("trait", name, trait_names());
    if (std::find(values.begin(), values.end(), value) == values.end())
        throw std::invalid_argument("'" + value + "' is not " + join_or(values));
    flow.must[name] = value;
}

struct field_row {
    std::string_view key;
    void (*set)(design_flow& flow, const std::string& value);
};

constexpr field_row field_rows[] = {
    {"name", [](design_flow& flow, const std::string& value) { flow.name = value; }},
    {"kind",
     [](design_flow& flow, const std::string& value) { flow.kind = word_among<flow_kind>(value); }},
    {"payload", [](design_flow& flow,
                   const std::string& value) { flow.payload_bytes = parse_payload_bytes(value); }},
    {"rate", [](design_flow& flow, const std::string& value) { flow.rate_hz = rate_of(value); }},
    {"parties",
     [](design_flow& flow, const std::string& value) { flow.among = parse_parties(value); }},
    {"delivery", [](design_flow& flow,
                    const std::string& value) { flow.arrives = word_among<delivery>(value); }},
    {"silence",
     [](design_flow& flow, const std::string& value) {
         flow.silence_ns = gap_parameter.parse(value).front();
     }},
    {"burst",
     [](design_flow& flow, const std::string& value) {
         flow.burst_messages = burst_parameter.parse(value).front();
     }},
    {"may_spin",
     [](design_flow& flow, const std::string& value) { flow.may_spin = truth_of(value); }},
};

/// What is said has to be asked something, and is measured of a pair.
void require_use_of_apart(const design_flow& flow) {
    for (const pattern kind : {pattern::wake, pattern::burst}) {
        if (!flow.value_for(kind)) continue;
        const auto row = std::find_if(
            std::begin(requirement_rows), std::end(requirement_rows), [&](const auto& each) {
                return each.apart == kind && flow.limits.contains(std::string(each.word));
            });
        const std::string needs(kind == pattern::wake ? "silence" : "burst");
        if (row == std::end(requirement_rows))
            throw std::invalid_argument(
                needs + " is given, and nothing asked of it: add a limit such as " +
                (kind == pattern::wake ? "wake.p50 '< 100us'" : "burst_arrived '< 1ms'"));
        if (!flow.among.is_pair())
            throw std::invalid_argument(needs + " is measured of a pair: leave parties out");
    }
}

}  // namespace

pattern design_flow::measured_as() const {
    if (rate_hz) return pattern::paced;
    return kind == flow_kind::request ? pattern::round_trip : pattern::one_way;
}

std::optional<double> design_flow::value_for(pattern of) const {
    return of == pattern::wake ? silence_ns : of == pattern::burst ? burst_messages : rate_hz;
}

std::vector<requirement> design_flow::requirements() const {
    require_use_of_apart(*this);
    if (rate_hz && !among.is_pair())
        throw std::invalid_argument(
            "more than a pair is measured as fast as it goes: leave the rate out, and ask for a "
            "throughput instead");
    std::vector<requirement> all;
    for (const requirement_row& row : requirement_rows) {
        const auto at = limits.find(std::string(row.word));
        if (at == limits.end()) continue;
        if (row.needs_rate && !rate_hz)
            throw std::invalid_argument(fmt::format(
                "{} is judged at a rate: say how many messages a second there are (rate)",
                row.word));
        if (!row.below && rate_hz)
            throw std::invalid_argument(fmt::format(
                "{} is judged as fast as it goes, and this flow has a rate: leave one out",
                row.word));
        if (row.apart && !value_for(*row.apart))
            throw std::invalid_argument(
                fmt::format("{} is measured apart: say {} as well", row.word, row.needs));
        requirement& one = all.emplace_back();
        one.measured_as = row.apart.value_or(measured_as());
        one.word = row.word;
        one.text = at->second;
        one.limit = limit_of(row, at->second);
        // There and back at a rate: at most two such ways.
        const bool both_ways =
            kind == flow_kind::request &&
            (row.apart ? *row.apart == pattern::wake : rate_hz && row.word.starts_with("latency."));
        one.factor = both_ways ? 2 : 1;
    }
    const std::size_t given = all.size();
    if (rate_hz)
        all.push_back(implied("rate", "achieved_per_second", false, kept_share * *rate_hz,
                              fmt::format("> {:g}/s", kept_share * *rate_hz)));
    if (!may_spin)
        all.push_back(implied("sleeps", "idle_cpu_share", true, sleeping_share,
                              fmt::format("< {:g} %", 100 * sleeping_share)));
    for (std::size_t i = given; i < all.size(); ++i)
        all[i].measured_as = measured_as();
    return all;
}

std::string design_flow::first_preference() const {
    if (!prefer.empty()) return prefer.front();
    for (const requirement_row& row : requirement_rows)
        if (!row.apart && limits.contains(std::string(row.word))) return std::string(row.word);
    return rate_hz || kind == flow_kind::request ? "latency.p50" : "throughput";
}

const metric* requirement_metric(std::string_view word) {
    const requirement_row* row = row_of(word);
    return row == nullptr || row->apart ? nullptr : find_metric(row->metric);
}

std::vector<std::string> flow_keys() {
    std::vector<std::string> keys;
    for (const field_row& row : field_rows)
        keys.emplace_back(row.key);
    for (const requirement_row& row : requirement_rows)
        keys.emplace_back(row.word);
    return keys;
}

std::string field_text(const tree& value) {
    return value.is_text() ? value.as_text() : json_text(value);
}

void set_field(design_flow& flow, const std::string& key, const std::string& value) {
    for (const field_row& row : field_rows)
        if (row.key == key) return row.set(flow, value);
    if (const requirement_row* row = row_of(key)) {
        limit_of(*row, value);
        flow.limits[key] = value;
        return;
    }
    constexpr std::string_view must = "must.";
    if (key.starts_with(must)) return set_trait(flow, key.substr(must.size()), value);
    refuse_word("field", key, flow_keys());
}

std::optional<exclusion> why_excluded(const design_flow& flow, const mechanism_info& mechanism) {
    for (const auto& [trait, wanted] : flow.must) {
        const tree* fact = mechanism.facts.find(trait);
        const std::string has = fact == nullptr ? "unknown" : field_text(*fact);
        if (has != wanted) return exclusion{fmt::format("{} is {}", trait, has), trait};
    }
    if (flow.arrives == delivery::every && mechanism.has("may_drop"))
        return exclusion{"it may lose messages", "may_drop"};
    if (mechanism.payload_max_bytes == 0) return exclusion{"it carries no data", ""};
    if (flow.payload_bytes > mechanism.payload_max_bytes)
        return exclusion{"it carries up to " + payload_text(mechanism.payload_max_bytes), ""};
    if (flow.payload_bytes < mechanism.payload_min_bytes)
        return exclusion{"it carries no message below " + payload_text(mechanism.payload_min_bytes),
                         ""};
    if (!mechanism.available)
        return exclusion{"not here: " + mechanism.reason.value_or("unavailable"), ""};
    return std::nullopt;
}

}  // namespace ipcmark
