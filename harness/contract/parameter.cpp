#include "harness/contract/parameter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <stdexcept>
#include <utility>

#include "harness/base/numbers.hpp"
#include "harness/base/sizes.hpp"

namespace ipcmark {

namespace {

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

std::vector<double> one(double value) {
    return {value};
}

tree whole(double value) {
    return static_cast<std::uint64_t>(value);
}

cell_parameter at_rate(double rate_hz, bool poisson) {
    return {.name = std::string(rate_parameter.name),
            .value = rate_hz,
            .text = si_text(rate_hz) + "/s" + (poisson ? ", Poisson" : ""),
            .suffix = fmt::format("rate={:.10g}{}", rate_hz, poisson ? ",poisson" : ""),
            .poisson = poisson};
}

cell_parameter at_load(double load, bool poisson) {
    return {.name = std::string(load_parameter.name),
            .value = load,
            .text = fmt::format("{:.3g} % load{}", load * 100, poisson ? ", Poisson" : ""),
            .suffix = fmt::format("load={:.3g}{}", load, poisson ? ",poisson" : ""),
            .poisson = poisson};
}

std::vector<double> parse_schedule(std::string_view text) {
    if (text == "fixed") return {0};
    if (text == "poisson") return {1};
    throw std::invalid_argument(fmt::format("'{}' is not one of fixed or poisson", text));
}

constexpr std::array sweep_loads{0.10, 0.25, 0.50, 0.75, 0.90, 0.95};
constexpr std::array usual_schedule{0.0};
constexpr std::array usual_gaps_ns{1e4, 1e5, 1e6, 1e7, 1e8};
constexpr std::array usual_bursts{8.0, 64.0};
constexpr std::array usual_update_rates{1e3, 1e5, 1e6};
constexpr std::array usual_processes{2.0, 8.0, 32.0};
constexpr std::array usual_working_sets{0.0, 65'536.0, 1'048'576.0};

}  // namespace

const parameter_spec rate_parameter{
    .name = "rate_hz",
    .flag = "rate",
    .plan_key = "rates",
    .metavar = "RATES",
    .help = "messages a second, 1k,10k,100k (state: default 1k,100k,1M)",
    .unit = "1/s",
    .usual = {},
    .parse = [](std::string_view text) { return one(parse_rate_hz(text)); },
    .write = [](double value) { return tree(fmt::format("{:.12g}", value)); }};
const parameter_spec load_parameter{
    .name = "load",
    .flag = "load",
    .plan_key = "loads",
    .metavar = "SHARES",
    .help = "shares of what the cell carries at most, 50% or a sweep (default 10..95%)",
    .unit = "share of capacity",
    .usual = sweep_loads,
    .parse = parse_loads,
    .write = [](double value) { return tree(fmt::format("{:.12g}%", 100 * value)); }};
const parameter_spec schedule_parameter{
    .name = "schedule",
    .flag = "schedule",
    .plan_key = "schedule",
    .metavar = "WORD",
    .help = "fixed (equal gaps) or poisson",
    .unit = "",
    .usual = usual_schedule,
    .several = false,
    .parse = parse_schedule,
    .write = [](double value) { return tree(value != 0 ? "poisson" : "fixed"); }};
const parameter_spec gap_parameter{
    .name = "gap_ns",
    .flag = "gap",
    .plan_key = "gaps",
    .metavar = "TIMES",
    .help = "idle times before a message (default 10us,100us,1ms,10ms,100ms)",
    .unit = "ns",
    .usual = usual_gaps_ns,
    .parse = [](std::string_view text) { return one(parse_gap_ns(text)); },
    .write = [](double value) { return tree(fmt::format("{:.12g}ns", value)); }};
const parameter_spec burst_parameter{
    .name = "burst",
    .flag = "burst",
    .plan_key = "bursts",
    .metavar = "N",
    .help = "messages at once (default 8,64)",
    .unit = "messages",
    .usual = usual_bursts,
    .parse = [](std::string_view text) { return one(whole_number(text, 2, 4096, "messages")); },
    .write = whole};
const parameter_spec processes_parameter{
    .name = "processes",
    .flag = "ring-processes",
    .plan_key = "ring_processes",
    .metavar = "N",
    .help = "processes in the ring (default 2,8,32)",
    .unit = "processes",
    .usual = usual_processes,
    .parse = [](std::string_view text) { return one(whole_number(text, 2, 64, "processes")); },
    .write = whole};
const parameter_spec working_set_parameter{
    .name = "working_set_bytes",
    .flag = "working-set",
    .plan_key = "working_sets",
    .metavar = "SIZES",
    .help = "bytes that each process sums at a hop (default 0,64Ki,1Mi)",
    .unit = "bytes",
    .usual = usual_working_sets,
    .parse =
        [](std::string_view text) {
            return one(text == "0" ? 0 : static_cast<double>(parse_payload_bytes(text)));
        },
    .write = [](double value) { return tree(fmt::format("{:.0f}", value)); }};

void parameter_request::add(const parameter_spec& which, std::string_view word) {
    auto& values = by_name[std::string(which.name)];
    for (const double value : which.parse(word))
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

std::vector<double> parameter_request::asked(const parameter_spec& which) const {
    const auto at = by_name.find(which.name);
    return at == by_name.end() ? std::vector<double>{} : at->second;
}

std::vector<double> parameter_request::values_of(const parameter_spec& which) const {
    auto values = asked(which);
    if (values.empty()) values.assign(which.usual.begin(), which.usual.end());
    return values;
}

std::vector<cell_parameter> no_parameters(const parameter_request&) {
    return {cell_parameter{}};
}

std::vector<cell_parameter> paced_parameters(const parameter_request& asked) {
    const bool poisson = asked.values_of(schedule_parameter).front() != 0;
    std::vector<cell_parameter> all;
    for (const double rate : asked.values_of(rate_parameter))
        all.push_back(at_rate(rate, poisson));
    if (asked.asks_for(rate_parameter) && !asked.asks_for(load_parameter)) return all;
    for (const double load : asked.values_of(load_parameter))
        all.push_back(at_load(load, poisson));
    return all;
}

std::vector<cell_parameter> state_parameters(const parameter_request& asked) {
    std::vector<double> rates = asked.values_of(rate_parameter);
    if (rates.empty()) rates.assign(usual_update_rates.begin(), usual_update_rates.end());
    std::vector<cell_parameter> all;
    for (const double rate : rates)
        all.push_back(at_rate(rate, false));
    return all;
}

std::vector<cell_parameter> wake_parameters(const parameter_request& asked) {
    std::vector<cell_parameter> all;
    for (const double gap_ns : asked.values_of(gap_parameter))
        all.push_back({.name = std::string(gap_parameter.name),
                       .value = gap_ns,
                       .text = "after " + span_text(gap_ns),
                       .suffix = fmt::format("gap={:.0f}", gap_ns)});
    return all;
}

std::vector<cell_parameter> burst_parameters(const parameter_request& asked) {
    std::vector<cell_parameter> all;
    for (const double count : asked.values_of(burst_parameter))
        all.push_back({.name = std::string(burst_parameter.name),
                       .value = count,
                       .text = fmt::format("{:.0f} at once", count),
                       .suffix = fmt::format("n={:.0f}", count)});
    return all;
}

std::vector<cell_parameter> ring_parameters(const parameter_request& asked) {
    std::vector<cell_parameter> all;
    for (const double count : asked.values_of(processes_parameter))
        for (const double set : asked.values_of(working_set_parameter)) {
            const auto bytes = static_cast<std::size_t>(set);
            all.push_back(
                {.name = std::string(processes_parameter.name),
                 .value = count,
                 .text = fmt::format("{:.0f} processes, {} each", count, payload_text(bytes)),
                 .suffix = fmt::format("procs={:.0f},set={}", count, bytes),
                 .working_set_bytes = bytes});
        }
    return all;
}

bool is_share_of_capacity(const cell_parameter& varied) {
    return varied.name == load_parameter.name;
}

pacing paced_pacing(const cell_parameter& varied, std::optional<double> capacity_hz) {
    pacing pace;
    pace.rate_hz = varied.value;
    pace.poisson = varied.poisson;
    if (!is_share_of_capacity(varied)) return pace;
    if (!capacity_hz) throw std::logic_error("a load needs a capacity that it is a share of");
    pace.rate_hz *= *capacity_hz;
    return pace;
}

pacing wake_pacing(const cell_parameter& varied, std::optional<double>) {
    pacing pace;
    pace.gap_ns = static_cast<std::int64_t>(varied.value);
    return pace;
}

pacing burst_pacing(const cell_parameter& varied, std::optional<double>) {
    constexpr std::int64_t between_bursts_ns = 200'000;
    pacing pace;
    pace.gap_ns = between_bursts_ns;
    pace.burst = static_cast<std::uint64_t>(varied.value);
    return pace;
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
    for (const double load : sweep_loads)
        if (load >= low / 100 && load <= high / 100) loads.push_back(load);
    if (loads.empty()) fail();
    return loads;
}

double parse_gap_ns(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 4> units{
        {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
    const auto gap = scaled(text, units);
    if (gap && *gap >= 1e3 && *gap <= 1e10) return *gap;
    throw std::invalid_argument(fmt::format(
        "'{}' is no idle time; write a time from 1us to 10s, for example 10us, 1ms or 100ms",
        text));
}

}  // namespace ipcmark
