#include "harness/analysis/calibration_block.hpp"

#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "harness/result/metrics.hpp"

namespace ipcmark {

namespace {

tree detectable_block(const std::vector<detectable_change>& list) {
    tree block = tree::array();
    for (const auto& each : list)
        block.push_back({{"repetitions", each.repetitions},
                         {"ratio", each.ratio},
                         {"gate_ratio", each.gate_ratio}});
    return block;
}

tree by_metric_block(const std::map<std::string, std::vector<detectable_change>>& by_metric) {
    tree block = tree::object();
    for (const auto& [metric, list] : by_metric)
        block[metric] = detectable_block(list);
    return block;
}

tree by_kind_block(const calibration_figures& figures) {
    tree block = tree::object();
    for (const auto& [kind, by_metric] : figures.by_kind)
        block[kind] = by_metric_block(by_metric);
    return block;
}

tree too_short_block(const std::vector<short_series>& list) {
    tree block = tree::array();
    for (const auto& each : list)
        block.push_back({{"name", each.cell},
                         {"metric", each.metric},
                         {"rounds", each.rounds},
                         {"missing", each.missing}});
    return block;
}

/// One entry a cell, its main metric's figures first, the others below "metrics".
tree cells_block(const std::vector<calibrated_cell>& cells) {
    tree block = tree::array();
    for (const auto& each : cells) {
        tree figures{{"spread", each.spread},
                     {"single_spread", each.single_spread},
                     {"rounds", each.rounds},
                     {"missing", each.missing},
                     {"detectable", detectable_block(each.detectable)}};
        if (block.empty() || block.elements().back().at("name").as_text() != each.cell) {
            tree entry{{"name", each.cell}, {"metric", each.metric}};
            entry.update(figures);
            entry["metrics"] = tree::object();
            block.push_back(std::move(entry));
        } else {
            block.elements().back()["metrics"][each.metric] = std::move(figures);
        }
    }
    return block;
}

double percent(double ratio) {
    return 100 * (ratio - 1);
}

}  // namespace

tree calibration_block(const calibration_figures& figures, const run_header& header,
                       std::uint64_t rounds, std::size_t repetitions,
                       const calibration_repetitions& rests_on) {
    return {
        {"date", header.run.started},
        {"repetitions", repetitions},
        {"disturbed", rests_on.disturbed},
        {"rounds", rounds},
        {"fingerprint", header.environment.fingerprint},
        {"comparison_repetitions", figures.repetitions},
        {"comparisons", figures.comparisons},
        {"false_alarm_rate", figures.false_alarm_rate},
        {"recorded_alarms", figures.recorded_alarms},
        {"detectable", detectable_block(figures.detectable)},
        {"by_metric", by_metric_block(figures.by_metric)},
        {"by_kind", by_kind_block(figures)},
        {"too_short", too_short_block(figures.too_short)},
        {"cells", cells_block(figures.cells)},
        {"method",
         "identical cells in pairs, fresh processes, random order within the pair; spread: 90th "
         "percentile of the ratio over resampled comparisons (single_spread: over single "
         "pairs); false alarms: share of them that the decision rule calls regressed or "
         "improved; detectable: smallest ratio that the 95 % interval tells from 1 "
         "(gate_ratio: that the rule calls regressed) in 80 % of the resamples, over p50 and "
         "rates, extrapolated where there are fewer rounds; resampled by circular blocks of 5 "
         "rounds with labels swapped at random"}};
}

namespace {

std::string label_of(const std::string& key) {
    const metric* known = find_metric(key);
    return known == nullptr ? key : std::string(known->label);
}

/// What was not measured but extrapolated from fewer rounds has a tilde.
std::string table_text(const calibration_figures& figures, std::uint64_t rounds) {
    std::string text = fmt::format("{:<40}{:>12}{:>10}", "identical cells", "figure", "spread");
    for (const auto& each : figures.detectable)
        text += fmt::format("{:>10}", fmt::format("{} reps", each.repetitions));
    text += "\n";
    for (const auto& each : figures.cells) {
        text += fmt::format("{:<40}{:>12}{:>8.1f} %", each.cell, label_of(each.metric),
                            percent(each.spread));
        for (const auto& found : each.detectable)
            text += fmt::format("{:>10}",
                                fmt::format("{}{:.1f} %", found.repetitions > rounds ? "~" : "",
                                            percent(found.ratio)));
        text += "\n";
    }
    return text;
}

/// Rounds that some series lack, so that nobody takes them for as sure as the others.
std::string missing_text(const calibration_figures& figures) {
    std::string text;
    for (const auto& each : figures.cells)
        if (each.missing > 0)
            text +=
                fmt::format("{}: no {} in {} of {} rounds; it rests on the others.\n", each.cell,
                            label_of(each.metric), each.missing, each.rounds + each.missing);
    for (const auto& each : figures.too_short)
        text += fmt::format("{}: no {} in {} of {} rounds: too few to say anything.\n", each.cell,
                            label_of(each.metric), each.missing, each.rounds + each.missing);
    return text;
}

std::string disturbed_text(const calibration_repetitions& of) {
    if (of.disturbed == 0)
        return fmt::format("None of the {} repetitions was disturbed by other work.\n", of.kept);
    const std::string which = of.disturbed == of.kept
                                  ? fmt::format("All {} repetitions were", of.kept)
                                  : fmt::format("{} of the {} repetitions {}", of.disturbed,
                                                of.kept, of.disturbed == 1 ? "was" : "were");
    return which +
           " disturbed by other work, so the limits are larger than those of the machine alone: "
           "stop "
           "other work and run again.\n";
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kind_phrases{
    {{"spins", " of pairs that spin"},
     {"sleeps", " of pairs that sleep"},
     {"same_cpu", " of pairs on one CPU"}}};

std::string limits_of(const std::map<std::string, std::vector<detectable_change>>& by_metric,
                      std::string_view phrase) {
    std::string text;
    for (const auto& [metric, list] : by_metric)
        for (const auto& found : list)
            if (found.repetitions == comparison_repetitions)
                text += fmt::format(
                    "With {} repetitions, differences under {:.1f} % in {}{} are noise here.\n",
                    comparison_repetitions, percent(found.ratio), label_of(metric), phrase);
    return text;
}

/// One figure for cells that differ tenfold in their noise would mislead about both.
std::string limits_text(const calibration_figures& figures) {
    if (figures.by_kind.empty()) return limits_of(figures.by_metric, "");
    std::string text;
    for (const auto& [kind, phrase] : kind_phrases)
        if (const auto of_kind = figures.by_kind.find(std::string(kind));
            of_kind != figures.by_kind.end())
            text += limits_of(of_kind->second, phrase);
    return text;
}

}  // namespace

std::string calibration_text(const calibration_figures& figures, std::uint64_t rounds,
                             const calibration_repetitions& rests_on) {
    std::string text = table_text(figures, rounds);
    text += fmt::format(
        "\nspread: 90 % of comparisons of {} repetitions lie within. reps: the smallest change "
        "that so many repetitions find in four of five comparisons.\n"
        "False alarms: of the {} identical pairs of this run the comparison rule called {} "
        "different; of {} comparisons resampled from them {:.2f} %.\n",
        figures.repetitions, figures.cells.size(), figures.recorded_alarms, figures.comparisons,
        100 * figures.false_alarm_rate);
    if (rounds < comparison_repetitions)
        text += fmt::format(
            "~: more than the {} rounds of this calibration, extrapolated; --repetitions 40 "
            "measures them.\n",
            rounds);
    text += missing_text(figures) + disturbed_text(rests_on);
    if (figures.recorded_alarms > 0)
        text += "Do not trust comparisons on this host until it is quieter (ipcmark doctor).\n";
    return text + limits_text(figures);
}

}  // namespace ipcmark
