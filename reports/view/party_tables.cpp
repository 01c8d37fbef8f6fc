#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <tuple>

#include "harness/base/sizes.hpp"
#include "harness/result/metrics.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

/// What becomes of rate, fairness, latency and cost with more and more processes.
namespace ipcmark {

namespace {

/// In the order of the columns; those without a figure are left out.
constexpr std::array<std::string_view, 7> party_columns{"fairness",
                                                        "p50_ns",
                                                        "p99_ns",
                                                        "slowest_p50_ns",
                                                        "lost_share",
                                                        "cpu_ns_per_message",
                                                        "switches_per_message"};

/// Before them.
constexpr std::array<std::string_view, 4> first_columns{"total rate", "of its best", "connected",
                                                        "on CPUs"};

/// Where there is no room the highest goes first.
constexpr std::array<unsigned, 4> first_ranks{0, 4, 5, 6};
constexpr std::array<unsigned, 7> party_ranks{1, 2, 3, 9, 8, 7, 10};

/// Cells of one pattern and payload, unpinned, that differ in mechanism and parties.
using family_key = std::tuple<pattern, touch, std::size_t>;

std::size_t processes_of(const cell_result& cell) {
    return cell.parties ? cell.parties->producers + cell.parties->consumers : 2;
}

/// Messages or round trips a second, of all; a pair's are as long as its mean is.
std::optional<double> rate_of(const cell_result& cell) {
    if (!pattern_of(cell.kind).both_ways()) return cell.median("messages_per_second");
    if (const auto rate = cell.median("exchanges_per_second")) return rate;
    const auto mean_ns = cell.median("mean_ns");
    return mean_ns && *mean_ns > 0 ? std::optional(1e9 / *mean_ns) : std::nullopt;
}

class party_arranger {
public:
    explicit party_arranger(const run_result& result) {
        for (std::size_t i = 0; i < result.cells.size(); ++i) {
            const cell_result& cell = result.cells[i];
            if (cell.place != placement::free) continue;
            families_[{cell.kind, cell.reads, cell.payload_bytes}].push_back(&cell);
        }
    }

    std::vector<report_table> tables() {
        std::vector<report_table> all;
        for (auto& [key, cells] : families_)
            if (std::any_of(cells.begin(), cells.end(),
                            [](const auto* each) { return each->parties.has_value(); }))
                if (auto table = table_of(std::move(cells)); !table.rows.empty())
                    all.push_back(std::move(table));
        return all;
    }

private:
    using cell_list = std::vector<const cell_result*>;

    report_table table_of(cell_list cells) const {
        const cell_result& first = *cells.front();
        report_table table;
        table.title =
            fmt::format("{}, {}, by the number of processes ({})",
                        capital(std::string(pattern_of(first.kind).title)),
                        first.payload_bytes > 0 ? payload_text(first.payload_bytes) : "no payload",
                        title_of(first.place));
        table.corner = "mechanism";
        keep_those_of_several(cells);
        table.heads.assign(first_columns.begin(), first_columns.end());
        table.ranks.assign(first_ranks.begin(), first_ranks.end());
        std::vector<const metric*> metrics;
        for (std::size_t i = 0; i < party_columns.size(); ++i) {
            const bool has_figures = std::any_of(cells.begin(), cells.end(), [&](const auto* each) {
                return each->median(party_columns[i]).value_or(0) != 0;
            });
            if (!has_figures) continue;
            metrics.push_back(find_metric(party_columns[i]));
            table.heads.push_back(label_of(*metrics.back(), first.kind, first.payload_bytes));
            table.ranks.push_back(party_ranks[i]);
        }
        for (const cell_result* each : cells)
            table.rows.push_back(row_of(*each, metrics, best_rate(cells, each->mechanism)));
        return table;
    }

    /// Mechanisms that more than a pair ran of, in the order of the result, the fewest processes
    /// first.
    static void keep_those_of_several(cell_list& cells) {
        std::map<std::string, std::size_t> order;
        for (const auto* each : cells)
            if (each->parties && each->ended == status::ok)
                order.try_emplace(each->mechanism, order.size());
        std::erase_if(cells, [&](const auto* each) {
            return each->ended != status::ok || !order.contains(each->mechanism);
        });
        std::stable_sort(cells.begin(), cells.end(), [&](const auto* a, const auto* b) {
            return std::tuple(order[a->mechanism], processes_of(*a)) <
                   std::tuple(order[b->mechanism], processes_of(*b));
        });
    }

    static double best_rate(const cell_list& cells, const std::string& mechanism) {
        double best = 0;
        for (const auto* each : cells)
            if (each->mechanism == mechanism) best = std::max(best, rate_of(*each).value_or(0));
        return best;
    }

    static table_row row_of(const cell_result& cell, const std::vector<const metric*>& metrics,
                            double best) {
        table_row row{cell.mechanism + ", " + count_text(cell), false, {}, cell.mechanism};
        const auto rate = rate_of(cell);
        const auto add = [&row](const std::optional<std::string>& text) {
            row.cells.push_back({text.value_or("-"), text.has_value(), standing::none, {}});
        };
        add(rate ? std::optional(figure_text(*rate, "1/s")) : std::nullopt);
        add(rate && best > 0 ? std::optional(fmt::format("{:.0f} %", 100 * *rate / best))
                             : std::nullopt);
        add(cell.parties ? std::optional(cell.parties->topology) : std::nullopt);
        add(cell.parties
                ? std::optional(fmt::format("{} on {}", processes_of(cell), cell.parties->cpus))
                : std::nullopt);
        for (const metric* each : metrics)
            add(median_text(cell.find(each->key)));
        return row;
    }

    static std::string count_text(const cell_result& cell) {
        return cell.parties ? parties_text(cell.kind, *cell.parties) : "a pair";
    }

    std::map<family_key, cell_list> families_;
};

}  // namespace

std::vector<report_table> party_tables(const run_result& result) {
    return party_arranger(result).tables();
}

}  // namespace ipcmark
