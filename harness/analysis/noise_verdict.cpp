#include "harness/analysis/noise_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "harness/result/json_values.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr double quiet_share = 0.1;
constexpr double unusable_share = 0.5;

std::optional<double> relative_half_width(const ordered_json& cell) {
    for (const auto key : headline_metrics) {
        const auto at = cell.at("summary").find(key);
        if (at == cell.at("summary").end() || !at->is_object()) continue;
        if (!at->at("low").is_number() || !at->at("high").is_number()) return std::nullopt;
        const double middle = at->at("median").get<double>();
        if (middle <= 0) return std::nullopt;
        return (at->at("high").get<double>() - at->at("low").get<double>()) / (2 * middle);
    }
    return std::nullopt;
}

std::optional<double> smallest_ratio(const ordered_json& cells) {
    std::vector<double> widths;
    for (const auto& cell : cells)
        if (const auto width = relative_half_width(cell)) widths.push_back(*width);
    if (widths.empty()) return std::nullopt;
    return 1 + std::sqrt(2.0) * median(std::move(widths));
}

struct tally {
    std::array<std::size_t, 3> by_quality{};  // in the order of the enumeration
    std::size_t rerun = 0;
    std::size_t flagged_cells = 0;

    std::size_t all() const { return by_quality[0] + by_quality[1] + by_quality[2]; }
    double contaminated_share() const {
        return static_cast<double>(by_quality[2]) / static_cast<double>(all());
    }
    std::string_view verdict() const {
        if (contaminated_share() > unusable_share) return "unusable";
        return contaminated_share() > quiet_share || flagged_cells > 0 ? "noisy" : "quiet";
    }
};

tally count(const ordered_json& document) {
    tally counted;
    for (const auto& entry : document.at("benchmarks")) {
        const auto& ipc = entry.at("ipc");
        const auto at = ipc.find("quality");
        const auto how = at == ipc.end() || !at->is_string()
                             ? std::nullopt
                             : from_word<quality>(at->get<std::string>());
        if (how) ++counted.by_quality[static_cast<std::size_t>(*how)];
        if (ipc.value("try", 0) > 0) ++counted.rerun;
    }
    for (const auto& cell : document.at("cells"))
        for (const auto& flag : cell.at("flags"))
            if (flag == "contaminated") ++counted.flagged_cells;
    return counted;
}

std::string verdict_text(const tally& counted, const std::optional<double>& ratio) {
    std::string text = fmt::format("{} of {} timed spawns were contaminated", counted.by_quality[2],
                                   counted.all());
    if (counted.rerun > 0) text += fmt::format(", {} were run again", counted.rerun);
    if (counted.flagged_cells > 0)
        text += fmt::format(", {} {} on them", counted.flagged_cells,
                            counted.flagged_cells == 1 ? "cell rests" : "cells rest");
    text += ratio ? fmt::format("; differences below {:.1f} % are noise here.", 100 * (*ratio - 1))
                  : std::string("; too few spawns to say which differences are noise.");
    return text;
}

ordered_json gate_block() {
    ordered_json rows = ordered_json::object();
    for (const gate_row& row : gate)
        rows[std::string(row.key)] = {
            {"quiet", row.quiet}, {"usable", row.usable}, {"meaning", row.meaning}};
    return {{"rows", std::move(rows)},
            {"own_delay_per_switch_ns", own_delay_per_switch_ns},
            {"longest_single_gap_ns", longest_single_gap_ns},
            {"rule",
             "a bound is passed only by what exceeds it by more than the reading's resolution (a "
             "jiffy for foreign_cpu and steal); never by the measured outcome"}};
}

}  // namespace

ordered_json noise_to_json(const spawn_noise& noise) {
    return {{"foreign_cpu", or_null(noise.foreign_cpu)},
            {"interrupt_cpu", or_null(noise.interrupt_cpu)},
            {"steal", or_null(noise.steal)},
            {"run_delay", or_null(noise.run_delay)},
            {"psi_cpu", or_null(noise.psi_cpu)},
            {"gap_ppm", or_null(noise.gap_ppm)},
            {"gap_max_us", or_null(noise.gap_max_us)},
            {"frequency_change", or_null(noise.frequency_change)},
            {"other_runnable", or_null(noise.other_runnable)},
            {"involuntary", or_null(noise.involuntary_per_s)},
            {"involuntary_per_message", or_null(noise.involuntary_per_message)},
            {"migrations", or_null(noise.migrations)},
            {"major_faults", noise.major_faults},
            {"reasons", noise.reasons},
            {"coarse", noise.coarse}};
}

bool is_contaminated(const ordered_json& entry) {
    const auto ipc = entry.find("ipc");
    return ipc != entry.end() && ipc->contains("quality") &&
           ipc->at("quality") == std::string(to_word(quality::contaminated));
}

bool estimates_from_accepted(std::size_t first_tries, std::size_t accepted) {
    return accepted > 0 && 2 * accepted >= first_tries;
}

void add_noise_verdict(ordered_json& document) {
    const tally counted = count(document);
    if (counted.all() == 0) {
        document["noise"] = nullptr;
        return;
    }
    const auto ratio = smallest_ratio(document.at("cells"));
    document["noise"] = {{"verdict", counted.verdict()},
                         {"text", verdict_text(counted, ratio)},
                         {"spawns",
                          {{"quiet", counted.by_quality[0]},
                           {"usable", counted.by_quality[1]},
                           {"contaminated", counted.by_quality[2]}}},
                         {"rerun", counted.rerun},
                         {"smallest_ratio", or_null(ratio)},
                         {"gate", gate_block()}};
}

}  // namespace ipcmark
