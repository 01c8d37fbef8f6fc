#include "reports/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <string_view>

#include "harness/base/sizes.hpp"
#include "harness/base/units.hpp"
#include "reports/bars.hpp"
#include "reports/cells.hpp"
#include "reports/compare.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t cell_width = 12;
constexpr std::size_t bar_width = 12;
/// The rest of a comparison that nobody reads on a terminal.
constexpr std::size_t most_compared = 20;

class painter {
public:
    explicit painter(const text_style& style) : style_(style) {}
    std::string bold(const std::string& text) const { return wrap("1", text); }
    std::string dim(const std::string& text) const { return wrap("2", text); }
    std::string best(const std::string& text) const { return wrap("1;36", text); }
    bool utf8() const { return style_.utf8; }

private:
    std::string wrap(const char* code, const std::string& text) const {
        return style_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
    }
    text_style style_;
};

/// A control character of a result must not reach the terminal.
std::string shown(std::string text) {
    constexpr std::size_t longest = 300;
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    if (text.size() <= longest) return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
        --end;
    return text.substr(0, end) + "...";
}

std::size_t name_width(const std::vector<std::string>& names) {
    std::size_t width = 12;
    for (const auto& name : names)
        width = std::max(width, std::min<std::size_t>(shown(name).size(), 40));
    return width;
}

std::string trimmed(std::string line) {
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line + "\n";
}

/// Shares of the first column on a log scale from half the best: the best has a bar, too.
class bar_scale {
public:
    explicit bar_scale(const grid& table) {
        for (const auto& name : table.rows()) {
            const auto value = first_value(table, name);
            if (!value || *value <= 0 || name == instrument_name) continue;
            low_ = std::min(low_, *value);
            high_ = std::max(high_, *value);
        }
    }

    static std::optional<double> first_value(const grid& table, const std::string& name) {
        return table.payloads().empty() ? std::nullopt : table.value(name, table.payloads()[0]);
    }

    double share(double value) const {
        if (value <= 0) return 0;
        return std::log(value / (low_ / 2)) / std::log(high_ / (low_ / 2));
    }

private:
    double low_ = std::numeric_limits<double>::infinity();
    double high_ = 0;
};

std::string render_cell(const grid& table, const std::string& name, std::size_t bytes,
                        const painter& look) {
    const auto* cell = table.cell(name, bytes);
    if (!cell) return std::string(cell_width, ' ');
    const auto value = table.value(name, bytes);
    const auto padded = fmt::format(
        "{:>{}}", value ? table.what().text(*value) : absence(*cell, table.what().key), cell_width);
    if (!value) return look.dim(padded);
    return table.is_best(name, bytes) ? look.best(padded) : padded;
}

std::string render_row(const grid& table, const std::string& name, std::size_t width,
                       const bar_scale& scale, const painter& look) {
    std::string line = fmt::format("{:<{}}", shown(name), width);
    std::vector<std::optional<double>> values;
    for (const auto bytes : table.payloads()) {
        line += render_cell(table, name, bytes, look);
        values.push_back(table.value(name, bytes));
    }
    const auto first = bar_scale::first_value(table, name);
    line += "  " + (first && name != instrument_name
                        ? bar_text(scale.share(*first), bar_width, look.utf8())
                        : std::string(bar_width, ' '));
    if (values.size() > 1) line += "  " + sparkline(values, look.utf8());
    return trimmed(line);
}

std::string render_grid(const grid& table, const painter& look) {
    const auto width = name_width(table.rows());
    std::string text(width, ' ');
    for (const auto bytes : table.payloads())
        text += fmt::format("{:>{}}", payload_text(bytes), cell_width);
    text = trimmed(text);
    const bar_scale scale(table);
    for (const auto& name : table.rows())
        text += render_row(table, name, width, scale, look);
    return text;
}

std::string render_tables(const ordered_json& result, const painter& look) {
    std::string text;
    for (const auto& placement : placements_of(result))
        for (const figure& what : table_figures()) {
            const grid table(result, what, placement, carries::payload);
            if (table.empty()) continue;
            text += look.bold(fmt::format("{} ({})", what.title, placement)) + "\n";
            text += render_grid(table, look) + "\n";
        }
    return text;
}

/// Notifications have one payload, so their columns are the figures.
std::string render_notifications(const ordered_json& result, const std::string& placement,
                                 const painter& look) {
    std::vector<grid> columns;
    std::string head;
    for (const auto& [title, index] :
         {std::pair{"p50", 0}, std::pair{"p99", 1}, std::pair{"messages", 3},
          std::pair{"switches", 4}, std::pair{"CPU", 5}}) {
        const figure& what = table_figures()[static_cast<std::size_t>(index)];
        grid column(result, what, placement, carries::nothing);
        if (column.empty()) continue;
        head += fmt::format("{:>{}}", title, cell_width);
        columns.push_back(std::move(column));
    }
    if (columns.empty()) return {};
    const auto& rows = columns.front().rows();
    const auto width = name_width(rows);
    std::string text = look.bold(fmt::format("notifications, no payload ({})", placement)) + "\n" +
                       std::string(width, ' ') + head + "\n";
    for (const auto& name : rows) {
        std::string line = fmt::format("{:<{}}", shown(name), width);
        for (const auto& column : columns) {
            const auto& names = column.rows();
            const bool known = std::find(names.begin(), names.end(), name) != names.end();
            line += known ? render_cell(column, name, 0, look) : std::string(cell_width, ' ');
        }
        text += trimmed(line);
    }
    return text + "\n";
}

std::string cell_label(const ordered_json& cell) {
    std::string label = cell.at("transport").get<std::string>();
    if (cell.at("payload_bytes") != 0)
        label += " " + payload_text(cell.at("payload_bytes").get<std::size_t>());
    label += " " + cell.at("placement").get<std::string>();
    if (const auto parameter = parameter_text(cell); !parameter.empty()) label += " " + parameter;
    return label;
}

std::string render_listed(const ordered_json& result, const painter& look) {
    std::string text;
    for (const auto& listed : listed_patterns()) {
        const auto cells = cells_of(result, listed.pattern);
        if (cells.empty()) continue;
        std::vector<std::string> labels;
        for (const auto* cell : cells)
            labels.push_back(cell_label(*cell));
        std::size_t width = 20;
        for (const auto& label : labels)
            width = std::max(width, std::min<std::size_t>(shown(label).size(), 48));
        text += look.bold(fmt::format("{} ({})", listed.title, listed.pattern)) + "\n" +
                std::string(width, ' ');
        for (const auto& column : listed.columns)
            text += fmt::format("{:>{}}", column.head, cell_width + 2);
        text += "\n";
        for (std::size_t i = 0; i < cells.size(); ++i) {
            text += fmt::format("{:<{}}", shown(labels[i]), width);
            for (const auto& column : listed.columns) {
                const auto value = median_of(*cells[i], column.key);
                text += fmt::format("{:>{}}", value ? column.text(*value) : "-", cell_width + 2);
            }
            const auto saturated = cells[i]->find("saturated");
            text += saturated != cells[i]->end() && *saturated == true ? "  saturated\n" : "\n";
        }
        text += "\n";
    }
    return text;
}

/// Cells without a figure, those with the same reason on one line.
std::string render_absences(const ordered_json& result, const painter& look) {
    const auto by_reason = gaps(result);
    if (by_reason.empty()) return {};
    std::string text = look.bold("Cells without a figure") + "\n";
    for (const auto& [reason, cells] : by_reason) {
        text += "  " + shown(cells.front());
        if (cells.size() > 1) text += fmt::format(" and {} more", cells.size() - 1);
        text += "\n      " + shown(reason) + "\n";
    }
    return text + "\n";
}

std::string incomplete_reason(const ordered_json& result) {
    const auto at = result.find("incomplete_reason");
    return at != result.end() && at->is_string() ? at->get<std::string>() : "the run did not end";
}

std::string render_trust(const ordered_json& result) {
    const auto& plan = result.at("plan");
    const auto& run = result.at("run");
    const auto rounds = run.value("rounds_done", plan.at("rounds").get<std::uint64_t>());
    std::string text = trust_line(result) + "\n";
    const double elapsed_s = run.at("elapsed_s").get<double>();
    const double measuring_s = run.at("measuring_s").get<double>();
    const std::string time =
        elapsed_s > 0 ? fmt::format("in {:.0f} s, {:.0f} % of it measuring", elapsed_s,
                                    100 * measuring_s / elapsed_s)
                      : fmt::format("and {:.0f} s of measuring; the run did not end", measuring_s);
    text += fmt::format("{} spawns {}; {} rounds; seed {}; clock {} ({:.0f} ns a stamp)\n",
                        run.at("spawns").get<std::uint64_t>(), time, rounds,
                        plan.at("seed").get<std::string>(),
                        result.at("clock").at("source").get<std::string>(),
                        result.at("clock").at("stamp_cost_ns").get<double>());
    if (!result.at("complete").get<bool>())
        text += "INCOMPLETE: " + shown(incomplete_reason(result)) + "\n";
    if (!result.at("build").at("optimised").get<bool>())
        text +=
            "THIS BUILD IS NOT OPTIMISED: its figures mean nothing; build with "
            "-DCMAKE_BUILD_TYPE=Release\n";
    return text;
}

std::string render_one(const ordered_json& result, const painter& look) {
    std::string text;
    for (const auto& line : headlines(result))
        text += shown(line) + "\n";
    if (!text.empty()) text += "\n";
    text += render_tables(result, look);
    for (const auto& placement : placements_of(result))
        text += render_notifications(result, placement, look);
    return text + render_listed(result, look) + render_absences(result, look) +
           render_trust(result);
}

std::string render_row(const compared& row, const figure& what, std::size_t width) {
    const auto interval =
        row.low && row.high ? fmt::format("{:.2f} to {:.2f}", *row.low, *row.high) : "-";
    return fmt::format("  {:<{}}{:>{}}{:>{}}{:>9}x  {:<16}{}\n", shown(row.cell), width,
                       what.text(row.before), cell_width, what.text(row.after), cell_width,
                       number_text(row.ratio), interval, row.verdict);
}

std::string render_comparison(const ordered_json& before, const ordered_json& after,
                              const painter& look) {
    std::string text;
    const auto differences = environment_differences(before, after);
    text += differences.empty() ? "Same machine, limits and build.\n"
                                : look.bold("What differs between the runs") + "\n";
    for (const auto& line : differences)
        text += "  " + shown(line) + "\n";
    text += std::string(recorded_runs_note) + "\n\n";
    for (const auto& one : compare_results(before, after)) {
        text += look.bold(one.what.title) + fmt::format(": {}\n", verdict_counts(one));
        std::size_t width = 24;
        std::size_t told = 0;
        for (const auto& row : one.cells)
            width = std::max(width, std::min<std::size_t>(row.cell.size() + 1, 56));
        for (const auto& row : one.cells)
            if (row.verdict != "level" && told < most_compared) {
                text += render_row(row, one.what, width);
                ++told;
            }
        if (told < one.cells.size())
            text += look.dim(fmt::format("  and {} more\n", one.cells.size() - told));
        text += "\n";
    }
    return text;
}

}  // namespace

bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
        if (value == nullptr || *value == '\0') continue;
        std::string word(value);
        std::transform(word.begin(), word.end(), word.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return word.find("utf-8") != std::string::npos || word.find("utf8") != std::string::npos;
    }
    return false;
}

std::string render_text(const std::vector<ordered_json>& results, const text_style& style) {
    const painter look(style);
    std::string text;
    for (std::size_t i = 1; i < results.size(); ++i) {
        text += look.bold(fmt::format("Result {} against result 1", i + 1)) + "\n";
        text += render_comparison(results.front(), results[i], look);
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results.size() > 1)
            text += look.bold(fmt::format("Result {}: {}", i + 1, shown(host_line(results[i])))) +
                    "\n\n";
        text += render_one(results[i], look);
        if (i + 1 < results.size()) text += "\n";
    }
    return text;
}

std::string render_text(const ordered_json& result, bool colour) {
    return render_text(std::vector{result}, {colour, locale_is_utf8()});
}

}  // namespace ipcmark
