#include "reports/markdown.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "harness/base/units.hpp"
#include "reports/bars.hpp"
#include "reports/cells.hpp"
#include "reports/compare.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

/// GitHub's limit for a comment, less room for the closing lines.
constexpr std::size_t most_characters = 65'536 - 1'500;
constexpr std::size_t most_open_rows = 15;

/// Text of a result must not become markup, nor end a table row.
std::string escaped(const std::string& text) {
    constexpr std::size_t longest = 300;
    std::string result;
    for (const char c : text.size() > longest ? text.substr(0, longest) + "..." : text) {
        switch (c) {
            case '|':
                result += "\\|";
                break;
            case '`':
                result += "'";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '&':
                result += "&amp;";
                break;
            case '*':
            case '[':
            case ']':
            case '\\':
                result += '\\';
                result += c;
                break;
            case '\n':
            case '\r':
                result += ' ';
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string folded(const std::string& title, const std::string& body) {
    return "<details><summary>" + title + "</summary>\n\n" + body + "\n</details>\n\n";
}

std::string header(const std::vector<std::string>& heads) {
    std::string names = "|", rule = "|";
    for (std::size_t i = 0; i < heads.size(); ++i) {
        names += " " + heads[i] + " |";
        rule += i == 0 ? " :-- |" : " --: |";
    }
    return names + "\n" + rule + "\n";
}

std::string grid_cell(const grid& table, const std::string& name, std::size_t bytes) {
    const auto* cell = table.cell(name, bytes);
    if (!cell) return "";
    const auto value = table.value(name, bytes);
    if (!value) return "*" + escaped(absence(*cell, table.what().key)) + "*";
    const auto text = table.what().text(*value);
    return table.is_best(name, bytes) ? "**" + text + "**" : text;
}

std::string grid_table(const grid& table, std::size_t most_rows, bool utf8) {
    std::vector<std::string> heads{"mechanism"};
    for (const auto bytes : table.payloads())
        heads.push_back(payload_text(bytes));
    if (table.payloads().size() > 1) heads.emplace_back("");
    std::string text = header(heads);
    std::size_t row = 0;
    for (const auto& name : table.rows()) {
        if (row++ >= most_rows) break;
        std::vector<std::optional<double>> values;
        text += "| " + escaped(name == instrument_name ? "instrument (null)" : name) + " |";
        for (const auto bytes : table.payloads()) {
            text += " " + grid_cell(table, name, bytes) + " |";
            values.push_back(table.value(name, bytes));
        }
        if (values.size() > 1) text += " `" + sparkline(values, utf8) + "` |";
        text += "\n";
    }
    return text;
}

std::string notifications(const ordered_json& result, const std::string& placement) {
    std::vector<grid> columns;
    std::vector<std::string> heads{"mechanism"};
    for (const std::size_t index : {0U, 1U, 3U, 4U, 5U}) {
        grid column(result, table_figures()[index], placement, carries::nothing);
        if (column.empty()) continue;
        heads.emplace_back(column.what().title);
        columns.push_back(std::move(column));
    }
    if (columns.empty()) return {};
    std::string text = header(heads);
    for (const auto& name : columns.front().rows()) {
        text += "| " + escaped(name) + " |";
        for (const auto& column : columns) {
            const auto& rows = column.rows();
            const bool known = std::find(rows.begin(), rows.end(), name) != rows.end();
            text += " " + (known ? grid_cell(column, name, 0) : "") + " |";
        }
        text += "\n";
    }
    return text;
}

std::string listed(const ordered_json& result, const listed_pattern& what) {
    std::vector<std::string> heads{"cell"};
    for (const auto& column : what.columns)
        heads.emplace_back(column.head);
    std::string text = header(heads);
    for (const auto* cell : cells_of(result, what.pattern)) {
        text += "| " + escaped(cell->at("name").get<std::string>()) + " |";
        for (const auto& column : what.columns) {
            const auto value = median_of(*cell, column.key);
            text += " " + (value ? column.text(*value) : "") + " |";
        }
        text += "\n";
    }
    return text;
}

std::string gap_list(const ordered_json& result) {
    std::string text;
    for (const auto& [reason, cells] : gaps(result)) {
        text += fmt::format("- {}: {}", escaped(reason), escaped(cells.front()));
        text += cells.size() > 1 ? fmt::format(" and {} more\n", cells.size() - 1) : "\n";
    }
    return text;
}

/// The parts of a report in the order of their worth; those that do not fit are counted.
class page {
public:
    void add(const std::string& part) {
        if (part.empty()) return;
        if (text_.size() + part.size() > most_characters)
            ++left_out_;
        else
            text_ += part;
    }
    std::string finish() const {
        if (left_out_ == 0) return text_;
        return text_ + fmt::format(
                           "\n{} sections were left out: a comment holds 65,536 "
                           "characters. The HTML report has everything.\n",
                           left_out_);
    }

private:
    std::string text_;
    std::size_t left_out_ = 0;
};

void add_result(page& to, const ordered_json& result, bool utf8) {
    std::string head;
    for (const auto& line : headlines(result))
        head += "- " + escaped(line) + "\n";
    to.add(head + "\n" + escaped(trust_line(result)) + ".\n\n");
    if (!result.at("complete").get<bool>()) to.add("**Incomplete run.**\n\n");
    if (!result.at("build").at("optimised").get<bool>())
        to.add("**Not an optimised build: these figures mean nothing.**\n\n");
    bool first = true;
    for (const auto& placement : placements_of(result)) {
        for (const figure& what : table_figures()) {
            const grid table(result, what, placement, carries::payload);
            if (table.empty()) continue;
            const auto title = fmt::format("{} ({})", what.title, placement);
            if (first)
                to.add("**" + title + "**\n\n" + grid_table(table, most_open_rows, utf8) + "\n");
            if (!first || table.rows().size() > most_open_rows)
                to.add(folded(title + (first ? ", all" : ""),
                              grid_table(table, table.rows().size(), utf8)));
            first = false;
        }
        if (const auto text = notifications(result, placement); !text.empty())
            to.add(folded(fmt::format("notifications, no payload ({})", placement), text));
    }
    for (const auto& what : listed_patterns())
        if (!cells_of(result, what.pattern).empty())
            to.add(folded(what.title, listed(result, what)));
    if (const auto list = gap_list(result); !list.empty())
        to.add(folded("Cells without a figure", list));
}

/// What is proved stands open, the rest is folded.
std::string compared_rows(const comparison& one, bool proved) {
    std::string text;
    for (const auto& row : one.cells) {
        if ((row.verdict == "worse" || row.verdict == "better") != proved) continue;
        const auto interval =
            row.low && row.high ? fmt::format("{:.2f} to {:.2f}", *row.low, *row.high) : "";
        text += fmt::format("| {} | {} | {} | {}x | {} | {} |\n", escaped(row.cell),
                            one.what.text(row.before), one.what.text(row.after),
                            number_text(row.ratio), interval, row.verdict);
    }
    return text;
}

void add_comparison(page& to, const ordered_json& before, const ordered_json& after) {
    const auto differences = environment_differences(before, after);
    std::string text;
    for (const auto& line : differences)
        text += "- " + escaped(line) + "\n";
    to.add(differences.empty() ? "Same machine, limits and build.\n\n"
                               : "Different environments:\n\n" + text + "\n");
    to.add(std::string(recorded_runs_note) + "\n\n");
    const auto head = header({"cell", "before", "after", "ratio", "interval", "verdict"});
    for (const auto& one : compare_results(before, after)) {
        const auto proved = compared_rows(one, true);
        const auto rest = compared_rows(one, false);
        to.add(fmt::format("**{}**: {}\n\n", one.what.title, verdict_counts(one)));
        if (!proved.empty()) to.add(head + proved + "\n");
        if (!rest.empty()) to.add(folded("level or unclear", head + rest));
    }
}

}  // namespace

std::string render_markdown(const std::vector<ordered_json>& results, bool utf8) {
    page to;
    if (results.empty()) return {};
    to.add("### ipcmark\n\n" + escaped(host_line(results.back())) + "\n\n");
    for (std::size_t i = 1; i < results.size(); ++i) {
        to.add(fmt::format("#### Result {} against result 1\n\n", i + 1));
        add_comparison(to, results.front(), results[i]);
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results.size() > 1)
            to.add(fmt::format("#### Result {}: {}\n\n", i + 1, escaped(host_line(results[i]))));
        add_result(to, results[i], utf8);
    }
    return to.finish();
}

}  // namespace ipcmark
