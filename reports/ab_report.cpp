#include "reports/ab_report.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "reports/markdown.hpp"
#include "reports/view/ab_comparison.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/view_model.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t most_lines = 10;

std::vector<const ab_figure*> figures_of(const ab_judgement& judged, gate_role role,
                                         change verdict) {
    std::vector<const ab_figure*> found;
    for (const ab_figure& each : judged.figures)
        if (each.by.role == role && each.seen.verdict == verdict) found.push_back(&each);
    std::stable_sort(found.begin(), found.end(), [](const auto* x, const auto* y) {
        return x->seen.adjusted_p < y->seen.adjusted_p;
    });
    return found;
}

void add_lines(const ab_result& compared, const ab_judgement& judged, gate_role role,
               change verdict, std::vector<std::string>& lines) {
    const auto found = figures_of(judged, role, verdict);
    const bool warns = role == gate_role::secondary;
    for (std::size_t i = 0; i < std::min(found.size(), most_lines); ++i)
        lines.push_back(capital(std::string(title_of(verdict))) + (warns ? " (warning only)" : "") +
                        ": " + figure_sentence(compared, *found[i]) + ".");
    if (found.size() > most_lines)
        lines.push_back(
            fmt::format("And {} more {}.", found.size() - most_lines, title_of(verdict)));
}

/// Cells without figures, a line each.
std::vector<std::string> losses(const ab_result& compared, std::string_view before) {
    std::vector<std::string> lines;
    for (std::size_t side = 0; side < compared.results.size(); ++side)
        for (const cell_result& each : compared.results[side].cells)
            if (each.ended != status::ok)
                lines.push_back(fmt::format("{}{}: {} {}: {}", before, side == 0 ? "A" : "B",
                                            each.name, title_of(each.ended),
                                            each.why ? each.why->text : "no reason is known"));
    if (lines.size() > most_lines) {
        const std::size_t more = lines.size() - most_lines;
        lines.resize(most_lines);
        lines.push_back(fmt::format("{}{} more cells without figures", before, more));
    }
    return lines;
}

/// GitHub ends a command at a line's end and takes % for an escape.
std::string escaped_command(const std::string& text) {
    std::string escaped;
    for (const char c : text)
        escaped += c == '%' ? "%25" : c == '\r' ? "%0D" : c == '\n' ? "%0A" : std::string(1, c);
    return escaped;
}

std::string commands(const ab_result& compared, const std::vector<const ab_figure*>& figures,
                     std::string_view command, std::string_view what) {
    std::string text;
    for (std::size_t i = 0; i < std::min(figures.size(), most_lines); ++i)
        text += fmt::format("::{} title=ipcmark: {}::{}\n", command, what,
                            escaped_command(figure_sentence(compared, *figures[i])));
    return text;
}

std::string markdown_rows(const ab_result& compared, const std::vector<const ab_figure*>& figures) {
    std::string text =
        "| figure | A | B | ratio | pairs | verdict |\n| --- | --: | --: | --: | --: | --- |\n";
    for (const ab_figure* each : figures) {
        const auto unit = each->by.of->unit;
        text += fmt::format("| {} `{}` | {} | {} | {:.2f}x{} | {} | {}{} |\n", each->by.of->label,
                            compared.pairs[each->pair].b, figure_text(each->a, unit),
                            figure_text(each->b, unit), each->ratio,
                            each->low && each->high
                                ? fmt::format(" [{:.2f} .. {:.2f}]", *each->low, *each->high)
                                : "",
                            each->seen.pairs, title_of(each->seen.verdict),
                            each->by.role == gate_role::secondary ? " (warning only)" : "");
    }
    return text;
}

std::string folded(const std::string& head, const std::string& body) {
    return "<details><summary>" + head + "</summary>\n\n" + body + "\n</details>\n\n";
}

}  // namespace

std::vector<std::string> ab_answer(const ab_result& compared, const ab_judgement& judged) {
    std::vector<std::string> lines = losses(compared, "Not measured, ");
    add_lines(compared, judged, gate_role::secondary, change::regressed, lines);
    add_lines(compared, judged, gate_role::primary, change::improved, lines);
    add_lines(compared, judged, gate_role::primary, change::regressed, lines);
    lines.push_back(verdict_sentence(compared, judged));
    return lines;
}

std::string github_annotations(const ab_result& compared, const ab_judgement& judged) {
    const auto undecided = judged.count(gate_role::primary, change::inconclusive);
    std::string text;
    for (const auto& line : losses(compared, ""))
        text += "::warning title=ipcmark: not measured::" + escaped_command(line) + "\n";
    if (!judged.machine_moved)
        text += commands(compared, figures_of(judged, gate_role::primary, change::regressed),
                         "error", "regressed");
    text += commands(compared, figures_of(judged, gate_role::secondary, change::regressed),
                     "warning", "slower tail");
    if (judged.machine_moved || undecided > 0)
        text += "::warning title=ipcmark::" + escaped_command(verdict_sentence(compared, judged)) +
                "\n";
    return text;
}

std::string render_ab_markdown(const ab_result& compared, const ab_judgement& judged,
                               std::size_t most_bytes) {
    std::string text = std::string(comment_marker) + "\n### ipcmark: " + side_name(compared, 1) +
                       " against " + side_name(compared, 0) + "\n\n**" +
                       verdict_sentence(compared, judged) + "**\n\n" +
                       grounds_sentence(compared, judged) + "\n\n";
    for (const auto& line : losses(compared, "- Not measured, "))
        text += line + "\n";
    std::vector<const ab_figure*> changed;
    std::vector<const ab_figure*> rest;
    for (const ab_figure& each : judged.figures)
        (is_change(each.seen.verdict) ? changed : rest).push_back(&each);
    std::vector<std::string> parts;
    if (!changed.empty()) parts.push_back(markdown_rows(compared, changed) + "\n");
    if (!rest.empty())
        parts.push_back(folded("no difference, or none proven", markdown_rows(compared, rest)));
    constexpr std::string_view cut = "\nMore does not fit in here; the result file has it.\n";
    for (const auto& part : parts) {
        if (text.size() + part.size() + cut.size() > most_bytes) return text + std::string(cut);
        text += part;
    }
    return text;
}

}  // namespace ipcmark
