#include "reports/view/history_view.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "harness/analysis/comparison.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t shown_revision = 12;
constexpr std::size_t most_facts = 4;

std::string short_revision(const past_run& run) {
    return run.revision.substr(0, shown_revision) + (run.dirty ? " with changes" : "");
}

const tree& facts_of(const std::vector<fingerprint_facts>& all, std::int64_t id) {
    static const tree nothing = tree::object();
    for (const fingerprint_facts& each : all)
        if (each.id == id) return each.facts;
    return nothing;
}

std::string machine_change(const tree& before, const tree& after) {
    std::vector<difference> all;
    for (const char* block : {"identity", "ipc_limits"}) {
        const tree* old = before.find(block);
        const tree* now = after.find(block);
        if (old == nullptr || now == nullptr) continue;
        for (auto& each : fact_differences(*old, *now))
            all.push_back(std::move(each));
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), most_facts); ++i)
        text += fmt::format("{}{} {} -> {}", i == 0 ? "" : ", ", all[i].fact, all[i].before,
                            all[i].after);
    if (all.size() > most_facts)
        text += fmt::format(" and {} more", plural(all.size() - most_facts, "fact"));
    return text.empty() ? "another machine, or other limits" : text;
}

/// The options of `ab` that choose the cell: its name has them.
std::string cell_options(const kept_change& change) {
    static constexpr const char* flags[] = {"pattern", "mechanism", "payload", "placement"};
    std::string text;
    std::size_t at = 0;
    for (const char* flag : flags) {
        const auto end = std::min(change.cell.find('/', at), change.cell.size());
        text += fmt::format(" --{} {}", flag, change.cell.substr(at, end - at));
        at = std::min(end + 1, change.cell.size());
    }
    if (change.reads != touch::rw) text += fmt::format(" --touch {}", to_word(change.reads));
    return text;
}

std::string confirm_text(const kept_change& change, const past_run& good, const past_run& bad) {
    if (good.revision.empty() || bad.revision.empty())
        return "The revisions of both runs are not known: `history add --revision` records them.";
    if (good.revision == bad.revision)
        return fmt::format(
            "Both runs are of revision {}: it was not the code, or not all of it "
            "was committed.",
            short_revision(good));
    return fmt::format(
        "ipcmark ab --a {} --b {} --build COMMAND --built FILE{} --json ab.json && "
        "ipcmark history confirm {} --ab ab.json",
        good.revision.substr(0, shown_revision), bad.revision.substr(0, shown_revision),
        cell_options(change), change.id);
}

change_view change_view_of(const kept_change& change, const past_run& good, const past_run& bad) {
    change_view view;
    view.id = change.id;
    view.state = change.state;
    view.cell = change.cell;
    view.metric = change.metric;
    view.ratio = change.ratio;
    view.worse = change.worse;
    view.decides = change.decides;
    view.adjusted_p = change.adjusted_p;
    view.since = bad.started;
    view.last_good = past_run_text(good);
    view.first_bad = past_run_text(bad);
    const metric* by = find_metric(change.metric);
    view.text = fmt::format(
        "{}, {}: {:.3g}x since {}, {}; before it {} (adjusted p {:.2g}{})", change.cell,
        by == nullptr ? change.metric : label_of(*by, change.kind, 1), change.ratio, view.first_bad,
        change.worse ? "worse" : "better", view.last_good, change.adjusted_p,
        change.decides ? "" : "; a metric that warns and does not decide");
    view.confirm = confirm_text(change, good, bad);
    view.note = change.note;
    return view;
}

std::string answer_of(const history_view& view) {
    if (view.open == 0) return "No change for the worse is open.";
    return fmt::format(
        "{} for the worse {} open: `ipcmark history accept NUMBER` where it is meant.",
        plural(view.open, "change"), view.open == 1 ? "is" : "are");
}

std::string escaped_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '|' || c == '`') c = ' ';
    return text;
}

}  // namespace

std::string past_run_text(const past_run& run) {
    return fmt::format("{} ({}{})", run.file, moment_text(run.started),
                       run.revision.empty() ? "" : ", revision " + short_revision(run));
}

history_view view_of_history(const std::vector<past_run>& runs,
                             const std::vector<fingerprint_facts>& fingerprints,
                             const std::vector<kept_change>& changes,
                             const std::function<bool(const std::string& cell)>& wanted) {
    history_view view;
    if (runs.empty()) {
        view.summary = "No run yet: `ipcmark history add FILE` adds one.";
        view.answer = view.summary;
        return view;
    }
    std::set<std::int64_t> machines;
    std::map<std::int64_t, const past_run*> by_id;
    for (const past_run& each : runs) {
        machines.insert(each.fingerprint);
        by_id[each.id] = &each;
    }
    view.summary = fmt::format("{} from {} to {}, {}.", plural(runs.size(), "run"),
                               moment_text(runs.front().started), moment_text(runs.back().started),
                               machines.size() == 1
                                   ? "all on one machine with the same limits"
                                   : fmt::format("on {} machines or settings", machines.size()));
    for (std::size_t i = 1; i < runs.size(); ++i) {
        const past_run& before = runs[i - 1];
        const past_run& now = runs[i];
        const bool machine = before.fingerprint != now.fingerprint;
        if (!machine && before.golden == now.golden) continue;
        view.breaks.push_back({now.started, past_run_text(now),
                               machine ? machine_change(facts_of(fingerprints, before.fingerprint),
                                                        facts_of(fingerprints, now.fingerprint))
                                       : "held against another golden build"});
    }
    for (const kept_change& each : changes) {
        const auto good = by_id.find(each.last_good);
        const auto bad = by_id.find(each.first_bad);
        if (good == by_id.end() || bad == by_id.end() || !wanted(each.cell)) continue;
        view.changes.push_back(change_view_of(each, *good->second, *bad->second));
        view.open += is_open(each) ? 1 : 0;
    }
    view.answer = answer_of(view);
    return view;
}

std::string render_history_text(const history_view& view) {
    std::string text = view.summary + "\n";
    constexpr std::size_t most_breaks = 10;
    if (!view.breaks.empty()) text += "Not compared across:\n";
    for (std::size_t i = view.breaks.size() - std::min(view.breaks.size(), most_breaks);
         i < view.breaks.size(); ++i)
        text += fmt::format("  {}: {}\n", view.breaks[i].run, view.breaks[i].text);
    if (view.breaks.size() > most_breaks)
        text += fmt::format("  and {} before\n", view.breaks.size() - most_breaks);
    constexpr std::size_t most_changes = 30;
    std::string runs;  // of the command that was printed last
    for (std::size_t i = 0; i < std::min(view.changes.size(), most_changes); ++i) {
        const change_view& each = view.changes[i];
        text += fmt::format("\n#{} {}: {}\n", each.id, to_word(each.state), each.text);
        if (!each.note.empty()) text += "    Note: " + each.note + "\n";
        if (!each.worse || each.state != change_state::detected) continue;
        if (runs != each.last_good + each.first_bad) text += "    " + each.confirm + "\n";
        runs = each.last_good + each.first_bad;
    }
    if (view.changes.size() > most_changes)
        text += fmt::format("\nand {} more: --filter chooses cells, --format json has all\n",
                            view.changes.size() - most_changes);
    text += "\n";
    if (!view.searched.empty()) text += view.searched + "\n";
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = '?';
    return text + view.answer + "\n";
}

std::string render_history_markdown(const history_view& view) {
    std::string text = "### ipcmark history\n\n" + escaped_line(view.summary) + "\n\n";
    for (const break_view& each : view.breaks)
        text += fmt::format("- Not compared across {}: {}\n", escaped_line(each.run),
                            escaped_line(each.text));
    if (!view.changes.empty()) text += "\n| # | state | change |\n| --: | :-- | :-- |\n";
    for (const change_view& each : view.changes)
        text += fmt::format("| {} | {} | {} |\n", each.id, to_word(each.state),
                            escaped_line(each.text));
    return text + "\n" + view.searched + (view.searched.empty() ? "" : "\n\n") + "**" +
           view.answer + "**\n";
}

}  // namespace ipcmark
