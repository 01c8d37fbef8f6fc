#include <algorithm>
#include <cstdint>
#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

/// What the lines say, by worth: where room is short the last goes first. Answers go into one line
/// for all such patterns, the first one never.
enum worth : std::uint8_t {
    first_answer,
    stream_answer,
    sleeper,
    elsewhere,  // the placement moves figures more than the mechanism
    other_answer,
    sleeper_of_other,
    waking,
    detail,
};

using group_list = std::vector<const group_view*>;

bool is_across(placement place) {
    return place != placement::free && place != placement::same_cpu;
}

/// Without which cache two CPUs share where there is one such pair.
std::string place_of(const group_view& group, const group_list& all) {
    const auto title = std::string(title_of(group.place));
    const auto pairs = std::count_if(all.begin(), all.end(),
                                     [](const auto* each) { return is_across(each->place); });
    return pairs > 1 || !is_across(group.place) ? title : title.substr(0, title.find(','));
}

std::string head_of(const group_view& group, const group_list& all) {
    std::string text = capital(std::string(pattern_of(group.kind).title));
    if (group.payload_bytes > 0) text += ", " + payload_text(group.payload_bytes);
    if (!group.parameter.empty()) text += ", " + group.parameter;
    return text + ", " + place_of(group, all);
}

/// The same mechanism, asked the same, elsewhere.
const cell_result* same_at(const run_result& result, const group_view& group,
                           const cell_result& cell) {
    for (const std::size_t i : group.cells)
        if (result.cells[i].mechanism == cell.mechanism &&
            result.cells[i].payload_bytes == cell.payload_bytes)
            return &result.cells[i];
    return nullptr;
}

bool lies_below(const metric_summary& one, const metric_summary& other) {
    constexpr double plainly = 2;
    return one.high && other.low && *one.high < *other.low && one.median && other.median &&
           plainly * *one.median < *other.median;
}

/// What waking another CPU takes, by a mechanism that slept both times.
std::string wake_up_text(const run_result& result, const group_view& across,
                         const group_view& near) {
    for (const std::size_t i : across.cells) {
        const cell_result& far = result.cells[i];
        const cell_result* here = same_at(result, near, far);
        if (here == nullptr || far.ended != status::ok || here->ended != status::ok ||
            waiting_of(result, far) != waiting::slept ||
            waiting_of(result, *here) != waiting::slept)
            continue;
        const metric_summary* there = far.find("p50_ns");
        const metric_summary* one = here->find("p50_ns");
        if (there == nullptr || one == nullptr || !lies_below(*one, *there)) return {};
        return fmt::format("Waking the other CPU costs here: {} takes {} on {}, and {} {}.",
                           far.mechanism, *median_text(there), title_of(across.place),
                           *median_text(one),
                           near.place == placement::free ? "where it is not pinned" : "on one CPU");
    }
    return {};
}

/// The best that sleeps, where the best does not.
const answer* sleeper_of(const run_result& result, const group_view& group) {
    if (group.answers.size() < 2) return nullptr;
    const bool best_sleeps =
        waiting_of(result, result.cells[group.answers.front().cell]) == waiting::slept;
    const bool second_is_least_cpu = pattern_of(group.kind).both_ways() && best_sleeps;
    return second_is_least_cpu ? nullptr : &group.answers[1];
}

std::string in_short(const group_view& group) {
    constexpr std::string_view parameter = "{}";
    std::string text(pattern_of(group.kind).in_short);
    if (const auto at = text.find(parameter); at != std::string::npos)
        text.replace(at, parameter.size(), group.parameter);
    return text;
}

closing_line answer_line(const group_list& told, bool leads) {
    const group_view& main = *told.front();
    const pattern_info& kind = pattern_of(main.kind);
    const bool is_stream = kind.loop == pattern_loop::stream;
    const answer& best = main.answers.front();
    closing_line line{head_of(main, told) + ": " + best.brief + ".",
                      false,
                      leads       ? worth::first_answer
                      : is_stream ? worth::stream_answer
                                  : worth::other_answer,
                      false,
                      {}};
    if (!leads)
        line.shortest = {in_short(main), best.mechanism,
                         best.figure + (best.proven ? "" : " (no order proven)")};
    return line;
}

/// The best of the other placements, and who sleeps there.
std::string elsewhere_text(const run_result& result, const group_list& told) {
    std::string text;
    for (std::size_t i = 1; i < told.size(); ++i) {
        const answer* sleeps = sleeper_of(result, *told[i]);
        text += (i == 1 ? "" : "; ") + place_of(*told[i], told) + ": " +
                told[i]->answers.front().brief +
                (sleeps == nullptr ? "" : "; sleeping when idle: " + sleeps->brief);
    }
    return text;
}

void add_pattern(const run_result& result, const group_list& told,
                 std::vector<closing_line>& lines) {
    const group_view& main = *told.front();
    const bool leads = lines.empty();
    lines.push_back(answer_line(told, leads));
    if (const answer* sleeps = sleeper_of(result, main))
        lines.push_back({"Sleeping when idle: " + sleeps->brief + ".",
                         true,
                         leads ? worth::sleeper : worth::sleeper_of_other,
                         false,
                         {}});
    if (const auto elsewhere = elsewhere_text(result, told); !elsewhere.empty())
        lines.push_back(
            {capital(elsewhere) + ".", true, leads ? worth::elsewhere : worth::detail, leads, {}});
    if (pattern_of(main.kind).plain_exchange() && is_across(main.place))
        for (std::size_t i = 1; i < told.size(); ++i)
            if (!is_across(told[i]->place))
                if (auto text = wake_up_text(result, main, *told[i]); !text.empty()) {
                    lines.push_back({std::move(text), true, worth::waking, true, {}});
                    break;
                }
}

}  // namespace

std::string in_few_words(const std::vector<short_answer>& answers) {
    std::vector<std::string> names;
    for (const auto& each : answers)
        if (std::find(names.begin(), names.end(), each.mechanism) == names.end())
            names.push_back(each.mechanism);
    std::string text;
    for (const auto& name : names) {
        std::string figures;
        for (const auto& each : answers)
            if (each.mechanism == name)
                figures +=
                    fmt::format("{}{} {}", figures.empty() ? "" : ", ", each.topic, each.figure);
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, figures);
    }
    return text.empty() ? text : "Best of the others: " + text + ".";
}

std::vector<closing_line> closing_lines(const run_result& result, const result_view& view) {
    std::vector<closing_line> lines;
    for (const pattern_info& row : pattern_table) {
        auto told = headlines_of(view.groups, row.id);
        std::erase_if(told, [](const group_view* each) { return each->answers.empty(); });
        if (!told.empty()) add_pattern(result, told, lines);
        if (row.id == pattern::paced)
            for (const auto& load : view.loads)
                if (!load.text.empty())
                    lines.push_back({load.text, true, worth::detail, false, {}});
    }
    return lines;
}

}  // namespace ipcmark
