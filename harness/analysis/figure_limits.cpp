#include "harness/analysis/figure_limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <regex>
#include <stdexcept>
#include <utility>

#include "harness/base/suggest.hpp"

namespace ipcmark {

namespace {

struct suffix {
    std::string_view text;
    double scale;
};

constexpr suffix times[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
constexpr suffix counts[] = {{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"", 1}};
constexpr suffix shares[] = {{"%", 0.01}, {"", 1}};

std::span<const suffix> suffixes_of(const metric& of) {
    if (of.unit == "ns" || of.unit == "ns/message") return times;
    if (of.unit == "share") return shares;
    return counts;
}

std::string without_margins(std::string_view text) {
    const auto from = text.find_first_not_of(' ');
    if (from == std::string_view::npos) return {};
    return std::string(text.substr(from, text.find_last_not_of(' ') - from + 1));
}

}  // namespace

double parse_figure(std::string_view written, const metric& of) {
    const std::string text = without_margins(written);
    double number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const std::string rest = without_margins({read.ptr, static_cast<std::size_t>(end - read.ptr)});
    for (const suffix& each : suffixes_of(of))
        if (read.ec == std::errc{} && rest == each.text && number >= 0) return number * each.scale;
    std::vector<std::string> known;
    for (const suffix& each : suffixes_of(of))
        if (!each.text.empty()) known.emplace_back(each.text);
    throw std::invalid_argument(fmt::format("'{}' is no value of {}; a number with {} is wanted",
                                            text, of.key,
                                            known.empty() ? "nothing behind it" : join_or(known)));
}

namespace {

const metric& metric_named(const std::string& word) {
    if (const metric* exact = find_metric(word)) return *exact;
    std::vector<std::string> found;
    for (const metric& each : reported_metrics())
        if (each.key.starts_with(word + "_")) found.emplace_back(each.key);
    if (found.size() == 1) return *find_metric(found.front());
    if (!found.empty()) throw std::invalid_argument("'" + word + "' may be " + join_or(found));
    throw std::invalid_argument("there is no metric '" + word +
                                "'; results have their keys under /cells/0/summary");
}

}  // namespace

std::string limit_value_text(double value, const metric& of) {
    const auto known = suffixes_of(of);
    const suffix* best = &known.front();
    for (const suffix& each : known)
        if (value >= each.scale && each.scale >= best->scale) best = &each;
    if (known.data() == std::data(counts) && value < counts[0].scale) best = &counts[3];
    return fmt::format("{:.4g}{}", value / best->scale, best->text);
}

limit_outcome outcome_of(const figure_limit& limit, const metric_summary& figures) {
    const double least = figures.low.value_or(*figures.median);
    const double most = figures.high.value_or(*figures.median);
    if (limit.below ? most < limit.value : least > limit.value) return limit_outcome::met;
    if (limit.below ? least >= limit.value : most <= limit.value) return limit_outcome::missed;
    return limit_outcome::unproven;
}

std::string_view outcome_word(limit_outcome outcome) {
    constexpr std::array words{"met", "missed", "not proven", "nothing to judge"};
    return words[static_cast<std::size_t>(outcome)];
}

namespace {

judged_limit judged(const figure_limit& limit, const cell_result& cell,
                    const metric_summary& figures) {
    const limit_outcome outcome = outcome_of(limit, figures);
    std::string interval;
    if (figures.low && figures.high)
        interval = fmt::format(" [{} .. {}]", limit_value_text(*figures.low, *limit.of),
                               limit_value_text(*figures.high, *limit.of));
    return {outcome, fmt::format("Limit {}: {}: {} of {} is {}{}", outcome_word(outcome),
                                 limit.text, limit.of->label, cell.name,
                                 limit_value_text(*figures.median, *limit.of), interval)};
}

}  // namespace

figure_limit parse_limit(std::string_view text) {
    const auto colon = text.rfind(": ");
    const auto compared = text.find_first_of("<>", colon == std::string_view::npos ? 0 : colon);
    if (colon == std::string_view::npos || compared == std::string_view::npos)
        throw std::invalid_argument("'" + std::string(text) +
                                    "' is not of the form 'CELL: METRIC < VALUE', such as "
                                    "'round_trip/pipe/64: p99 < 50us'");
    figure_limit limit;
    limit.text = text;
    limit.cells = without_margins(text.substr(0, colon));
    try {
        const std::regex expression(limit.cells);
    } catch (const std::regex_error& e) {
        throw std::invalid_argument("'" + limit.cells + "' is no regular expression: " + e.what());
    }
    limit.of = &metric_named(without_margins(text.substr(colon + 2, compared - colon - 2)));
    limit.below = text[compared] == '<';
    limit.value = parse_figure(text.substr(compared + 1), *limit.of);
    return limit;
}

std::vector<judged_limit> judge_limits(const run_result& result,
                                       const std::vector<figure_limit>& limits) {
    std::vector<judged_limit> all;
    for (const figure_limit& limit : limits) {
        const std::regex names("(?:" + limit.cells + ")(?:/|$)");
        const std::size_t before = all.size();
        for (const cell_result& cell : result.cells) {
            const metric_summary* figures = cell.find(limit.of->key);
            if (cell.ended == status::ok && figures != nullptr && figures->median &&
                std::regex_search(cell.name, names))
                all.push_back(judged(limit, cell, *figures));
        }
        if (all.size() == before)
            all.push_back(
                {limit_outcome::absent,
                 fmt::format("Limit {}: {}: no cell of that name has a {}",
                             outcome_word(limit_outcome::absent), limit.text, limit.of->key)});
    }
    return all;
}

}  // namespace ipcmark
