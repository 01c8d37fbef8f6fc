#include <algorithm>
#include <fmt/format.h>
#include <functional>

#include "harness/base/sizes.hpp"
#include "harness/result/metrics.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t fewest_to_prove = 4;  // repetitions: see decide() of unpaired samples
constexpr std::size_t names_told = 3;
constexpr std::size_t names_in_brief = 2;

/// Who is asked about, and how the answer calls him.
struct question {
    std::string superlative;  // "fastest round trip"
    const metric* by;
    std::function<bool(waiting)> asks;
};

class answerer {
public:
    answerer(const run_result& result, const repetition_figures& figures, const cell_group& cells)
        : result_(result), figures_(figures), group_(cells) {}

    /// nullopt: nobody that is asked about has a figure.
    std::optional<answer> to(const question& asked) const {
        std::vector<bool> among;
        for (const std::size_t i : group_.cells)
            among.push_back(asked.asks(waiting_of(result_, result_.cells[i])));
        const auto found = standings_among(result_, figures_, group_, *asked.by, among);
        const auto best = std::find(found.begin(), found.end(), standing::best);
        if (best == found.end()) return of_pooled(asked, among);
        answer told =
            about(asked, group_.cells[static_cast<std::size_t>(best - found.begin())], found);
        add_better_pooled(asked, among, told);
        return told;
    }

private:
    /// With figures that single repetitions are too short for; the best first.
    std::vector<std::size_t> pooled_ones(const question& asked,
                                         const std::vector<bool>& among) const {
        std::vector<std::size_t> pooled;
        for (std::size_t i = 0; i < group_.cells.size(); ++i) {
            const cell_result& cell = result_.cells[group_.cells[i]];
            const metric_summary* figures = cell.find(asked.by->key);
            if (among[i] && cell.ended == status::ok && cell.mechanism != instrument_name &&
                figures != nullptr && figures->pooled && figures->median &&
                !cell.saturated.value_or(false) && !is_lossy(result_, cell))
                pooled.push_back(group_.cells[i]);
        }
        std::stable_sort(pooled.begin(), pooled.end(), [&](std::size_t a, std::size_t b) {
            return is_below(asked, result_.cells[a], result_.cells[b]);
        });
        return pooled;
    }

    static bool is_below(const question& asked, const cell_result& a, const cell_result& b) {
        return *a.median(asked.by->key) < *b.median(asked.by->key);
    }

    std::vector<std::string> statements(const question& asked,
                                        const std::vector<std::size_t>& cells) const {
        std::vector<std::string> texts;
        for (const std::size_t i : cells)
            texts.push_back(statement(result_.cells[i], *asked.by));
        return texts;
    }

    /// The answer has the figures side by side, since nobody is proven the best.
    std::optional<answer> of_pooled(const question& asked, const std::vector<bool>& among) const {
        auto told = pooled_ones(asked, among);
        if (told.empty()) return std::nullopt;
        answer best = about(asked, told.front(), std::vector<standing>(group_.cells.size()));
        told.erase(told.begin());
        if (told.empty()) return best;
        const std::string others = some_of(statements(asked, told), names_told);
        best.sentences.push_back(
            "No order is proven, since single repetitions are too short for it; of the others: " +
            others + ".");
        best.brief += ", " + others + "; no order is proven";
        best.proven = false;
        return best;
    }

    /// Those that may be ahead of the best that is proven to be one.
    void add_better_pooled(const question& asked, const std::vector<bool>& among,
                           answer& best) const {
        auto ahead = pooled_ones(asked, among);
        std::erase_if(ahead, [&](std::size_t i) {
            return !is_below(asked, result_.cells[i], result_.cells[best.cell]);
        });
        if (ahead.empty()) return;
        const std::string others = some_of(statements(asked, ahead), names_told);
        best.sentences.push_back("Single repetitions are too short to rank " + others +
                                 ": not proven to be faster.");
        best.brief += "; not ranked: " + others;
        best.proven = false;
    }

    answer about(const question& asked, std::size_t index,
                 const std::vector<standing>& found) const {
        const cell_result& cell = result_.cells[index];
        const metric_summary& figures = *cell.find(asked.by->key);
        answer told;
        told.topic = capital(asked.superlative) + where();
        told.mechanism = cell.mechanism;
        told.cell = index;
        told.figure = *median_text(&figures);
        told.range = range_text(figures);
        const std::string stated = statement(cell, *asked.by);
        told.sentences.push_back(stated + manner(cell, true) + ".");
        if (sent_by(cell.kind, cell.payload_bytes) == sent::post)
            told.sentences.emplace_back("Posts, of which one wake-up may answer many.");
        if (cell.floor && is_held_against(*asked.by, *cell.floor))
            if (auto sentence = limit_sentence(figures_, cell); !sentence.empty())
                told.sentences.push_back(std::move(sentence));
        if (asked.by->key == "p50_ns")
            if (auto kinds = unpinned_sentence(cell, figures_); !kinds.empty())
                told.sentences.push_back(std::move(kinds));
        for (auto sentence : {core_sentence(cell), lateness_sentence(cell)})
            if (!sentence.empty()) told.sentences.push_back(std::move(sentence));
        const rivals among = rivals_of(asked, cell, found);
        if (auto ties = tie_sentence(asked, cell, among); !ties.empty())
            told.sentences.push_back(std::move(ties));
        const std::string ties_in_brief = tie_words(asked, among);
        told.brief = stated + manner(cell, false) + share_of_limit(asked, cell) + ties_in_brief;
        told.proven = ties_in_brief.empty();
        return told;
    }

    std::string statement(const cell_result& cell, const metric& by) const {
        const metric_summary& figures = *cell.find(by.key);
        const bool of_trips = sent_by(cell.kind, cell.payload_bytes) == sent::trip;
        return fmt::format("{} {}{}{}", cell.mechanism, *median_text(&figures),
                           spread_text(figures),
                           of_trips && by.unit == "ns/message" ? " a round trip" : "");
    }

    /// What it does while it waits, that it slept only where `slept_too`. A stream at full speed
    /// has no time to sleep, which says nothing.
    std::string manner(const cell_result& cell, bool slept_too) const {
        const waiting waits = waiting_of(result_, cell);
        const pattern_info& row = pattern_of(cell.kind);
        const bool is_told = row.both_ways() ? slept_too || waits != waiting::slept
                                             : waits == waiting::burns_core && !row.at_will;
        const auto title = title_of(waits);
        return is_told && !title.empty() ? ", " + std::string(title) : "";
    }

    std::string share_of_limit(const question& asked, const cell_result& cell) const {
        if (!cell.floor || !is_held_against(*asked.by, *cell.floor)) return {};
        const auto share = ceiling_share_text(cell, doubt_sentence(figures_, cell));
        return share ? ", " + *share + " of the ceiling" : "";
    }

    static std::string core_sentence(const cell_result& cell) {
        const auto share = median_text(cell.find("core_share"));
        return share ? fmt::format("It takes {} of a core.", *share) : "";
    }

    /// At a rate the sender's own lateness is in every response time.
    static std::string lateness_sentence(const cell_result& cell) {
        constexpr double worth_telling = 0.1;
        constexpr double decides = 0.5;
        const auto late = cell.median("sched_lag_p99_ns");
        const auto p99 = cell.median("p99_ns");
        if (cell.kind != pattern::paced || !late || !p99 || *late < worth_telling * *p99) return {};
        std::string text =
            fmt::format("Its p99 is {}, of which the sender was late by {}",
                        figure_text(*p99, "ns"), figure_text(std::min(*late, *p99), "ns"));
        if (*late > decides * *p99) text += ": it says little of the mechanism";
        return text + ".";
    }

    /// The others that have a figure.
    struct rivals {
        std::vector<std::string> level;
        double margin = 0;
        std::size_t fewest = ~std::size_t{0};  // repetitions
        bool any = false;
    };

    rivals rivals_of(const question& asked, const cell_result& best,
                     const std::vector<standing>& found) const {
        rivals all;
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (found[i] < standing::best) continue;
            const cell_result& cell = result_.cells[group_.cells[i]];
            all.fewest = std::min(all.fewest, figures_.of(cell.name, asked.by->key).size());
            all.any = all.any || found[i] != standing::best;
            if (found[i] != standing::level) continue;
            all.level.push_back(cell.mechanism);
            all.margin = std::max(all.margin, margin_between(result_, best, cell, *asked.by));
        }
        return all;
    }

    /// The limit is told where it is not the one that the machine's verdict names.
    std::string tie_words(const question& asked, const rivals& among) const {
        if (!among.any) return {};
        if (among.fewest < fewest_to_prove) return "; too few repetitions to prove an order";
        if (among.level.empty()) return {};
        const std::string limit = fmt::format("{:.0f} %", 100 * among.margin);
        const bool is_known = result_.noise && result_.noise->smallest_ratio &&
                              limit == fmt::format("{:.0f} %", 100 * margin_of(result_, *asked.by));
        return "; no difference proven to " +
               (among.level.size() <= names_in_brief
                    ? some_of(among.level, names_in_brief)
                    : fmt::format("{} others", among.level.size())) +
               (is_known ? "" : " (below " + limit + ")");
    }

    std::string tie_sentence(const question& asked, const cell_result& best,
                             const rivals& among) const {
        const auto& [level, margin, fewest, has_rivals] = among;
        if (!has_rivals) return {};
        if (fewest == 0) return "The result has no single repetitions, so no order is proven.";
        if (fewest < fewest_to_prove && figures_.of(best.name, asked.by->key).size() > fewest)
            return fmt::format("Of another only {} {}: no order is proven before {} do.",
                               plural(fewest, "repetition"), fewest == 1 ? "counts" : "count",
                               fewest_to_prove);
        if (fewest < fewest_to_prove)
            return fmt::format("Only {} {}: no order is proven before {} do.",
                               plural(fewest, "repetition"), fewest == 1 ? "counts" : "count",
                               fewest_to_prove);
        if (level.empty()) return {};
        return fmt::format("No difference proven to {} (below {:.0f} %).",
                           some_of(level, names_told), 100 * margin);
    }

    /// ", 64 B, not pinned"
    std::string where() const {
        std::string text;
        if (group_.payload_bytes > 0) text += ", " + payload_text(group_.payload_bytes);
        const auto parameter = varied_text(result_.cells[group_.cells.front()]);
        if (!parameter.empty()) text += ", " + parameter;
        return text + ", " + std::string(title_of(group_.place));
    }

    const run_result& result_;
    const repetition_figures& figures_;
    const cell_group& group_;
};

bool anyone(waiting) {
    return true;
}

bool slept(waiting waits) {
    return waits == waiting::slept;
}

bool sleeps_when_idle(waiting waits) {
    return waits != waiting::burns_core;
}

}  // namespace

std::vector<answer> answers_of(const run_result& result, const repetition_figures& figures,
                               const cell_group& cells, const group_view& group) {
    const answerer ask(result, figures, cells);
    const pattern_info& kind = pattern_of(group.kind);
    const metric* main = find_metric(group.main_metric);
    const std::string best(kind.superlative);
    std::vector<answer> answers;
    const auto add = [&answers](std::optional<answer> found) {
        if (found) answers.push_back(std::move(*found));
        return found.has_value();
    };
    if (!add(ask.to({best, main, anyone})) || !kind.has_messages() || kind.at_will) return answers;
    const waiting of_best = waiting_of(result, result.cells[answers.front().cell]);
    if (kind.both_ways()) {
        if (of_best != waiting::slept) add(ask.to({best + " that sleeps", main, slept}));
        add(ask.to({"least CPU among those that sleep", find_metric("cpu_ns_per_message"), slept}));
    } else if (of_best == waiting::burns_core) {
        add(ask.to({best + " that sleeps when idle", main, sleeps_when_idle}));
    }
    return answers;
}

}  // namespace ipcmark
