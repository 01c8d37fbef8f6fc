#include <iostream>

#include "bench/subcommand.hpp"

namespace ipcmark {

namespace {

/// Completes commands, mechanism names and a command's own flags, which it takes from --help.
constexpr const char* bash_script = R"sh(_ipcmark() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "$(ipcmark --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')" -- "$current"))
    elif [ "$previous" = --mechanism ] || [ "$previous" = -m ]; then
        COMPREPLY=($(compgen -W "$(ipcmark list --json | sed -n 's/^    "name": "\(.*\)",$/\1/p')" -- "$current"))
    elif [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$(ipcmark "${COMP_WORDS[1]}" --help | grep -o -- '--[a-z-]*')" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _ipcmark ipcmark
)sh";

int run_completion(const invocation& call) {
    cxxopts::Options options("ipcmark completion", "Prints a completion script\n");
    options.add_options()("shell", "bash or zsh",
                          cxxopts::value<std::string>()->default_value("bash"));
    options.parse_positional("shell");
    options.positional_help("bash|zsh");
    const auto parsed = parse_arguments(
        options, call,
        "Examples:\n  source <(ipcmark completion bash)\n  source <(ipcmark completion zsh)\n");
    if (!parsed) return exit_ok;
    const auto shell = (*parsed)["shell"].as<std::string>();
    if (shell == "zsh")
        std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
    else if (shell != "bash")
        throw command_error("completion for '" + shell + "' does not exist; choose bash or zsh");
    std::cout << bash_script;
    return exit_ok;
}

}  // namespace

extern const subcommand completion_command{"completion", "print a shell completion script",
                                           &run_completion};

}  // namespace ipcmark
