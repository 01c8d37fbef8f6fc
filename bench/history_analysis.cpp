#include <algorithm>
#include <fmt/format.h>
#include <iostream>

#include "bench/history_options.hpp"
#include "bench/history_place.hpp"
#include "harness/analysis/ab_judgement.hpp"
#include "harness/base/json_text.hpp"
#include "harness/history/store.hpp"
#include "reports/read_result.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/history_view.hpp"

namespace ipcmark {

namespace {

history_store history_of(const history_options& options) {
    return history_store::existing(history_folder(options.store));
}

history_view view_of_store(const history_store& store, const std::vector<past_run>& runs,
                           const history_options& options) {
    return view_of_history(runs, store.fingerprints(), store.changes(),
                           cell_filter(options.filter));
}

void print_history(const history_view& view, answer_format format) {
    switch (format) {
        case answer_format::json:
            std::cout << json_text(to_tree(view), 1) << '\n';
            return;
        case answer_format::markdown:
            std::cout << render_history_markdown(view);
            return;
        case answer_format::text:
            std::cout << render_history_text(view);
    }
}

/// "3", "#3" or "3-7".
std::vector<std::int64_t> change_numbers(const std::vector<std::string>& words) {
    constexpr std::int64_t most = 100'000;
    std::vector<std::int64_t> numbers;
    for (const std::string& word : words) {
        const std::string digits = word.substr(word.starts_with('#') ? 1 : 0);
        const auto dash = digits.find('-');
        const auto first = whole_number<std::int64_t>(digits.substr(0, dash));
        const auto last =
            dash == std::string::npos ? first : whole_number<std::int64_t>(digits.substr(dash + 1));
        if (!first || !last || *first <= 0 || *last < *first || *last - *first > most)
            throw command_error("'" + word +
                                "' is no number of a change, nor a range such as 3-7; "
                                "`ipcmark history show` has them");
        for (std::int64_t number = *first; number <= *last; ++number)
            numbers.push_back(number);
    }
    return numbers;
}

int judge_changes(const history_options& options, change_state state) {
    auto store = history_of(options);
    for (const std::int64_t number : change_numbers(options.words)) {
        if (!store.set_state(number, state, options.note))
            throw command_error(fmt::format("there is no change {}; `ipcmark history show` lists "
                                            "them",
                                            number),
                                exit_nothing_matched);
        std::cout << fmt::format("change {}: {}\n", number, to_word(state));
    }
    return exit_ok;
}

/// Whether `ab` saw the same: the metric of the cell, in the same direction.
bool is_proven_by(const ab_result& compared, const ab_judgement& judged,
                  const kept_change& change) {
    for (const ab_figure& each : judged.figures)
        if (compared.pairs[each.pair].b == change.cell && each.by.of->key == change.metric)
            return each.seen.verdict == (change.worse ? change::regressed : change::improved);
    return false;
}

/// Throws command_error unless the comparison proves every change that is named.
void require_proof(const history_options& options) try {
    auto read = read_result_or_ab(options.ab);
    const auto* compared = std::get_if<ab_result>(&read);
    if (compared == nullptr)
        throw command_error("--ab " + options.ab + " is no result of `ipcmark ab`",
                            exit_unreadable);
    const ab_judgement judged = judge(*compared);
    const auto known = history_of(options).changes();
    for (const std::int64_t number : change_numbers(options.words)) {
        const auto at = std::find_if(known.begin(), known.end(),
                                     [number](const auto& each) { return each.id == number; });
        if (at == known.end() || judged.machine_moved || !is_proven_by(*compared, judged, *at))
            throw command_error(
                fmt::format("{} does not prove change {}; `ipcmark history ignore {}` where it was "
                            "the machine",
                            options.ab, number, number),
                exit_nothing_matched);
    }
} catch (const unreadable_result& e) {
    throw command_error(e.what(), exit_unreadable);
}

}  // namespace

int history_show(const history_options& options) {
    const auto store = history_of(options);
    const auto runs = store.runs();
    const history_view view = view_of_store(store, runs, options);
    if (options.format == answer_format::text) {
        for (std::size_t i = runs.size() - std::min(runs.size(), options.last); i < runs.size();
             ++i)
            std::cout << past_run_text(runs[i]) << '\n';
        if (!runs.empty() && options.last > 0) std::cout << '\n';
    }
    print_history(view, options.format);
    return exit_ok;
}

int history_analyze(const history_options& options) {
    auto store = history_of(options);
    const auto runs = store.runs();
    trend_search search(runs, options.rule);
    std::size_t series = 0;
    store.for_each_series(runs, cell_filter(options.filter), [&](past_series one) {
        search.add(std::move(one));
        ++series;
    });
    if (series == 0 && !options.filter.empty())
        throw command_error("no cell of the history matches --filter " + options.filter,
                            exit_nothing_matched);
    const auto found = search.finish();
    store.record(found, runs);
    history_view view = view_of_store(store, runs, options);
    std::size_t longest = 0;
    for (const trend& each : found)
        for (const trend_epoch& epoch : each.epochs)
            longest = std::max(longest, epoch.end - epoch.first);
    constexpr std::size_t fewest = 10;
    view.searched =
        longest < fewest
            ? fmt::format(
                  "Nothing was searched: it takes {} runs of one machine, and there are {} "
                  "at most.",
                  fewest, longest)
            : fmt::format(
                  "{} series searched; of the changes found, at most one in {:.0f} is "
                  "chance.",
                  series, 1 / options.rule.level);
    print_history(view, options.format);
    return options.fail && view.open > 0 ? exit_gate_failed : exit_ok;
}

int history_confirm(const history_options& options) {
    if (!options.ab.empty()) require_proof(options);
    return judge_changes(options, change_state::confirmed);
}

int history_accept(const history_options& options) {
    return judge_changes(options, change_state::accepted);
}

int history_ignore(const history_options& options) {
    return judge_changes(options, change_state::ignored);
}

}  // namespace ipcmark
