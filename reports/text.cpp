#include "reports/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <numeric>
#include <string_view>

#include "harness/base/terminal.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/tables.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t longest_label = 56;
/// The rest of a comparison that nobody reads on a terminal.
constexpr std::size_t most_compared = 20;

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string trimmed(std::string line) {
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line + "\n";
}

class text_writer {
public:
    explicit text_writer(const text_style& style) : style_(style), paint_(style.colour) {}

    /// Of several results the comparison is the answer.
    std::string report(const view_model& model) const {
        const bool several = model.views.size() > 1;
        const bool paired = !model.comparisons.empty() && !model.comparisons.front().lines.empty();
        std::string text;
        if (paired && !style_.all_tables)
            text = wrapped(shown(model.views.front().host), 2, style_.columns) + "\n" +
                   notices(model.views.front());
        for (std::size_t i = 0; i < model.views.size() && (!paired || style_.all_tables); ++i) {
            const std::string name = several ? model.views[i].name + ": " : "";
            text += wrapped(shown(name + model.views[i].host), 2, style_.columns) + "\n";
            if (!several || style_.all_tables)
                text += one(model.results[i].result, model.views[i]);
            else
                text += notices(model.views[i]);
            if (several && style_.all_tables) text += "\n";
        }
        if (several && !style_.all_tables) text += "\n";
        for (const auto& each : model.comparisons)
            text += comparison(each);
        for (const auto& each : model.comparisons)
            text += last_words(each);
        return text;
    }

private:
    std::string one(const run_result& result, const result_view& view) const {
        std::string text = paint_.dim(wrapped(shown(details(view)), 2, style_.columns)) + "\n\n";
        bool marks = false;
        for (const auto& each :
             style_.all_tables ? tables_of(result, view) : main_tables_of(result, view)) {
            text += table(each) + "\n";
            marks = marks || each.has_order;
        }
        if (marks)
            text +=
                paint_.dim("* the best of its column, or no difference to it is proven") + "\n\n";
        text += problems(view);
        if (style_.all_tables) text += answers(view) + loads(view);
        return text + notices(view) + closing(view);
    }

    /// What is said of the whole run and not repeated at the end.
    static std::string details(const result_view& view) {
        std::string text;
        for (const auto& each : view.trust)
            if (each != view.verdict && each != view.measured)
                text += (text.empty() ? "" : " ") + each;
        return text;
    }

    /// Of what ran pair by pair the answer stands last.
    std::string last_words(const comparison_view& view) const {
        const std::string answer =
            paint_.bold(wrapped(shown(view.summary), 2, style_.columns)) + "\n";
        const std::string around =
            wrapped(shown(view.environment + " " + view.note), 2, style_.columns) + "\n";
        if (view.lines.empty()) return answer + around;
        std::string text = around;
        for (const auto& each : view.lines)
            text += wrapped(shown(each), 2, style_.columns) + "\n";
        return text + answer;
    }

    std::string comparison(const comparison_view& view) const {
        std::string text = paint_.bold(shown(view.title)) + "\n";
        for (const auto& each : view.differences)
            text += shown("  " + each.fact + ": " + each.before + " -> " + each.after) + "\n";
        text += "\n";
        for (const auto& each : view.tables) {
            text += paint_.bold(shown(each.title)) + ": " + each.summary + "\n";
            report_table proven = table_of(each, true);
            const std::size_t left_out =
                each.rows.size() - std::min(proven.rows.size(), most_compared);
            proven.rows.resize(std::min(proven.rows.size(), most_compared));
            if (!proven.rows.empty()) text += rows(proven);
            const bool all_proven_told = proven.rows.size() < most_compared;
            if (left_out > 0 && !proven.rows.empty())
                text += paint_.dim(
                            fmt::format("and {} {}", left_out,
                                        all_proven_told ? "without a proven difference" : "more")) +
                        "\n";
            text += "\n";
        }
        return text;
    }

    std::string table(const report_table& of) const {
        return paint_.bold(shown(of.title)) + "\n" + rows(of);
    }

    std::string rows(const report_table& of) const {
        std::size_t label_width = width_of(of.corner);
        for (const auto& row : of.rows)
            label_width =
                std::max(label_width, std::min(width_of(shown(row.label)), longest_label));
        const auto widths = column_widths(of);
        const auto fits = columns_that_fit(of, label_width, widths);
        std::string text = padded(of.corner, label_width);
        for (std::size_t i = 0; i < widths.size(); ++i)
            if (fits[i]) text += right(of.heads[i], widths[i]);
        text = trimmed(text);
        for (const auto& row : of.rows) {
            std::string line = padded(shown(row.label), label_width);
            for (std::size_t i = 0; i < widths.size(); ++i)
                if (fits[i]) line += painted(row.cells[i], widths[i]);
            text += trimmed(line);
        }
        return text + left_out(of, fits);
    }

    std::string left_out(const report_table& of, const std::vector<bool>& fits) const {
        std::string names;
        for (std::size_t i = 0; i < fits.size(); ++i)
            if (!fits[i]) names += (names.empty() ? "" : "; ") + of.heads[i];
        if (names.empty()) return {};
        return paint_.dim("not shown for want of width: " + names) + "\n";
    }

    std::vector<std::size_t> column_widths(const report_table& of) const {
        std::vector<std::size_t> widths;
        for (std::size_t i = 0; i < of.heads.size(); ++i) {
            std::size_t width = width_of(of.heads[i]);
            for (const auto& row : of.rows)
                width = std::max(width, width_of(marked(row.cells[i])));
            widths.push_back(width + gap);
        }
        return widths;
    }

    /// One at least.
    std::vector<bool> columns_that_fit(const report_table& of, std::size_t label_width,
                                       const std::vector<std::size_t>& widths) const {
        std::vector<bool> fits(widths.size(), true);
        const auto rank = [&of](std::size_t i) {
            return of.ranks.empty() ? static_cast<unsigned>(i) : of.ranks[i];
        };
        std::size_t used = std::accumulate(widths.begin(), widths.end(), label_width);
        for (std::size_t left = widths.size(); left > 1 && used > style_.columns; --left) {
            std::size_t least = 0;
            for (std::size_t i = 0; i < widths.size(); ++i)
                if (fits[i] && (!fits[least] || rank(i) >= rank(least))) least = i;
            fits[least] = false;
            used -= widths[least];
        }
        return fits;
    }

    std::string marked(const table_cell& cell) const {
        const bool leads = cell.stands == standing::best || cell.stands == standing::level;
        return shown(cell.text) + (leads ? "*" : cell.stands == standing::none ? "" : " ");
    }

    std::string painted(const table_cell& cell, std::size_t width) const {
        const std::string text = right(marked(cell), width);
        if (!cell.is_figure) return paint_.dim(text);
        return cell.stands == standing::best ? paint_(escape::cyan, text) : text;
    }

    static std::string padded(const std::string& text, std::size_t width) {
        return text + std::string(width - std::min(width, width_of(text)), ' ');
    }

    static std::string right(const std::string& text, std::size_t width) {
        return std::string(width - std::min(width, width_of(text)), ' ') + text;
    }

    /// Cells without a figure, those with the same reason together.
    std::string problems(const result_view& view) const {
        if (view.problems.empty()) return {};
        std::string text = paint_.bold("Not measured") + "\n";
        for (const auto& each : view.problems) {
            const std::string why = std::string(to_word(each.ended)) + ": " + each.text;
            if (style_.problems)
                text += "  " + wrapped(shown(why), 4, style_.columns) + "\n" +
                        paint_.dim("      " + wrapped(shown(each.where), 6, style_.columns)) + "\n";
            else
                text +=
                    "  " +
                    cut(shown(plural(each.cells.size(), "cell") + " " + why), style_.columns - 2) +
                    "\n";
        }
        return text + "\n";
    }

    /// By whole characters.
    std::string cut(const std::string& text, std::size_t columns) const {
        if (width_of(text) <= columns) return text;
        std::string found;
        std::size_t taken = 0;
        for (const char c : text) {
            if (starts_character(c) && ++taken > columns - 3) break;
            found += c;
        }
        return found + "...";
    }

    std::string answers(const result_view& view) const {
        std::string text;
        for (const auto& group : view.groups) {
            if (!group.headline) continue;
            for (const auto& each : group.answers)
                text +=
                    wrapped(shown(each.topic + ": " + joined(each.sentences)), 2, style_.columns) +
                    "\n";
        }
        return text.empty() ? text : text + "\n";
    }

    std::string loads(const result_view& view) const {
        std::string text;
        for (const auto& each : view.loads)
            if (!each.text.empty()) text += wrapped(shown(each.text), 2, style_.columns) + "\n";
        return text.empty() ? text : text + "\n";
    }

    std::string notices(const result_view& view) const {
        std::string text;
        for (const auto& each : view.notices)
            text += paint_(each.severity == "error" ? escape::bold_red : escape::yellow,
                           wrapped(shown(each.head + " " + each.text), 2, style_.columns)) +
                    "\n";
        return text.empty() ? text : text + "\n";
    }

    /// The answers and the machine's verdict, of the answers as much as fits.
    std::string closing(const result_view& view) const {
        const std::string end = wrapped(shown(verdict(view)), 2, style_.columns) + "\n";
        std::vector<closing_line> lines = view.closing;
        std::vector<short_answer> in_short;
        for (;;) {
            std::string text = closed(lines) + others(in_short) + end;
            const auto height =
                static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
            if (lines.size() <= 1 || height <= style_.closing_lines) return text;
            const auto least =
                std::max_element(lines.rbegin(), lines.rend(),
                                 [](const auto& a, const auto& b) { return a.rank < b.rank; });
            if (least->shortest) in_short.insert(in_short.begin(), *least->shortest);
            lines.erase(std::next(least).base());
        }
    }

    std::string others(const std::vector<short_answer>& in_short) const {
        if (in_short.empty()) return {};
        return wrapped(shown(in_few_words(in_short)), 2, style_.columns) + "\n";
    }

    std::string closed(const std::vector<closing_line>& lines) const {
        std::string text;
        for (const auto& each : lines)
            text += (each.under ? "  " : "") +
                    wrapped(shown(each.text), each.under ? 4 : 2,
                            style_.columns - (each.under ? 2 : 0)) +
                    "\n";
        return text;
    }

    std::string verdict(const result_view& view) const {
        std::string text = view.verdict + " " + view.measured;
        if (!view.problems.empty() && !style_.problems)
            text.insert(text.size() - 1, " (--problems says why)");
        return text;
    }

    /// A control character of a result must not reach the terminal.
    std::string shown(std::string text) const {
        constexpr std::size_t longest = 2'000;
        for (char& c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
        if (text.size() > longest) {
            std::size_t end = longest;
            while (end > 0 && !starts_character(text[end]))
                --end;
            text = text.substr(0, end) + "...";
        }
        return style_.utf8 ? text : ascii(text);
    }

    static std::string ascii(const std::string& text) {
        constexpr std::string_view plus_minus = "\u00b1";
        std::string plain;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text.compare(at, plus_minus.size(), plus_minus) == 0) {
                plain += "+-";
                at += plus_minus.size() - 1;
            } else if (static_cast<unsigned char>(text[at]) < 0x80) {
                plain += text[at];
            } else if (starts_character(text[at])) {
                plain += '?';
            }
        }
        return plain;
    }

    text_style style_;
    painter paint_;
};

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

std::string render_text(const view_model& model, const text_style& style) {
    return text_writer(style).report(model);
}

}  // namespace ipcmark
