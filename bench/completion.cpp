#include <algorithm>
#include <array>
#include <iostream>

#include "bench/ab_options.hpp"
#include "bench/answer_format.hpp"
#include "bench/help_text.hpp"
#include "bench/history_options.hpp"
#include "bench/plan_file.hpp"
#include "bench/subcommand.hpp"
#include "harness/contract/patterns.hpp"
#include "reports/export/export_format.hpp"

namespace ipcmark {

namespace {

/// Every script asks the program itself: `ipcmark completion --complete -- WORDS... CURRENT` prints
/// the candidates, a line each; none: file names.
constexpr const char* bash_script = R"sh(_ipcmark() {
    local IFS=$'\n'
    COMPREPLY=($(ipcmark completion --complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o filenames -F _ipcmark ipcmark
)sh";

constexpr const char* zsh_script = R"sh(#compdef ipcmark
_ipcmark() {
    local -a candidates
    candidates=(${(f)"$(ipcmark completion --complete -- ${words[2,CURRENT]} 2>/dev/null)"})
    if (( ${#candidates} )); then compadd -- $candidates; else _files; fi
}
compdef _ipcmark ipcmark
)sh";

constexpr const char* fish_script = R"sh(function __ipcmark_candidates
    set -l words (commandline -opc) (commandline -ct)
    ipcmark completion --complete -- $words[2..-1] 2>/dev/null
end
complete -c ipcmark -a '(__ipcmark_candidates)'
)sh";

struct completion_script {
    std::string_view shell;
    const char* text;
};
constexpr std::array completion_scripts{completion_script{"bash", bash_script},
                                        completion_script{"zsh", zsh_script},
                                        completion_script{"fish", fish_script}};

template <class Enum>
std::vector<std::string> completion_words_of() {
    std::vector<std::string> words;
    for (const auto& [member, name] : spelling<Enum>::words)
        words.emplace_back(name);
    return words;
}

std::vector<std::string> completion_mechanisms(const registry& all) {
    std::vector<std::string> names{std::string(every_mechanism)};
    for (const registration& each : all.all()) {
        if (each.info.test_only) continue;
        const std::string family = family_word(each.info.family);
        if (std::find(names.begin(), names.end(), family) == names.end()) names.push_back(family);
        names.emplace_back(each.info.name);
    }
    return names;
}

std::vector<std::string> completion_formats(const std::string& command) {
    if (command == "ab") return completion_words_of<ab_format>();
    if (command == "report") return {"html", "text", "markdown", "csv", "json"};
    if (command != "export") return completion_words_of<answer_format>();
    std::vector<std::string> names;
    for (const export_format& each : export_formats())
        names.emplace_back(each.word);
    return names;
}

/// The values of an option; empty: file names, or anything.
std::vector<std::string> completion_values(const std::string& command, const std::string& option,
                                           const registry& all) {
    if (option == "--mechanism" || option == "-m" || option == "--require")
        return completion_mechanisms(all);
    if (option == "--pattern") return completion_words_of<pattern>();
    if (option == "--placement") return completion_words_of<placement>();
    if (option == "--touch") return completion_words_of<touch>();
    if (option == "--payload" || option == "-p") return {"64", "4k", "64k", "1M"};
    if (option == "--profile") return plan_names();
    if (option == "--gate" && command == "compare") return {"unpaired"};
    if (option == "--gate") return {"relative", "strict"};
    if (option == "--schedule") return {"fixed", "poisson"};
    if (option == "--format") return completion_formats(command);
    return {};
}

std::vector<std::string> completion_commands() {
    std::vector<std::string> names{"help"};
    for (const subcommand* each : all_subcommands())
        names.emplace_back(each->name);
    return names;
}

std::vector<std::string> completion_unfiltered(const std::vector<std::string>& words,
                                               const registry& all) {
    const std::string before = words.size() > 1 ? words[words.size() - 2] : "";
    if (words.size() == 1) return completion_commands();
    if (words.size() == 2 && before == "help") {
        auto topics = completion_commands();
        topics.front() = "guide";
        return topics;
    }
    if (words.back().starts_with("-"))
        for (const subcommand* each : all_subcommands())
            if (each->name == words.front()) return options_in(help_text_of(*each, all));
    if (words.size() == 2 && words.front() == "history") return history_verb_names();
    if (words.front() != "completion") return completion_values(words.front(), before, all);
    std::vector<std::string> shells;
    for (const auto& script : completion_scripts)
        shells.emplace_back(script.shell);
    return shells;
}

/// The last of the words is the one to complete; of a list "a,b" its last part.
std::vector<std::string> completion_candidates(const std::vector<std::string>& words,
                                               const registry& all) {
    if (words.empty()) return {};
    const std::string& current = words.back();
    const auto comma = current.rfind(',');
    const std::string whole = comma == std::string::npos ? "" : current.substr(0, comma + 1);
    auto candidates = completion_unfiltered(words, all);
    for (auto& each : candidates)
        each.insert(0, whole);
    std::erase_if(candidates, [&](const auto& each) { return !each.starts_with(current); });
    return candidates;
}

int run_completion(const invocation& call) {
    if (!call.arguments.empty() && call.arguments.front() == "--complete") {
        auto words = call.arguments;
        words.erase(words.begin(), words.begin() + (words.size() > 1 && words[1] == "--" ? 2 : 1));
        for (const auto& each : completion_candidates(words, call.mechanisms))
            std::cout << each << '\n';
        return exit_ok;
    }
    cxxopts::Options options("ipcmark completion", "Prints a completion script\n");
    options.add_options()("shell", "bash, zsh or fish",
                          cxxopts::value<std::string>()->default_value("bash"));
    options.parse_positional("shell");
    options.positional_help("bash|zsh|fish");
    const auto parsed = parse_arguments(options, call,
                                        "Examples:\n  source <(ipcmark completion bash)\n"
                                        "  source <(ipcmark completion zsh)\n"
                                        "  ipcmark completion fish | source\n");
    if (!parsed) return exit_ok;
    const auto shell = (*parsed)["shell"].as<std::string>();
    for (const auto& script : completion_scripts)
        if (script.shell == shell) {
            std::cout << script.text;
            return exit_ok;
        }
    throw command_error("completion for '" + shell + "' does not exist; choose bash, zsh or fish");
}

}  // namespace

extern const subcommand completion_command{"completion", "print a shell completion script",
                                           &run_completion};

}  // namespace ipcmark
