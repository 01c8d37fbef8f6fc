#include <algorithm>
#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

/// Ranks of lines.
namespace worth {
constexpr unsigned answer = 0;
constexpr unsigned sleeper = 1;
constexpr unsigned elsewhere = 2;  // the placement moves figures more than the mechanism
constexpr unsigned other_pattern = 3;
constexpr unsigned waking = 4;
constexpr unsigned detail = 5;
}  // namespace worth

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

void add_pattern(const run_result& result, const group_list& told,
                 std::vector<closing_line>& lines) {
    const group_view& main = *told.front();
    const bool leads = lines.empty();
    lines.push_back({head_of(main, told) + ": " + main.answers.front().brief + ".", false,
                     leads ? worth::answer : worth::other_pattern});
    const pattern_info& kind = pattern_of(main.kind);
    const bool least_cpu_is_second =
        kind.both_ways() &&
        waiting_of(result, result.cells[main.answers.front().cell]) == waiting::slept;
    if (main.answers.size() > 1 && !least_cpu_is_second)
        lines.push_back({"Sleeping when idle: " + main.answers[1].brief + ".", true,
                         leads ? worth::sleeper : worth::detail});
    std::string elsewhere;
    for (std::size_t i = 1; i < told.size(); ++i)
        elsewhere +=
            (i == 1 ? "" : "; ") + place_of(*told[i], told) + ": " + told[i]->answers.front().brief;
    if (!elsewhere.empty())
        lines.push_back(
            {capital(elsewhere) + ".", true, leads ? worth::elsewhere : worth::detail, leads});
    if (kind.plain_exchange() && is_across(main.place))
        for (std::size_t i = 1; i < told.size(); ++i)
            if (!is_across(told[i]->place))
                if (auto text = wake_up_text(result, main, *told[i]); !text.empty()) {
                    lines.push_back({std::move(text), true, worth::waking, true});
                    break;
                }
}

}  // namespace

std::vector<closing_line> closing_lines(const run_result& result, const result_view& view) {
    std::vector<closing_line> lines;
    for (const pattern_info& row : pattern_table) {
        auto told = headlines_of(view.groups, row.id);
        std::erase_if(told, [](const group_view* each) { return each->answers.empty(); });
        if (!told.empty()) add_pattern(result, told, lines);
        if (row.id == pattern::paced)
            for (const auto& load : view.loads)
                if (!load.text.empty()) lines.push_back({load.text, true, worth::detail});
    }
    return lines;
}

}  // namespace ipcmark
