#include "reports/recommendation_report.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "harness/base/fields.hpp"
#include "harness/base/sizes.hpp"
#include "reports/recommendation_words.hpp"
#include "reports/view/figure_text.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t rows_shown = 8;

std::string requirement_text(const requirement& one) {
    return one.word + " " + one.text + (one.given ? "" : " (follows)");
}

std::string flow_text(const design_flow& flow, const std::string& placement) {
    std::string text = payload_text(flow.payload_bytes) +
                       (flow.kind == flow_kind::request ? " requests" : " messages");
    if (!flow.among.is_pair()) text += ", " + flow.among.text();
    text += flow.rate_hz ? ", " + figure_text(*flow.rate_hz, "1/s") : ", as fast as it goes";
    if (flow.silence_ns) text += ", also after " + figure_text(*flow.silence_ns, "ns");
    if (flow.burst_messages) text += fmt::format(", also {:g} at once", *flow.burst_messages);
    text += placement == "free" ? ", not pinned" : ", placement " + placement;
    if (flow.arrives == delivery::may_skip) text += ", some may be skipped";
    if (flow.may_spin) text += ", the waiting side may burn a core";
    return text;
}

/// "12 may lose messages (may_drop), 8 unrelated_processes is false"
std::string exclusions_text(const flow_recommendation& flow) {
    std::map<std::string, std::size_t> reasons;
    for (const candidate& each : flow.candidates)
        if (each.how == fit::excluded)
            ++reasons[each.why.starts_with("not here: ") ? "not here" : each.why];
    std::vector<std::string> texts;
    for (const auto& [reason, count] : reasons)
        texts.push_back(fmt::format("{} ({})", reason, count));
    return with_commas(texts, "; ");
}

struct text_table {
    std::vector<std::vector<std::string>> rows;  // the first is the head

    std::string plain() const {
        std::vector<std::size_t> widths;
        for (const auto& row : rows)
            for (std::size_t i = 0; i < row.size(); ++i) {
                if (widths.size() <= i) widths.push_back(0);
                widths[i] = std::max(widths[i], columns(row[i]));
            }
        std::string text;
        for (const auto& row : rows) {
            for (std::size_t i = 0; i < row.size(); ++i)
                text += std::string(i == 0 ? 2 : widths[i] - columns(row[i]) + 2, ' ') + row[i] +
                        std::string(i == 0 ? widths[i] - columns(row[i]) : 0, ' ');
            text += '\n';
        }
        return text;
    }
    std::string markdown() const {
        std::string text;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            text += "|";
            for (const auto& cell : rows[r])
                text += " " + escaped(cell) + " |";
            text += "\n";
            if (r > 0) continue;
            text += "| :-- |";
            for (std::size_t i = 1; i < rows[r].size(); ++i)
                text += " --: |";
            text += "\n";
        }
        return text;
    }

private:
    static std::string escaped(const std::string& cell) {
        std::string text;
        for (const char c : cell) {
            if (c == '<') {
                text += "&lt;";
                continue;
            }
            if (c == '|' || c == '*' || c == '_') text += '\\';
            text += c;
        }
        return text;
    }
    /// Of UTF-8: every byte that continues no character.
    static std::size_t columns(const std::string& cell) {
        return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        }));
    }
};

std::string outcome_mark(limit_outcome outcome) {
    switch (outcome) {
        case limit_outcome::met:
            return "";
        case limit_outcome::missed:
            return " missed";
        case limit_outcome::unproven:
            return " not proven";
        case limit_outcome::absent:
            return "";
    }
    return {};
}

std::vector<const candidate*> shown_of(const flow_recommendation& flow, std::size_t most) {
    std::vector<const candidate*> shown;
    for (const candidate& each : flow.candidates)
        if (!each.verdicts.empty() && shown.size() < most) shown.push_back(&each);
    return shown;
}

/// What follows from a design takes no column where all that are shown meet it.
std::vector<std::size_t> columns_of(const flow_recommendation& flow,
                                    const std::vector<const candidate*>& shown) {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < flow.requirements.size(); ++i)
        if (flow.requirements[i].given ||
            std::any_of(shown.begin(), shown.end(), [i](const candidate* each) {
                return each->verdicts[i].outcome != limit_outcome::met;
            }))
            columns.push_back(i);
    return columns;
}

text_table table_of(const flow_recommendation& flow, std::size_t most) {
    const auto shown = shown_of(flow, most);
    const auto columns = columns_of(flow, shown);
    text_table table;
    std::vector<std::string> head{"mechanism"};
    for (const std::size_t i : columns)
        head.push_back(flow.requirements[i].word + " " + flow.requirements[i].text);
    head.emplace_back("fit");
    table.rows.push_back(std::move(head));
    for (const candidate* each : shown) {
        std::vector<std::string> row{each->mechanism.name};
        for (const std::size_t i : columns)
            row.push_back(verdict_figure(each->verdicts[i]) +
                          outcome_mark(each->verdicts[i].outcome));
        const bool holds_at_twice = each->how == fit::meets && each->twice;
        row.push_back(fit_text(each->how) + (holds_at_twice ? ", at 2x too" : "") +
                      (each->screened ? ", only screened" : ""));
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::string explained(const recommendation& of, const flow_recommendation& flow) {
    std::string text = "Not the answer, and why:\n";
    for (const candidate& each : flow.candidates)
        if (&each != flow.best()) text += "  " + why_not(flow, of, each.mechanism.name) + "\n";
    return text;
}

tree verdict_tree(const requirement& wanted, const requirement_verdict& verdict) {
    tree one{{"requirement", wanted.word},
             {"limit", wanted.text},
             {"limit_value", wanted.limit.value},
             {"below", wanted.limit.below},
             {"metric", wanted.limit.of->key},
             {"given", wanted.given},
             {"outcome", outcome_word(verdict.outcome)}};
    if (verdict.figures) one["figures"] = to_tree(*verdict.figures);
    if (verdict.headroom) one["headroom"] = *verdict.headroom;
    return one;
}

tree candidate_tree(const flow_recommendation& flow, const candidate& each) {
    tree one{{"mechanism", each.mechanism.name}, {"fit", to_word(each.how)}};
    if (!each.why.empty()) one["reason"] = each.why;
    if (!each.trait.empty()) one["trait"] = each.trait;
    if (!each.cell.empty()) one["cell"] = each.cell;
    if (each.verdicts.empty()) return one;
    one["no_difference_to_the_best"] = each.level;
    one["only_screened"] = each.screened;
    if (each.twice_measured) one["meets_at_twice_the_rate"] = each.twice;
    tree verdicts = tree::array();
    for (std::size_t i = 0; i < each.verdicts.size(); ++i)
        verdicts.push_back(verdict_tree(flow.requirements[i], each.verdicts[i]));
    one["verdicts"] = std::move(verdicts);
    return one;
}

}  // namespace

std::string render_recommendation_text(const recommendation& of, bool explain) {
    std::string text = of.machine + "\n";
    for (const flow_recommendation& flow : of.flows) {
        text += fmt::format("\n{}: {}\n", flow.flow.name, flow_text(flow.flow, of.of.placement));
        const text_table table = table_of(flow, explain ? flow.candidates.size() : rows_shown);
        if (table.rows.size() > 1) text += table.plain();
        if (const auto out = exclusions_text(flow); !out.empty())
            text += "Left out by what they are: " + out + ".\n";
        if (explain) text += explained(of, flow);
    }
    text += "\n";
    for (const std::string& line : recommendation_answer(of))
        text += line + "\n";
    return text;
}

std::string render_recommendation_markdown(const recommendation& of) {
    std::string text = "# " + of.of.name + "\n\n";
    for (const std::string& line : recommendation_answer(of))
        text += "- " + line.substr(line.find_first_not_of(' ')) + "\n";
    for (const flow_recommendation& flow : of.flows) {
        text += fmt::format("\n## {}\n\n{}.\n\n", flow.flow.name,
                            flow_text(flow.flow, of.of.placement));
        for (const requirement& each : flow.requirements)
            text += "- " + requirement_text(each) + "\n";
        for (const auto& [trait, value] : flow.flow.must)
            text += fmt::format("- {}: {}\n", trait, value);
        text += "\n" + table_of(flow, flow.candidates.size()).markdown();
        if (const auto out = exclusions_text(flow); !out.empty())
            text += "\nLeft out by what they are: " + out + ".\n";
    }
    return text + "\n" + of.machine + "\n";
}

tree to_tree(const recommendation& of) {
    tree flows = tree::array();
    for (const flow_recommendation& flow : of.flows) {
        tree one{{"name", flow.flow.name}};
        one["measured"] = {{"pattern", to_word(flow.flow.measured_as())},
                           {"payload_bytes", flow.flow.payload_bytes}};
        if (flow.flow.rate_hz) one["measured"]["rate_hz"] = *flow.flow.rate_hz;
        const candidate* best = flow.best();
        one["recommended"] = best == nullptr ? tree() : tree(best->mechanism.name);
        tree contradictions = tree::array();
        for (const contradiction& each : flow.contradictions)
            contradictions.push_back({{"requirement", each.requirement},
                                      {"limit", each.limit},
                                      {"floor", each.floor},
                                      {"wake_ns", each.wake_ns}});
        one["contradictions"] = std::move(contradictions);
        tree candidates = tree::array();
        for (const candidate& each : flow.candidates)
            candidates.push_back(candidate_tree(flow, each));
        one["candidates"] = std::move(candidates);
        flows.push_back(std::move(one));
    }
    tree answer = tree::array();
    for (const std::string& line : recommendation_answer(of))
        answer.push_back(line);
    tree document{{"schema", {{"name", "ipcmark.recommendation"}, {"version", "1.0"}}}};
    document["design"] = to_tree(of.of);
    document["machine"] = of.machine;
    if (!of.beside.empty()) document["beside"] = of.beside;
    document["flows"] = std::move(flows);
    document["answer"] = std::move(answer);
    return document;
}

}  // namespace ipcmark
