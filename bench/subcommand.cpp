#include "bench/subcommand.hpp"

#include <algorithm>
#include <iostream>

#include "harness/base/suggest.hpp"
#include "harness/base/terminal.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t help_columns = 100;

std::vector<std::string> option_names(const cxxopts::Options& options) {
    std::vector<std::string> names;
    for (const auto& group : options.groups())
        for (const auto& option : options.group_help(group).options)
            for (const auto& name : option.l)
                names.push_back(name);
    return names;
}

std::string with_suggestion(std::string text, const std::string& word,
                            const std::vector<std::string>& candidates, const std::string& prefix) {
    auto near = nearest_words(word, candidates, 3);
    for (auto& name : near)
        name.insert(0, prefix);
    return near.empty() ? text : std::move(text) + "; did you mean " + join_or(near) + "?";
}

/// cxxopts quotes the offending word in its message.
std::string quoted_word(const std::string& message) {
    const auto begin = message.find("\u2018");
    const auto end = message.find("\u2019");
    constexpr std::size_t quote_bytes = 3;
    if (begin == std::string::npos || end == std::string::npos) return {};
    return message.substr(begin + quote_bytes, end - begin - quote_bytes);
}

/// Lines that begin with a blank stay; all others are paragraphs, which end where the line before
/// is empty or ends with a colon, or the next one has the exit codes.
std::string in_paragraphs(std::string_view text) {
    std::string all, paragraph;
    const auto end_paragraph = [&] {
        if (!paragraph.empty()) all += wrapped(std::move(paragraph), 0, help_columns) + '\n';
        paragraph.clear();
    };
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.starts_with(' ') || line.starts_with("Exit codes"))
            end_paragraph();
        if (line.empty() || line.starts_with(' ')) {
            all += std::string(line) + '\n';
            continue;
        }
        if (!paragraph.empty()) paragraph += ' ';
        paragraph += line;
        if (line.ends_with(':')) end_paragraph();
    }
    end_paragraph();
    return all;
}

}  // namespace

std::string exit_code_text() {
    return in_paragraphs(
        "Exit codes: 0 ok; 1 a gate failed; 2 usage; 3 a cell failed, timed out or was faster than "
        "the machine's limit; 4 nothing matched; 5 the environment was refused; 6 inconclusive; 7 "
        "unreadable or unsupported file; 70 internal error; 130 interrupted (what was complete is "
        "written).\n");
}

std::optional<cxxopts::ParseResult> parse_arguments(cxxopts::Options& options,
                                                    const invocation& call,
                                                    std::string_view examples,
                                                    std::vector<std::string> groups) {
    options.add_options()("h,help", "This text");
    options.set_width(help_columns);
    groups.emplace_back();
    std::vector<const char*> argv{"ipcmark"};
    for (const auto& argument : call.arguments)
        argv.push_back(argument.c_str());
    try {
        auto parsed = options.parse(static_cast<int>(argv.size()), argv.data());
        if (parsed.count("help") > 0) {
            std::cout << options.help(groups) << '\n' << in_paragraphs(examples);
            return std::nullopt;
        }
        if (!parsed.unmatched().empty())
            throw command_error("'" + parsed.unmatched().front() + "' is not understood here");
        return parsed;
    } catch (const cxxopts::exceptions::no_such_option& e) {
        const std::string word = quoted_word(e.what());
        throw command_error(
            with_suggestion("there is no option --" + word, word, option_names(options), "--"));
    } catch (const cxxopts::exceptions::exception& e) {
        throw command_error(e.what());
    }
}

command_error no_such(const std::string& what, const std::string& word,
                      const std::vector<std::string>& near, std::string_view listing) {
    const std::string hint = near.empty() ? "; " : "; did you mean " + join_or(near) + "? ";
    return command_error("there is no " + what + " '" + word + "'" + hint + std::string(listing));
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text) {
        if (c == ',') {
            if (!part.empty()) parts.push_back(std::move(part));
            part.clear();
        } else if (c != ' ') {
            part += c;
        }
    }
    if (!part.empty()) parts.push_back(std::move(part));
    return parts;
}

std::string family_word(std::string_view family) {
    std::string word(family);
    std::replace(word.begin(), word.end(), ' ', '_');
    return word;
}

std::vector<const registration*> select_mechanisms(const registry& all, std::string_view list) {
    std::vector<const registration*> chosen;
    const auto add = [&chosen](const registration& entry) {
        if (std::find(chosen.begin(), chosen.end(), &entry) == chosen.end())
            chosen.push_back(&entry);
    };
    auto names = split_list(list);
    if (names.empty()) names.emplace_back(every_mechanism);
    for (const auto& name : names) {
        if (const registration* entry = all.find(name)) {
            add(*entry);
            continue;
        }
        bool found = false;
        for (const auto& entry : all.all())
            if (!entry.info.test_only &&
                (name == every_mechanism || name == family_word(entry.info.family))) {
                add(entry);
                found = true;
            }
        if (!found)
            throw no_such("mechanism", name, all.nearest(name), "`ipcmark list` shows all of them");
    }
    return chosen;
}

}  // namespace ipcmark
