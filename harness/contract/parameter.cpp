#include "harness/contract/parameter.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <stdexcept>
#include <utility>

#include "harness/base/sizes.hpp"

namespace ipcmark {

namespace {

constexpr std::array sweep_percent{10.0, 25.0, 50.0, 75.0, 90.0, 95.0};

/// "10 k" of 10,000; three digits at most.
std::string si_text(double value) {
    if (value >= 1e6) return fmt::format("{:.3g} M", value / 1e6);
    if (value >= 1e3) return fmt::format("{:.3g} k", value / 1e3);
    return fmt::format("{:.3g} ", value);
}

std::string span_text(double ns) {
    if (ns >= 1e9) return fmt::format("{:.3g} s", ns / 1e9);
    if (ns >= 1e6) return fmt::format("{:.3g} ms", ns / 1e6);
    return fmt::format("{:.3g} us", ns / 1e3);
}

struct number_with_unit {
    double number = 0;
    std::string_view unit;
};

std::optional<number_with_unit> split(std::string_view text) {
    number_with_unit result;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, result.number);
    if (error != std::errc{} || !std::isfinite(result.number)) return std::nullopt;
    result.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
    return result;
}

template <std::size_t N>
std::optional<double> scaled(std::string_view text,
                             const std::array<std::pair<std::string_view, double>, N>& units) {
    const auto parts = split(text);
    if (!parts) return std::nullopt;
    for (const auto& [word, factor] : units)
        if (parts->unit == word) return parts->number * factor;
    return std::nullopt;
}

cell_parameter rate_parameter(double rate_hz, bool poisson) {
    return {.name = "rate_hz",
            .value = rate_hz,
            .text = si_text(rate_hz) + "/s" + (poisson ? ", Poisson" : ""),
            .suffix = fmt::format("rate={:.10g}{}", rate_hz, poisson ? ",poisson" : ""),
            .poisson = poisson};
}

cell_parameter load_parameter(double load, bool poisson) {
    return {.name = "load",
            .value = load,
            .text = fmt::format("{:.3g} % load{}", load * 100, poisson ? ", Poisson" : ""),
            .suffix = fmt::format("load={:.3g}{}", load, poisson ? ",poisson" : ""),
            .poisson = poisson};
}

std::vector<cell_parameter> paced_parameters(const parameter_request& asked) {
    std::vector<cell_parameter> all;
    for (const double rate : asked.rates_hz)
        all.push_back(rate_parameter(rate, asked.poisson));
    const bool usual = asked.rates_hz.empty() && asked.loads.empty();
    for (const double load : usual ? parse_loads("10..95%") : asked.loads)
        all.push_back(load_parameter(load, asked.poisson));
    return all;
}

std::vector<cell_parameter> ring_parameters(const parameter_request& asked) {
    const std::vector<double> processes =
        asked.processes.empty() ? std::vector<double>{2, 8, 32} : asked.processes;
    const std::vector<std::size_t> sets = asked.working_sets_bytes.empty()
                                              ? std::vector<std::size_t>{0, 64u << 10, 1u << 20}
                                              : asked.working_sets_bytes;
    std::vector<cell_parameter> all;
    for (const double count : processes)
        for (const std::size_t set : sets)
            all.push_back(
                {.name = "processes",
                 .value = count,
                 .text = fmt::format("{:.0f} processes, {} each", count, payload_text(set)),
                 .suffix = fmt::format("procs={:.0f},set={}", count, set),
                 .working_set_bytes = set});
    return all;
}

}  // namespace

std::vector<cell_parameter> parameters_of(pattern kind, const parameter_request& asked) {
    std::vector<cell_parameter> all;
    if (kind == pattern::paced) return paced_parameters(asked);
    if (kind == pattern::switch_ring) return ring_parameters(asked);
    if (kind == pattern::wake)
        for (const double gap :
             asked.gaps_ns.empty() ? std::vector<double>{1e4, 1e5, 1e6, 1e7, 1e8} : asked.gaps_ns)
            all.push_back({.name = "gap_ns",
                           .value = gap,
                           .text = span_text(gap) + " of silence",
                           .suffix = fmt::format("gap={:.0f}", gap)});
    else if (kind == pattern::burst)
        for (const double count : asked.bursts.empty() ? std::vector<double>{8, 64} : asked.bursts)
            all.push_back({.name = "burst",
                           .value = count,
                           .text = fmt::format("{:.0f} at once", count),
                           .suffix = fmt::format("n={:.0f}", count)});
    else
        all.emplace_back();
    return all;
}

double parse_rate_hz(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 4> units{
        {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"/s", 1}}};
    const auto rate = scaled(text, units);
    if (rate && *rate >= 1 && *rate <= 1e8) return *rate;
    throw std::invalid_argument(fmt::format(
        "'{}' is no rate; write messages a second from 1 to 100M, for example 500, 10k or 2M",
        text));
}

std::vector<double> parse_loads(std::string_view text) {
    const auto fail = [&] {
        throw std::invalid_argument(
            fmt::format("'{}' is no load; write a share of saturation from 1% to 99%, for example "
                        "50%, or 10..95% for a sweep",
                        text));
    };
    const auto percent = [&](std::string_view part) {
        const auto parts = split(part);
        if (!parts || (!parts->unit.empty() && parts->unit != "%") || parts->number < 1 ||
            parts->number > 99)
            fail();
        return parts->number;
    };
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) return {percent(text) / 100};
    const double low = percent(text.substr(0, dots));
    const double high = percent(text.substr(dots + 2));
    std::vector<double> loads;
    for (const double each : sweep_percent)
        if (each >= low && each <= high) loads.push_back(each / 100);
    if (loads.empty()) fail();
    return loads;
}

double parse_gap_ns(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 4> units{
        {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
    const auto gap = scaled(text, units);
    if (gap && *gap >= 1e3 && *gap <= 1e10) return *gap;
    throw std::invalid_argument(fmt::format(
        "'{}' is no silence; write a time from 1us to 10s, for example 10us, 1ms or 100ms", text));
}

double parse_count(std::string_view text, std::string_view what, std::uint64_t least,
                   std::uint64_t most) {
    std::uint64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error == std::errc{} && rest == end && count >= least && count <= most)
        return static_cast<double>(count);
    throw std::invalid_argument(
        fmt::format("'{}': a whole number of {} from {} to {} is needed", text, what, least, most));
}

}  // namespace ipcmark
