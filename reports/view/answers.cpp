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
        if (best == found.end()) return std::nullopt;
        return about(asked, group_.cells[static_cast<std::size_t>(best - found.begin())], found);
    }

private:
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
        std::string sentence =
            fmt::format("{} {}{}", cell.mechanism, told.figure, spread_text(figures));
        const sent unit = sent_by(cell.kind, cell.payload_bytes);
        if (unit == sent::trip && asked.by->unit == "ns/message") sentence += " a round trip";
        const waiting waits = waiting_of(result_, cell);
        // A stream at full speed has no time to sleep, which says nothing.
        const pattern_info& row = pattern_of(cell.kind);
        if (row.both_ways() || (waits == waiting::burns_core && !row.at_will))
            if (const auto title = title_of(waits); !title.empty())
                sentence += ", " + std::string(title);
        told.sentences.push_back(sentence + ".");
        if (unit == sent::post)
            told.sentences.emplace_back("Posts, of which one wake-up may answer many.");
        if (auto limit = floor_sentence(asked, cell); !limit.empty())
            told.sentences.push_back(std::move(limit));
        if (asked.by->key == "p50_ns")
            if (auto kinds = unpinned_sentence(cell, figures_); !kinds.empty())
                told.sentences.push_back(std::move(kinds));
        if (auto ties = tie_sentence(asked, cell, found); !ties.empty())
            told.sentences.push_back(std::move(ties));
        return told;
    }

    /// Only where the figure is the one that is held against the floor: of a rate it is a ceiling.
    static std::string floor_sentence(const question& asked, const cell_result& cell) {
        const metric_summary* figures = cell.find("ratio_to_floor");
        const auto ratio = median_text(figures);
        const bool is_time = asked.by->key == "p50_ns";
        const bool is_rate =
            asked.by->key == "bytes_per_second" || asked.by->key == "messages_per_second";
        if (!ratio || !cell.floor || !(cell.floor->unit == "ns" ? is_time : is_rate)) return {};
        const std::string limit = figure_text(cell.floor->value, cell.floor->unit) +
                                  (cell.floor->why.empty() ? "" : ", since " + cell.floor->why);
        const std::string what = is_time ? "floor" : "ceiling";
        constexpr double plainly_beyond = 0.9;
        if (*figures->median < plainly_beyond)
            return fmt::format(
                "The {} was measured at {}, which this surpasses: it says nothing here.", what,
                figure_text(cell.floor->value, cell.floor->unit));
        if (*figures->median < 1)
            return fmt::format("The {} is {}, which it reached.", what, limit);
        return is_time ? fmt::format("The floor is {}: {} times that.", limit, *ratio)
                       : fmt::format("The ceiling is {}: {:.0f} % of that.", limit,
                                     100 / *figures->median);
    }

    std::string tie_sentence(const question& asked, const cell_result& best,
                             const std::vector<standing>& found) const {
        std::vector<std::string> level;
        double margin = 0;
        std::size_t fewest = ~std::size_t{0};
        bool has_rivals = false;
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (found[i] < standing::best) continue;
            const cell_result& cell = result_.cells[group_.cells[i]];
            fewest = std::min(fewest, figures_.of(cell.name, asked.by->key).size());
            has_rivals = has_rivals || found[i] != standing::best;
            if (found[i] != standing::level) continue;
            level.push_back(cell.mechanism);
            margin = std::max(margin, margin_between(result_, best, cell, *asked.by));
        }
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
        const auto parameter = parameter_text(result_.cells[group_.cells.front()].parameter);
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
