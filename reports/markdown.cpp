#include "reports/markdown.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "reports/view/figure_text.hpp"
#include "reports/view/tables.hpp"

namespace ipcmark {

namespace {

/// GitHub's limit for a comment, less room for the closing lines.
constexpr std::size_t most_characters = 65'536 - 1'500;
constexpr std::size_t most_open_rows = 15;

/// Text of a result must not become markup, nor end a table row.
std::string escaped(const std::string& text) {
    constexpr std::size_t longest = 2'000;
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

std::string figure(const table_cell& cell) {
    std::string text = escaped(cell.text);
    if (text.empty()) return text;
    if (!cell.is_figure) return "*" + text + "*";
    const bool leads = cell.stands == standing::best || cell.stands == standing::level;
    return leads ? "**" + text + "**" : text;
}

std::string rows(const report_table& table, std::size_t at_most) {
    std::vector<std::string> heads{table.corner};
    heads.insert(heads.end(), table.heads.begin(), table.heads.end());
    std::string text = header(heads);
    for (std::size_t i = 0; i < std::min(at_most, table.rows.size()); ++i) {
        text += "| " + escaped(table.rows[i].label) + " |";
        for (const auto& cell : table.rows[i].cells)
            text += " " + figure(cell) + " |";
        text += "\n";
    }
    return text;
}

std::string problem_list(const result_view& view) {
    std::string text;
    for (const auto& each : view.problems)
        text += "- " + std::string(to_word(each.ended)) + ": " + escaped(each.text) + " (" +
                escaped(each.where) + ")\n";
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

std::string answers(const result_view& view) {
    std::string text;
    for (const auto& group : view.groups) {
        if (!group.headline) continue;
        for (const auto& each : group.answers)
            text += "- " + escaped(each.topic + ": " + joined(each.sentences)) + "\n";
    }
    return text.empty() ? text : text + "\n";
}

std::string loads(const result_view& view) {
    std::string text;
    for (const auto& each : view.loads)
        if (!each.text.empty()) text += escaped(each.text) + "\n\n";
    return text;
}

void add_result(page& to, const run_result& result, const result_view& view) {
    to.add(answers(view));
    to.add(loads(view));
    to.add(escaped(joined(view.trust)) + "\n\n");
    for (const auto& each : view.notices)
        to.add("**" + escaped(each.head) + "** " + escaped(each.text) + "\n\n");
    bool first = true;
    for (const auto& table : tables_of(result, view)) {
        const auto title = escaped(table.title);
        if (first) to.add("**" + title + "**\n\n" + rows(table, most_open_rows) + "\n");
        if (!first || table.rows.size() > most_open_rows)
            to.add(folded(title + (first ? ", all" : ""), rows(table, table.rows.size())));
        first = false;
    }
    if (!first) to.add("Bold: the best of its column, or no difference to it is proven.\n\n");
    if (const auto list = problem_list(view); !list.empty()) to.add(folded("Not measured", list));
}

/// What is proven stands open, the rest is folded.
void add_comparison(page& to, const comparison_view& view) {
    if (!view.lines.empty()) {
        to.add("**" + escaped(view.summary) + "**\n\n");
        for (const auto& each : view.lines)
            to.add("- " + escaped(each) + "\n");
        to.add("\n");
    }
    std::string text = escaped(view.environment) + "\n\n";
    for (const auto& each : view.differences)
        text += "- " + escaped(each.fact + ": " + each.before + " -> " + each.after) + "\n";
    to.add(text + (view.differences.empty() ? "" : "\n") + escaped(view.note) + "\n\n");
    for (const auto& each : view.tables) {
        to.add(fmt::format("**{}**: {}\n\n", escaped(each.title), each.summary));
        const auto proven = table_of(each, true);
        const auto rest = table_of(each, false);
        if (!proven.rows.empty()) to.add(rows(proven, proven.rows.size()) + "\n");
        if (!rest.rows.empty())
            to.add(folded("no difference, or none proven", rows(rest, rest.rows.size())));
    }
}

}  // namespace

std::string render_comparisons_markdown(const view_model& model) {
    page to;
    to.add("### ipcmark\n\n");
    for (const auto& each : model.comparisons) {
        to.add("#### " + escaped(each.title) + "\n\n");
        add_comparison(to, each);
        to.add("**" + escaped(each.summary) + "**\n\n");
    }
    return to.finish();
}

std::string render_markdown(const view_model& model) {
    page to;
    if (model.views.empty()) return {};
    to.add("### ipcmark\n\n" + escaped(model.views.back().host) + "\n\n");
    for (const auto& each : model.comparisons) {
        to.add("#### " + escaped(each.title) + "\n\n");
        add_comparison(to, each);
    }
    for (std::size_t i = 0; i < model.views.size(); ++i) {
        if (model.views.size() > 1)
            to.add("#### " + escaped(model.views[i].name + ": " + model.views[i].host) + "\n\n");
        add_result(to, model.results[i].result, model.views[i]);
    }
    return to.finish();
}

}  // namespace ipcmark
