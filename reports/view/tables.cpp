#include "reports/view/tables.hpp"

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

namespace ipcmark {

namespace {

using group_list = std::vector<const group_view*>;

class arranger {
public:
    arranger(const run_result& result, const result_view& view) : result_(result), view_(view) {}

    /// Rows are mechanisms, in the order of the group `first_by` where there is one, columns are
    /// payloads.
    report_table by_payload(const group_list& groups, const group_view* first_by = nullptr) const {
        const group_view& first = *groups.front();
        const metric& main = *find_metric(first.main_metric);
        report_table table = titled(first, ipcmark::label_of(main, first.kind, 1) + " by payload");
        group_list carrying = groups;
        std::erase_if(carrying, [](const group_view* each) { return each->payload_bytes == 0; });
        std::stable_sort(carrying.begin(), carrying.end(), [](const auto* a, const auto* b) {
            return a->payload_bytes < b->payload_bytes;
        });
        for (const group_view* each : carrying)
            table.heads.push_back(payload_text(each->payload_bytes));
        if (first_by != nullptr)
            for (const std::size_t i : first_by->cells)
                row_of(table, carrying, i).reference = is_instrument(i);
        for (std::size_t column = 0; column < carrying.size(); ++column)
            for (std::size_t i = 0; i < carrying[column]->cells.size(); ++i) {
                table_row& row = row_of(table, carrying, carrying[column]->cells[i]);
                row.cells.resize(carrying.size());
                row.cells[column] = cell_of(*carrying[column], i, first.main_metric);
                row.reference = is_instrument(carrying[column]->cells[i]);
            }
        instrument_last(table);
        return table;
    }

    /// Rows are the cells of the groups, columns are metrics.
    report_table by_metric(const group_list& groups, bool named_by_cell) const {
        const group_view& first = *groups.front();
        report_table table = titled(first, named_by_cell ? "" : where_of(first));
        const auto metrics = metrics_of(groups);
        for (const metric* each : metrics)
            table.heads.push_back(ipcmark::label_of(*each, first.kind, first.payload_bytes));
        for (const group_view* group : groups)
            for (std::size_t i = 0; i < group->cells.size(); ++i) {
                const std::size_t index = group->cells[i];
                if (named_by_cell && result_.cells[index].ended != status::ok) continue;
                table_row row{named_by_cell ? long_label(*group, index) : label_of(index),
                              is_instrument(index),
                              {}};
                for (const metric* each : metrics)
                    row.cells.push_back(cell_of(*group, i, each->key));
                table.rows.push_back(std::move(row));
            }
        return table;
    }

    /// A round trip's percentiles with their intervals, its costs, and how it does elsewhere.
    report_table of_trips(const group_view& main, const group_list& elsewhere) const {
        report_table table = titled(main, where_of(main));
        std::vector<const metric*> shown;
        for (const metric* each : metrics_of({&main}))
            if (is_percentile(*each) || is_cost(*each) ||
                (each->key == "lost_share" && any_lost(main)))
                shown.push_back(each);
        for (const metric* each : shown) {
            table.heads.push_back(ipcmark::label_of(*each, main.kind, main.payload_bytes));
            table.ranks.push_back(rank_of(*each));
        }
        for (const group_view* other : elsewhere) {
            table.heads.push_back(table.heads.front() + ", " + std::string(title_of(other->place)));
            table.ranks.push_back(rank_of_elsewhere);
        }
        for (std::size_t i = 0; i < main.cells.size(); ++i) {
            table_row row{label_of(main.cells[i]), is_instrument(main.cells[i]), {}};
            for (const metric* each : shown)
                row.cells.push_back(cell_of(main, i, each->key, is_percentile(*each)));
            for (const group_view* other : elsewhere)
                row.cells.push_back(same_in(*other, main.cells[i]));
            table.rows.push_back(std::move(row));
        }
        return table;
    }

    void add_ceilings(report_table& table, const group_view& told) const {
        const bool any = std::any_of(told.cells.begin(), told.cells.end(),
                                     [&](std::size_t i) { return ceiling_text(i).has_value(); });
        if (!any) return;
        for (const auto& head : table.heads)
            table.ranks.push_back(head == payload_text(told.payload_bytes) ? 0 : 2);
        table.heads.push_back("of ceiling, " + payload_text(told.payload_bytes));
        table.ranks.push_back(1);
        for (auto& row : table.rows) {
            table_cell cell{"-", false, {}, {}};
            for (const std::size_t i : told.cells)
                if (const auto text = ceiling_text(i);
                    text && row.mechanism == result_.cells[i].mechanism)
                    cell = {*text, true, {}, 1 / *result_.cells[i].median("ratio_to_floor")};
            row.cells.push_back(std::move(cell));
        }
    }

private:
    static bool is_percentile(const metric& of) {
        return of.key == "p50_ns" || of.key == "p90_ns" || of.key == "p99_ns";
    }

    static bool is_cost(const metric& of) {
        return of.key == "cpu_ns_per_message" || of.key == "idle_cpu_share";
    }

    /// The median says most, then whether it burns a core for it.
    static unsigned rank_of(const metric& of) {
        constexpr std::array<std::string_view, 4> in_turn{"p50_ns", "idle_cpu_share", "p99_ns",
                                                          "cpu_ns_per_message"};
        return static_cast<unsigned>(std::find(in_turn.begin(), in_turn.end(), of.key) -
                                     in_turn.begin()) *
               2;
    }
    static constexpr unsigned rank_of_elsewhere = 7;  // before p90

    bool any_lost(const group_view& group) const {
        return std::any_of(group.cells.begin(), group.cells.end(), [&](std::size_t i) {
            return result_.cells[i].median("lost_share").value_or(0) > 0;
        });
    }

    /// The main figure of the same mechanism in another group.
    table_cell same_in(const group_view& other, std::size_t index) const {
        for (std::size_t i = 0; i < other.cells.size(); ++i)
            if (result_.cells[other.cells[i]].mechanism == result_.cells[index].mechanism)
                return cell_of(other, i, other.main_metric);
        return {"", false, {}, {}};
    }

    std::optional<std::string> ceiling_text(std::size_t index) const {
        return ceiling_share_text(result_.cells[index], view_.cells[index].doubt);
    }

    report_table titled(const group_view& group, const std::string& what) const {
        std::string title = capital(std::string(pattern_of(group.kind).title));
        if (!what.empty()) title += ", " + what;
        return {fmt::format("{} ({})", title, title_of(group.place)), "mechanism", {}, {}, true};
    }

    static std::string where_of(const group_view& group) {
        return group.payload_bytes > 0 ? payload_text(group.payload_bytes) : "no payload";
    }

    bool is_instrument(std::size_t index) const {
        return result_.cells[index].mechanism == instrument_name;
    }

    std::string label_of(std::size_t index) const {
        if (is_instrument(index)) return "null (instrument)";
        return result_.cells[index].mechanism + (view_.cells[index].lossy ? " (lossy)" : "");
    }

    std::string long_label(const group_view& group, std::size_t index) const {
        std::string label = label_of(index);
        if (group.payload_bytes > 0) label += " " + payload_text(group.payload_bytes);
        if (!group.parameter.empty()) label += " " + group.parameter;
        if (result_.cells[index].saturated.value_or(false)) label += " (saturated)";
        return label;
    }

    /// The row of a cell's mechanism, which is lossy where any of its cells is.
    table_row& row_of(report_table& table, const group_list& groups, std::size_t index) const {
        std::string label = label_of(index);
        for (const group_view* group : groups)
            for (const std::size_t other : group->cells)
                if (view_.cells[other].lossy &&
                    result_.cells[other].mechanism == result_.cells[index].mechanism)
                    label = label_of(other);
        for (auto& row : table.rows)
            if (row.label == label) return row;
        return table.rows.emplace_back(table_row{label, false, {}, result_.cells[index].mechanism});
    }

    static void instrument_last(report_table& table) {
        std::stable_partition(table.rows.begin(), table.rows.end(),
                              [](const table_row& row) { return !row.reference; });
        for (auto& row : table.rows)
            row.cells.resize(table.heads.size());
    }

    table_cell cell_of(const group_view& group, std::size_t i, std::string_view metric) const {
        return cell_of(group, i, metric, metric == group.main_metric);
    }

    table_cell cell_of(const group_view& group, std::size_t i, std::string_view metric,
                       bool with_interval) const {
        const std::size_t index = group.cells[i];
        const cell_result& cell = result_.cells[index];
        if (cell.ended != status::ok) return {view_.cells[index].absence, false, {}, {}};
        const metric_summary* figures = cell.find(metric);
        const auto text = median_text(figures);
        if (!text) return {"-", false, {}, {}};
        const standing_column* column = group.column(metric);
        table_cell shown{*text, true, column == nullptr ? standing::none : column->standings[i],
                         figures->median};
        if (with_interval)
            if (const auto half = half_width_text(*figures)) shown.text += " \u00b1" + *half;
        return shown;
    }

    /// Those with figures, the main one first, then those that the pattern names, then in the
    /// metric table's order; loss where there is some.
    std::vector<const metric*> metrics_of(const group_list& groups) const {
        const auto any_loss = [&](const group_view& group) {
            return std::any_of(group.cells.begin(), group.cells.end(),
                               [&](std::size_t i) { return view_.cells[i].lossy; });
        };
        std::vector<const metric*> found;
        for (const metric& each : reported_metrics()) {
            const bool has =
                std::any_of(groups.begin(), groups.end(), [&](const group_view* group) {
                    return group->column(each.key) != nullptr &&
                           (each.key != "lost_share" || any_loss(*group));
                });
            if (has) found.push_back(&each);
        }
        std::stable_sort(found.begin(), found.end(), [&](const metric* a, const metric* b) {
            return place_of(*a, *groups.front()) < place_of(*b, *groups.front());
        });
        return found;
    }

    static std::size_t place_of(const metric& of, const group_view& group) {
        if (of.key == group.main_metric) return 0;
        const auto& then = pattern_of(group.kind).then_metrics;
        return 1 +
               static_cast<std::size_t>(std::find(then.begin(), then.end(), of.key) - then.begin());
    }

    const run_result& result_;
    const result_view& view_;
};

/// Groups of one pattern, placement and touch, patterns in the order of their table.
std::vector<group_list> families_of(const result_view& view) {
    const auto family = [](const group_view& group) {
        return std::tuple(group.kind, group.place, group.reads);
    };
    std::vector<group_list> families;
    for (const auto& group : view.groups) {
        if (group.several) continue;
        const auto at = std::find_if(families.begin(), families.end(), [&](const group_list& each) {
            return family(*each.front()) == family(group);
        });
        if (at == families.end())
            families.push_back({&group});
        else
            at->push_back(&group);
    }
    std::stable_sort(families.begin(), families.end(), [](const auto& a, const auto& b) {
        return a.front()->kind < b.front()->kind;
    });
    return families;
}

const group_list& family_of(const std::vector<group_list>& families, const group_view& group) {
    return *std::find_if(families.begin(), families.end(), [&](const group_list& each) {
        return std::find(each.begin(), each.end(), &group) != each.end();
    });
}

/// Without those of no payload, and of one that only mechanisms have whose one size it is.
group_list of_many_sizes(const group_list& family, const run_result& result) {
    std::map<std::string, std::size_t> sizes;
    for (const group_view* group : family)
        for (const std::size_t i : group->cells)
            ++sizes[result.cells[i].mechanism];
    group_list found = family;
    std::erase_if(found, [](const group_view* each) { return each->payload_bytes == 0; });
    if (found.size() > 1)
        std::erase_if(found, [&](const group_view* group) {
            return std::all_of(group->cells.begin(), group->cells.end(), [&](std::size_t i) {
                return sizes[result.cells[i].mechanism] == 1;
            });
        });
    return found;
}

bool has_figures(const report_table& table) {
    return std::any_of(table.rows.begin(), table.rows.end(), [](const table_row& row) {
        return std::any_of(row.cells.begin(), row.cells.end(),
                           [](const table_cell& cell) { return cell.is_figure; });
    });
}

void add_party_tables(const result_view& view, std::vector<report_table>& tables) {
    if (view.party_tables)
        tables.insert(tables.end(), view.party_tables->begin(), view.party_tables->end());
}

}  // namespace

bool is_proven(change verdict) {
    return verdict == change::regressed || verdict == change::improved;
}

std::vector<report_table> tables_of(const run_result& result, const result_view& view) {
    const arranger arrange(result, view);
    std::vector<report_table> tables;
    const auto add = [&tables](report_table table) {
        if (has_figures(table)) tables.push_back(std::move(table));
    };
    for (const auto& family : families_of(view)) {
        if (pattern_of(family.front()->kind).parameters[0] != nullptr) {
            add(arrange.by_metric(family, true));
            continue;
        }
        const group_list sizes = of_many_sizes(family, result);
        if (sizes.size() > 1) add(arrange.by_payload(sizes));
        for (const group_view* group : family)
            if (group->headline || std::find(sizes.begin(), sizes.end(), group) == sizes.end())
                add(arrange.by_metric({group}, false));
    }
    add_party_tables(view, tables);
    return tables;
}

std::vector<report_table> main_tables_of(const run_result& result, const result_view& view) {
    const arranger arrange(result, view);
    std::vector<report_table> tables;
    const auto families = families_of(view);
    for (const pattern_info& row : pattern_table) {
        group_list told = headlines_of(view.groups, row.id);
        std::erase_if(told, [](const group_view* each) { return each->several; });
        if (told.empty()) continue;
        const group_view& main = *told.front();
        report_table table;
        if (row.parameters[0] != nullptr) {
            table = arrange.by_metric(family_of(families, main), true);
        } else if (row.plain_exchange()) {
            table = arrange.of_trips(main, {told.begin() + 1, told.end()});
        } else if (row.loop == pattern_loop::stream && main.payload_bytes > 0) {
            table = arrange.by_payload(of_many_sizes(family_of(families, main), result), &main);
            arrange.add_ceilings(table, main);
        } else {
            table = arrange.by_metric({&main}, false);
        }
        if (has_figures(table)) tables.push_back(std::move(table));
    }
    add_party_tables(view, tables);
    return tables;
}

report_table table_of(const comparison_table& compared, bool proven) {
    const metric& by = *find_metric(compared.metric);
    const bool paired = std::any_of(compared.rows.begin(), compared.rows.end(),
                                    [](const auto& row) { return row.pairs.has_value(); });
    report_table table{
        compared.title, "cell", {"before", "after", "ratio", "interval", "verdict"}, {}, false};
    if (paired) table.heads = {"A", "B", "ratio", "interval", "pairs", "adjusted p", "verdict"};
    const auto text = [](std::string of) { return table_cell{std::move(of), true, {}, {}}; };
    for (const auto& row : compared.rows) {
        if (is_proven(row.verdict) != proven) continue;
        table.rows.push_back(
            {row.cell,
             false,
             {text(figure_text(row.before, by.unit)), text(figure_text(row.after, by.unit)),
              text(fmt::format("{:.2f}x", row.ratio)),
              text(row.low && row.high ? fmt::format("{:.2f} to {:.2f}", *row.low, *row.high) : ""),
              text(std::string(title_of(row.verdict)))}});
        auto& cells = table.rows.back().cells;
        if (paired)
            cells.insert(cells.end() - 1,
                         {text(row.pairs ? std::to_string(*row.pairs) : ""),
                          text(row.adjusted_p ? fmt::format("{:.2g}", *row.adjusted_p) : "")});
    }
    return table;
}

}  // namespace ipcmark
