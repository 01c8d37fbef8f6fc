#include "reports/recommendation_words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"

namespace ipcmark {

std::string with_commas(const std::vector<std::string>& words, std::string_view last) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? std::string(last) : ", ") + words[i];
    return text;
}

std::string verdict_figure(const requirement_verdict& verdict) {
    if (!verdict.figures) return "-";
    return median_text(&*verdict.figures).value_or("-") + spread_text(*verdict.figures);
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

namespace {

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

constexpr std::initializer_list<limit_outcome> missed_outcomes{limit_outcome::missed};
constexpr std::initializer_list<limit_outcome> open_outcomes{limit_outcome::unproven,
                                                             limit_outcome::absent};

/// The first of the order that does not meet all.
const candidate* nearest_of(const flow_recommendation& flow) {
    for (const candidate& each : flow.candidates)
        if (each.how == fit::misses || each.how == fit::unproven) return &each;
    return nullptr;
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
        texts.push_back(flow.ranked_by + " " + median_text(&*one.preferred).value_or("-") +
                        spread_text(*one.preferred));
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
        text += ", not proven: " + shortfall(flow, *nearest, open_outcomes) + ".";
    } else {
        text = fmt::format("{}: nothing meets all. Nearest: {} misses {}.", flow.flow.name,
                           nearest->mechanism.name, shortfall(flow, *nearest, missed_outcomes));
    }
    const auto helps = what_helps(flow, *nearest, placement);
    if (!helps.empty()) text += " What may help: " + with_commas(helps, ", or ") + ".";
    return text;
}

std::string contradiction_text(const flow_recommendation& flow, const contradiction& one) {
    return fmt::format(
        "{}: {} {} and a waiting side that sleeps contradict each other on this machine: waking a "
        "process takes {} at best ({}{}). Let it spin (may_spin), or allow more.",
        flow.flow.name, one.requirement, one.limit, figure_text(one.wake_ns, "ns"),
        one.wakes == 1 ? "" : "there and back, ", one.floor);
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

std::string build_text(const candidate& best) {
    return fmt::format(
        "  How: {} ({}); `ipcmark list -m {} --long` has its limits, "
        "transports/ a worked example.",
        best.mechanism.summary, best.mechanism.reference, best.mechanism.name);
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
        for (const contradiction& each : flow.contradictions)
            lines.push_back(contradiction_text(flow, each));
        lines.push_back(counts_text(flow));
    }
    if (!of.beside.empty())
        lines.push_back("Measured on a busy machine, beside: " + of.beside + ".");
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
            return mechanism + ": misses " + shortfall(flow, *one, missed_outcomes) + ".";
        case fit::unproven:
            return mechanism + ": not proven: " + shortfall(flow, *one, open_outcomes) + ".";
        case fit::meets:
            break;
    }
    const std::string& rank = flow.ranked_by;
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

}  // namespace ipcmark
