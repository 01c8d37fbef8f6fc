#include "reports/view/figure_text.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "harness/base/units.hpp"

namespace ipcmark {

namespace {

std::string count_text(double value) {
    if (value == 0) return "0";
    if (std::abs(value) < 0.005) return "<0.01";
    return number_text(value);
}

}  // namespace

std::string figure_text(double value, std::string_view unit) {
    if (unit == "ns" || unit == "ns/message") return time_text(value);
    if (unit == "B/s" || unit == "bytes_per_second") return bandwidth_text(value);
    if (unit == "1/s") return rate_text(value);
    if (unit == "share") return share_text(value);
    if (unit == "B") return bytes_text(value);
    return count_text(value);
}

std::optional<std::string> median_text(const metric_summary* figures) {
    if (figures == nullptr || !figures->median) return std::nullopt;
    return figure_text(*figures->median, figures->unit) + (figures->pooled ? " pooled" : "");
}

std::string range_text(const metric_summary& figures) {
    const auto span = [&](double from, double to) {
        return figure_text(from, figures.unit) + " to " + figure_text(to, figures.unit);
    };
    if (figures.low && figures.high) return "interval " + span(*figures.low, *figures.high);
    if (figures.n < 2 || !figures.min || !figures.max) return {};
    return plural(figures.n, "repetition") + ": " + span(*figures.min, *figures.max);
}

std::optional<std::string> half_width_text(const metric_summary& figures) {
    if (!figures.low || !figures.high || !figures.median || *figures.median == 0)
        return std::nullopt;
    const double share = (*figures.high - *figures.low) / (2 * std::abs(*figures.median));
    if (share > 1) return ">100 %";
    constexpr double none_seen = 0.0005;  // medians in one bucket of the histogram, 0.8 % wide
    if (share < none_seen) return "<0.5 %";
    return fmt::format("{:.{}f} %", 100 * share, share < 0.00995 ? 1 : 0);
}

std::string spread_text(const metric_summary& figures) {
    const auto half = half_width_text(figures);
    if (!half) return {};
    constexpr double small = 0.05;    // of the median: whichever side it is on
    constexpr double lopsided = 2.0;  // one side is so many times as long as the other
    const double above = *figures.high - *figures.median;
    const double below = *figures.median - *figures.low;
    const double longer = std::max(above, below);
    if (longer <= small * std::abs(*figures.median) || longer <= lopsided * std::min(above, below))
        return " \u00b1" + *half;
    return " (" + figure_text(*figures.low, figures.unit) + " to " +
           figure_text(*figures.high, figures.unit) + ")";
}

namespace {

std::string parameter_text(const std::optional<parameter_info>& parameter) {
    if (!parameter) return {};
    if (parameter->name == "rate_hz") return "at " + rate_text(parameter->value);
    if (parameter->name == "gap_ns") return "after " + time_text(parameter->value);
    if (parameter->name == "load") return fmt::format("load {:.0f} %", 100 * parameter->value);
    if (parameter->name == "burst") return fmt::format("{:.0f} messages", parameter->value);
    std::string text = parameter->text.empty()
                           ? fmt::format("{} {:g}", parameter->name, parameter->value)
                           : parameter->text;
    // Some writers have it in the text.
    const auto touched = parameter->working_set_bytes.value_or(0);
    if (touched > 0 && text.find(payload_text(touched)) == std::string::npos)
        text += ", " + payload_text(touched) + " touched";
    return text;
}

}  // namespace

std::string parties_text(pattern kind, const parties_info& parties) {
    if (parties.text.find('x') != std::string::npos) return plural(parties.producers, "pair");
    if (pattern_of(kind).both_ways() && parties.consumers == 1)
        return plural(parties.producers, "client");
    if (parties.consumers == 1) return plural(parties.producers, "producer");
    if (parties.producers == 1) return plural(parties.consumers, "consumer");
    return parties.text;
}

std::string varied_text(const cell_result& cell) {
    std::string text = parameter_text(cell.parameter);
    if (!cell.parties) return text;
    return parties_text(cell.kind, *cell.parties) + (text.empty() ? "" : ", ") + text;
}

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string some_of(const std::vector<std::string>& names, std::size_t at_most) {
    const std::size_t told = names.size() <= at_most + 1 ? names.size() : at_most;
    std::string text;
    for (std::size_t i = 0; i < told; ++i) {
        const bool is_last = i + 1 == names.size();
        text += (i == 0 ? "" : is_last ? " and " : ", ") + names[i];
    }
    if (told < names.size()) text += fmt::format(" and {} more", names.size() - told);
    return text;
}

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const auto& each : sentences)
        text += (text.empty() ? "" : " ") + each;
    return text;
}

std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

}  // namespace ipcmark
