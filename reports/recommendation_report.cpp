#include "reports/recommendation_report.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <initializer_list>
#include <map>
#include <stdexcept>

#include "harness/base/fields.hpp"
#include "harness/base/sizes.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t rows_shown = 8;

std::string with_commas(const std::vector<std::string>& words, std::string_view last = " and ") {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? std::string(last) : ", ") + words[i];
    return text;
}

std::string verdict_figure(const requirement_verdict& verdict) {
    if (!verdict.figures) return "-";
    return median_text(&*verdict.figures).value_or("-") + spread_text(*verdict.figures);
}

std::string requirement_text(const requirement& one) {
    return one.word + " " + one.text + (one.given ? "" : " (follows)");
}

std::string flow_text(const design_flow& flow, const std::string& placement) {
    std::string text = payload_text(flow.payload_bytes) +
                       (flow.kind == flow_kind::request ? " requests" : " messages");
    if (!flow.among.is_pair()) text += ", " + flow.among.text();
    text += flow.rate_hz ? ", " + figure_text(*flow.rate_hz, "1/s") : ", as fast as it goes";
    text += placement == "free" ? ", not pinned" : ", placement " + placement;
    if (flow.arrives == delivery::may_skip) text += ", some may be skipped";
    if (flow.may_spin) text += ", the waiting side may burn a core";
    return text;
}

std::string fit_text(fit how) {
    switch (how) {
        case fit::meets:
            return "meets all";
        case fit::unproven:
            return "not proven";
        case fit::misses:
            return "misses";
        case fit::unmeasured:
            return "not measured";
        case fit::excluded:
            return "left out";
    }
    return {};
}

/// "latency.p99 6.1 ms \u00b13 % (< 4ms)", "no latency.p99 (< 4ms)"
std::string shortfall(const flow_recommendation& flow, const candidate& one,
                      std::initializer_list<limit_outcome> outcomes) {
    std::vector<std::string> texts;
    for (const limit_outcome outcome : outcomes)
        for (std::size_t i = 0; i < one.verdicts.size(); ++i) {
            if (one.verdicts[i].outcome != outcome) continue;
            const requirement& wanted = flow.requirements[i];
            texts.push_back(outcome == limit_outcome::absent
                                ? fmt::format("no {} ({})", wanted.word, wanted.text)
                                : fmt::format("{} {} ({})", wanted.word,
                                              verdict_figure(one.verdicts[i]), wanted.text));
        }
    return with_commas(texts);
}

constexpr std::initializer_list<limit_outcome> missed{limit_outcome::missed};
constexpr std::initializer_list<limit_outcome> open{limit_outcome::unproven, limit_outcome::absent};

/// Of the requirement that is missed by most: 1 is at the limit. What is not known counts as far
/// off.
double worst_headroom(const candidate& one) {
    double worst = 1e300;
    for (const requirement_verdict& each : one.verdicts)
        worst = std::min(worst,
                         each.outcome == limit_outcome::absent ? 0 : each.headroom.value_or(worst));
    return worst;
}

const candidate* nearest_of(const flow_recommendation& flow) {
    const candidate* nearest = nullptr;
    for (const candidate& each : flow.candidates) {
        if (each.how != fit::misses && each.how != fit::unproven) continue;
        if (nearest == nullptr || std::pair(each.how, -worst_headroom(each)) <
                                      std::pair(nearest->how, -worst_headroom(*nearest)))
            nearest = &each;
    }
    return nearest;
}

/// Of those that miss nothing but that they do not sleep, the best.
const candidate* best_spinner(const flow_recommendation& flow) {
    for (const candidate& each : flow.candidates) {
        if (each.how != fit::misses) continue;
        bool others_met = true;
        bool spins = false;
        for (std::size_t i = 0; i < each.verdicts.size(); ++i) {
            const bool met = each.verdicts[i].outcome == limit_outcome::met;
            if (flow.requirements[i].word == "sleeps")
                spins = !met;
            else
                others_met = others_met && met;
        }
        if (spins && others_met) return &each;
    }
    return nullptr;
}

bool misses_word(const flow_recommendation& flow, const candidate& one, std::string_view prefix) {
    for (std::size_t i = 0; i < one.verdicts.size(); ++i)
        if (one.verdicts[i].outcome != limit_outcome::met &&
            flow.requirements[i].word.starts_with(prefix))
            return true;
    return false;
}

std::vector<std::string> what_helps(const flow_recommendation& flow, const candidate& nearest,
                                    const std::string& placement) {
    std::vector<std::string> helps;
    if (const candidate* spinner = best_spinner(flow))
        helps.push_back("let the waiting side spin: " + spinner->mechanism.name +
                        " then meets the rest");
    if (misses_word(flow, nearest, "latency.")) {
        helps.emplace_back("make waking cheaper (`ipcmark doctor` says what this machine lacks)");
        if (placement != "same_cpu") helps.emplace_back("try --placement same_cpu");
    }
    if (nearest.how == fit::unproven) helps.emplace_back("measure longer (--time-budget)");
    return helps;
}

std::vector<std::string> level_with(const flow_recommendation& flow, const candidate& best) {
    std::vector<std::string> names;
    for (const candidate& each : flow.candidates)
        if (&each != &best && each.how == best.how && each.level)
            names.push_back(each.mechanism.name);
    return names;
}

/// "latency.p99 41.2 us ±3 %, cpu 4.9 %"
std::string figures_text(const flow_recommendation& flow, const candidate& one) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < one.verdicts.size(); ++i)
        if (flow.requirements[i].given)
            texts.push_back(flow.requirements[i].word + " " + verdict_figure(one.verdicts[i]));
    if (texts.empty() && one.preferred)
        texts.push_back(flow.flow.first_preference() + " " +
                        median_text(&*one.preferred).value_or("-") + spread_text(*one.preferred));
    return with_commas(texts, ", ");
}

std::string recommended_text(const flow_recommendation& flow, const candidate& best) {
    std::string text =
        fmt::format("{}: take {} ({}): it meets {}", flow.flow.name, best.mechanism.name,
                    figures_text(flow, best),
                    flow.requirements.size() == 1
                        ? "the one requirement"
                        : fmt::format("all {} requirements", flow.requirements.size()));
    if (best.twice_measured)
        text += best.twice ? ", at twice the rate too" : ", but is not shown to at twice the rate";
    const auto level = level_with(flow, best);
    if (!level.empty())
        text += fmt::format("; no difference proven to {}, {} is as simple as any of them",
                            some_of(level, 3), best.mechanism.name);
    return text + ".";
}

std::string refused_text(const flow_recommendation& flow, const std::string& placement) {
    const candidate* nearest = nearest_of(flow);
    if (nearest == nullptr)
        return fmt::format("{}: nothing was measured that could meet this.", flow.flow.name);
    std::string text;
    if (nearest->how == fit::unproven) {
        text = fmt::format("{}: nothing is proven to meet all. Nearest: {}", flow.flow.name,
                           nearest->mechanism.name);
        text += ", not proven: " + shortfall(flow, *nearest, open) + ".";
    } else {
        text = fmt::format("{}: nothing meets all. Nearest: {} misses {}.", flow.flow.name,
                           nearest->mechanism.name, shortfall(flow, *nearest, missed));
    }
    const auto helps = what_helps(flow, *nearest, placement);
    if (!helps.empty()) text += " What may help: " + with_commas(helps, ", or ") + ".";
    return text;
}

std::string counts_text(const flow_recommendation& flow) {
    constexpr std::pair<fit, const char*> words[] = {{fit::meets, "meet all"},
                                                     {fit::unproven, "not proven to meet all"},
                                                     {fit::misses, "miss a requirement"},
                                                     {fit::unmeasured, "not measured"},
                                                     {fit::excluded, "left out by what they are"}};
    std::vector<std::string> texts;
    for (const auto& [how, word] : words)
        if (const std::size_t count = flow.count(how); count > 0)
            texts.push_back(fmt::format("{} {}", count, word));
    return fmt::format("  Of {}: {}.", plural(flow.candidates.size(), "mechanism"),
                       with_commas(texts, ", "));
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
        row.push_back(fit_text(each->how) + (each->twice ? ", at 2x too" : ""));
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

std::string build_text(const candidate& best) {
    return fmt::format(
        "  How: {} ({}); `ipcmark list -m {} --long` has its limits, "
        "transports/ a worked example.",
        best.mechanism.summary, best.mechanism.reference, best.mechanism.name);
}

tree verdict_tree(const requirement& wanted, const requirement_verdict& verdict) {
    tree one{{"requirement", wanted.word},
             {"limit", wanted.text},
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
    if (each.twice_measured) one["meets_at_twice_the_rate"] = each.twice;
    tree verdicts = tree::array();
    for (std::size_t i = 0; i < each.verdicts.size(); ++i)
        verdicts.push_back(verdict_tree(flow.requirements[i], each.verdicts[i]));
    one["verdicts"] = std::move(verdicts);
    return one;
}

}  // namespace

std::string machine_text(const run_result& result) {
    return host_line(result);
}

std::vector<std::string> recommendation_answer(const recommendation& of) {
    std::vector<std::string> lines;
    for (const flow_recommendation& flow : of.flows) {
        const candidate* best = flow.best();
        lines.push_back(best != nullptr ? recommended_text(flow, *best)
                                        : refused_text(flow, of.of.placement));
        if (best != nullptr) lines.push_back(build_text(*best));
        lines.push_back(counts_text(flow));
    }
    for (const std::string& each : of.cautions)
        lines.push_back(each);
    return lines;
}

std::string why_not(const flow_recommendation& flow, const recommendation& of,
                    const std::string& mechanism) {
    const candidate* one = flow.find(mechanism);
    if (one == nullptr) throw std::invalid_argument("there is no mechanism '" + mechanism + "'");
    const candidate* best = flow.best();
    if (one == best) return mechanism + ": it is the answer.";
    switch (one->how) {
        case fit::excluded: {
            const auto check = of.checks.find(one->trait);
            return mechanism + ": left out, " + one->why +
                   (check == of.checks.end()
                        ? "."
                        : fmt::format(" (`ipcmark conform --mechanism {} --check {}`).", mechanism,
                                      check->second));
        }
        case fit::unmeasured:
            return mechanism + ": not measured: " + one->why + ".";
        case fit::misses:
            return mechanism + ": misses " + shortfall(flow, *one, missed) + ".";
        case fit::unproven:
            return mechanism + ": not proven: " + shortfall(flow, *one, open) + ".";
        case fit::meets:
            break;
    }
    const std::string rank = flow.flow.first_preference();
    const std::string figure = one->preferred ? " " + median_text(&*one->preferred).value_or("-") +
                                                    spread_text(*one->preferred)
                                              : "";
    return one->level ? fmt::format(
                            "{}: meets all as well, {}{}; no difference to {} is proven, "
                            "which is as simple or simpler.",
                            mechanism, rank, figure, best->mechanism.name)
                      : fmt::format("{}: meets all as well, and is behind {} by {}{}.", mechanism,
                                    best->mechanism.name, rank, figure);
}

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
        const candidate* best = flow.best();
        one["recommended"] = best == nullptr ? tree() : tree(best->mechanism.name);
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
    document["flows"] = std::move(flows);
    document["answer"] = std::move(answer);
    return document;
}

}  // namespace ipcmark
