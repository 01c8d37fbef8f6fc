#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "bench/subcommand.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/terminal.hpp"
#include "harness/host/checks/checks.hpp"

namespace ipcmark {

namespace {

constexpr const char* doctor_examples =
    "Examples:\n"
    "  ipcmark doctor\n"
    "  ipcmark doctor --strict && ipcmark run\n"
    "  ipcmark doctor --json | jq '.findings[] | select(.severity == \"warning\") | .remedy'\n"
    "Exit codes: 0 looked at; 5 a warning or an error was found and --strict was given.\n";

struct group_title {
    std::string_view prefix;
    std::string_view title;
};
constexpr std::array titles{group_title{"cpu", "Processors"}, group_title{"load", "Load"},
                            group_title{"machine", "Machine"}, group_title{"kernel", "Kernel"},
                            group_title{"limits", "Limits"}};

constexpr std::array severity_colours{escape::green, escape::cyan, escape::yellow, escape::red};

std::string_view group_of(const finding& found) {
    return std::string_view(found.id).substr(0, found.id.find('.'));
}

std::string_view title_of(std::string_view group) {
    for (const auto& known : titles)
        if (known.prefix == group) return known.title;
    return group;
}

std::size_t count(const std::vector<finding>& findings, severity how) {
    return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(),
                                                  [&](const auto& f) { return f.how == how; }));
}

severity worst(const std::vector<finding>& findings) {
    auto how = severity::ok;
    for (const auto& found : findings)
        how = std::max(how, found.how);
    return how;
}

std::string verdict_text(const std::vector<finding>& findings) {
    const std::string warnings = counted(count(findings, severity::warning), "warning");
    switch (worst(findings)) {
        case severity::error:
            return fmt::format("Not fit to measure on: {}, {}.",
                               counted(count(findings, severity::error), "error"), warnings);
        case severity::warning:
            return fmt::format("Usable, figures are rough: {}.", warnings);
        default:
            return "Fit to measure on.";
    }
}

void print_finding(const finding& found, std::size_t name_width, const painter& paint) {
    const std::string name = found.id.substr(found.id.find('.') + 1);
    const std::string word = fmt::format("{:<7}", to_word(found.how));
    std::cout << fmt::format("  {}  {:<{}}  {}\n",
                             paint(severity_colours[static_cast<std::size_t>(found.how)], word),
                             name, name_width, found.text);
    if (found.how == severity::ok) return;
    const std::string indent(2 + 7 + 2 + name_width + 2, ' ');
    if (!found.remedy.empty())
        std::cout << indent << "remedy: " << paint.bold(found.remedy) << '\n';
    if (!found.why.empty())
        std::cout << indent << paint.dim(wrapped("why: " + found.why, indent.size())) << '\n';
}

void print_findings(const std::vector<finding>& findings, const painter& paint) {
    std::size_t name_width = 0;
    for (const auto& found : findings)
        name_width = std::max(name_width, found.id.size() - found.id.find('.') - 1);
    std::string_view group;
    for (const auto& found : findings) {
        if (group_of(found) != group)
            std::cout << (group.empty() ? "" : "\n") << paint.bold(title_of(group_of(found)))
                      << '\n';
        group = group_of(found);
        print_finding(found, name_width, paint);
    }
    std::cout << '\n'
              << paint(severity_colours[static_cast<std::size_t>(worst(findings))],
                       verdict_text(findings))
              << '\n';
}

void print_json(const std::vector<finding>& findings) {
    tree list = tree::array();
    for (const auto& found : findings)
        list.push_back({{"id", found.id},
                        {"severity", to_word(found.how)},
                        {"text", found.text},
                        {"why", found.why},
                        {"remedy", found.remedy}});
    const tree document{{"schema", {{"name", "ipcmark.doctor"}, {"version", "1.0"}}},
                        {"worst", to_word(worst(findings))},
                        {"verdict", verdict_text(findings)},
                        {"findings", std::move(list)}};
    std::cout << json_text(document, 2) << '\n';
}

int run_doctor(const invocation& call) {
    cxxopts::Options options(
        "ipcmark doctor",
        "Is this machine fit to measure on? What disturbs, why, and what helps\n");
    options.add_options()("json", "As JSON")("strict",
                                             "Exit with 5 when there is a warning or an error");
    const auto parsed = parse_arguments(options, call, doctor_examples);
    if (!parsed) return exit_ok;
    examination how;
    how.spin = true;
    const auto findings = examine_host(how);
    if (parsed->count("json") > 0)
        print_json(findings);
    else
        print_findings(findings, painter(colour_wanted(STDOUT_FILENO)));
    const bool refused = parsed->count("strict") > 0 && worst(findings) >= severity::warning;
    return refused ? exit_environment_refused : exit_ok;
}

}  // namespace

extern const subcommand doctor_command{
    "doctor", "is this machine fit to measure on, and what helps", &run_doctor};

}  // namespace ipcmark
