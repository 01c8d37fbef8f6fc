#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cxxopts.hpp>

#include "harness/base/numbers.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark {

/// The documented exit codes. When several apply: cell_failed before gate_failed before
/// inconclusive.
enum exit_code : int {
    exit_ok = 0,
    exit_gate_failed = 1,
    exit_usage = 2,
    exit_cell_failed = 3,
    exit_nothing_matched = 4,
    exit_environment_refused = 5,
    exit_inconclusive = 6,
    exit_unreadable = 7,
    exit_internal = 70,
    exit_interrupted = 130,
};

/// The codes for people, as `ipcmark help` and the manual page have them.
std::string exit_code_text();

/// What the user typed is wrong: one sentence with the remedy; main prints it and exits with
/// `code`.
class command_error : public std::runtime_error {
public:
    explicit command_error(const std::string& text, exit_code code = exit_usage)
        : std::runtime_error(text), code_(code) {}
    exit_code code() const noexcept { return code_; }

private:
    exit_code code_;
};

/// One call of a subcommand.
struct invocation {
    std::vector<std::string> arguments;  // after the subcommand's name, --plugin taken out
    std::vector<std::string> full;       // the whole command line, for the record
    const registry& mechanisms;
    std::vector<std::string> plugins;
};

/// One subcommand: one file in bench/ that defines one of these, one line in bench/CMakeLists.txt.
struct subcommand {
    std::string_view name;
    std::string_view summary;  // one line for `ipcmark --help`
    int (*run)(const invocation& call);
};

/// In the order of `ipcmark --help`.
std::span<const subcommand* const> all_subcommands();

/// Parses the arguments with the subcommand's own options; adds -h/--help. nullopt: help was asked
/// for and printed (with `examples` below the options). Throws command_error with the nearest
/// option for a misspelt one.
/// `groups` orders the option groups of the help; --help itself is in the unnamed one.
std::optional<cxxopts::ParseResult> parse_arguments(cxxopts::Options& options,
                                                    const invocation& call,
                                                    std::string_view examples,
                                                    std::vector<std::string> groups = {});

/// "there is no X 'y'; did you mean z? `ipcmark ...` lists them": what to say of an unknown word.
command_error no_such(const std::string& what, const std::string& word,
                      const std::vector<std::string>& near, std::string_view listing);

/// Runs a parser and turns its std::invalid_argument into a usage error of `flag`.
template <class Parse>
auto of_flag(const std::string& flag, Parse parse) {
    try {
        return parse();
    } catch (const std::invalid_argument& e) {
        throw command_error("--" + flag + ": " + e.what());
    }
}

/// The whole number that a flag was given. Throws command_error with the bounds.
template <class Number>
Number flag_number(const cxxopts::ParseResult& parsed, const std::string& flag, Number least,
                   Number most) {
    return of_flag(flag, [&] { return whole_number(parsed[flag].as<std::string>(), least, most); });
}

/// "a,b , c" -> {"a", "b", "c"}; empty parts are dropped.
std::vector<std::string> split_list(std::string_view text);

/// "unix sockets" as it is written on a command line: "unix_sockets".
std::string family_word(std::string_view family);

/// Stands for every mechanism that is not test-only.
inline constexpr std::string_view every_mechanism = "all";

/// The registrations that a comma-separated list names: mechanisms, families with underscores
/// (`unix_sockets`), or `all`, which an empty list means too. Throws command_error with the nearest
/// names.
std::vector<const registration*> select_mechanisms(const registry& all, std::string_view list);

}  // namespace ipcmark
