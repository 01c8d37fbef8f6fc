#include "bench/history_options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "bench/outputs.hpp"
#include "bench/plan_flags.hpp"
#include "harness/base/suggest.hpp"

namespace ipcmark {

namespace {

constexpr std::array history_verbs{
    history_verb{"add", "FILE...", "take the runs of these results (of `run` or `ab`)", true,
                 &history_add},
    history_verb{"show", "", "the last runs, and every known change", false, &history_show},
    history_verb{"analyze", "", "look for changes of level", false, &history_analyze},
    history_verb{"confirm", "NUMBER...", "say that these changes are real", true, &history_confirm},
    history_verb{"accept", "NUMBER...", "say that these changes are meant", true, &history_accept},
    history_verb{"ignore", "NUMBER...", "say that these changes are nothing", true,
                 &history_ignore},
    history_verb{"export", "", "write all of it as JSON, a run a line", false, &history_export},
    history_verb{"import", "FILE...", "take what `export` wrote", true, &history_import},
    history_verb{"prune", "", "remove old runs", false, &history_prune},
};

/// An option, and the verbs that have it: separated by blanks; empty: all.
struct history_flag {
    command_flag flag;
    std::string_view verbs;
};

constexpr const char* history_group = "";

constexpr std::array history_flags{
    history_flag{{history_group, "store", "FOLDER",
                  "Where it is kept (default: ipcmark in $XDG_DATA_HOME or ~/.local/share)"},
                 ""},
    history_flag{{history_group, "golden", "FILE",
                  "add: the result of a golden build measured beside it, which the run is held "
                  "against"},
                 "add"},
    history_flag{{history_group, "revision", "REV",
                  "add: what was measured, where that is not ipcmark itself"},
                 "add"},
    history_flag{{history_group, "filter", "REGEX", "show, analyze: only cells whose names match"},
                 "show analyze"},
    history_flag{
        {history_group, "format", "WORD", "show, analyze: text (default), markdown or json"},
        "show analyze"},
    history_flag{{history_group, "last", "N", "show: so many runs (default 20)"}, "show"},
    history_flag{{history_group, "fail", "",
                  "analyze: exit with 1 where a change for the worse is neither accepted nor "
                  "ignored"},
                 "analyze"},
    history_flag{{history_group, "margin", "PERCENT",
                  "analyze: smallest change that matters, of every metric that decides (default "
                  "4%)"},
                 "analyze"},
    history_flag{{history_group, "seed", "N", "analyze: of the permutations (default 1)"},
                 "analyze"},
    history_flag{
        {history_group, "ab", "FILE", "confirm: only where this result of `ipcmark ab` proves it"},
        "confirm"},
    history_flag{{history_group, "note", "TEXT", "confirm, accept, ignore: why"},
                 "confirm accept ignore"},
    history_flag{
        {history_group, "o,output", "FILE", "export: file to write (default -: standard output)"},
        "export"},
    history_flag{{history_group, "keep", "N", "prune: keep so many of the newest runs"}, "prune"},
    history_flag{{history_group, "before", "DATE",
                  "prune: remove runs that started before, such as 2026-01-31"},
                 "prune"},
};

std::string history_examples() {
    std::string text = "Verbs:\n";
    for (const history_verb& each : history_verbs)
        text += fmt::format("  {:<8} {:<10} {}\n", each.name, each.words, each.summary);
    return text +
           "\nExamples:\n"
           "  ipcmark history add results.json --revision \"$(git rev-parse HEAD)\"\n"
           "  ipcmark history analyze --fail\n"
           "  ipcmark history accept 3 --note 'checksums are on now'\n"
           "  ipcmark ab --a golden/libmine.so --b new/libmine.so && ipcmark history add ab.json\n"
           "  ipcmark report results.json --history -o trend.html\n"
           "  ipcmark history export -o history.jsonl\n"
           "\n"
           "A series is one metric of one cell over the runs of one machine: it is broken where "
           "the\n"
           "machine or its limits change. A result of `ab`, or --golden, is kept as the ratio to "
           "the\n"
           "golden build measured beside it, which takes the machine's drift out. Changes of "
           "level\n"
           "are found by their energy distance, proven by permuting blocks of runs; five runs on\n"
           "either side are the fewest. A change is detected, then confirmed, accepted or "
           "ignored,\n"
           "or fixed where the old level came back.\n"
           "Exit codes: 0 ok; 1 with --fail, a change for the worse is open; 2 usage; 4 no such\n"
           "change, or --ab does not prove it; 5 the store cannot be written; 7 an unreadable\n"
           "result, or a store of a newer version.\n";
}

const history_verb& verb_named(const std::string& word) {
    for (const history_verb& each : history_verbs)
        if (each.name == word) return each;
    const auto names = history_verb_names();
    throw command_error(word.empty()
                            ? "history needs one of " + join_or(names)
                            : "there is no history " + word + "; choose " + join_or(names));
}

bool has_flag_of(const history_flag& flag, std::string_view verb) {
    const auto words = split_list([&] {
        std::string text(flag.verbs);
        std::replace(text.begin(), text.end(), ' ', ',');
        return text;
    }());
    return words.empty() || std::find(words.begin(), words.end(), verb) != words.end();
}

std::string long_name(const history_flag& flag) {
    const std::string name = flag.flag.flag;
    return name.substr(name.find(',') == std::string::npos ? 0 : name.find(',') + 1);
}

void refuse_ignored(const cxxopts::ParseResult& parsed, const history_verb& verb) {
    for (const history_flag& each : history_flags)
        if (parsed.count(long_name(each)) > 0 && !has_flag_of(each, verb.name))
            throw command_error(fmt::format("--{} is for {}, and history {} would ignore it",
                                            long_name(each), each.verbs, verb.name));
}

double history_share(const std::string& text) {
    std::string digits = text;
    if (digits.ends_with('%')) digits.pop_back();
    return whole_number<int>(digits, 1, 1'000, "percent") / 100.0;
}

history_options options_of(const cxxopts::ParseResult& parsed) {
    const auto text = [&](const char* flag) {
        return parsed.count(flag) > 0 ? parsed[flag].as<std::string>() : std::string();
    };
    history_options options;
    options.store = text("store");
    options.filter = text("filter");
    options.golden = text("golden");
    options.revision = text("revision");
    options.note = text("note");
    options.ab = text("ab");
    options.before = text("before");
    options.fail = parsed.count("fail") > 0;
    if (parsed.count("output") > 0) options.output = output_name(text("output"));
    if (options.output.empty()) throw command_error("--output needs the name of a file");
    constexpr std::size_t most = 100'000'000;
    if (parsed.count("last") > 0) options.last = flag_number<std::size_t>(parsed, "last", 0, most);
    if (parsed.count("keep") > 0) options.keep = flag_number<std::size_t>(parsed, "keep", 0, most);
    if (parsed.count("seed") > 0)
        options.rule.seed = flag_number<std::uint64_t>(parsed, "seed", 0,
                                                       std::numeric_limits<std::uint64_t>::max());
    if (parsed.count("margin") > 0)
        options.rule.margins.margin =
            of_flag("margin", [&] { return history_share(text("margin")); });
    options.format = answer_format_of(parsed);
    return options;
}

}  // namespace

std::vector<std::string> history_verb_names() {
    std::vector<std::string> names;
    for (const history_verb& each : history_verbs)
        names.emplace_back(each.name);
    return names;
}

std::optional<std::pair<const history_verb*, history_options>> parse_history_options(
    const invocation& call) {
    cxxopts::Options declared("ipcmark history",
                              "Keeps runs, and says what changed between them\n");
    for (const history_flag& each : history_flags)
        add_flag(declared, each.flag.group, each.flag.flag, each.flag.help, each.flag.metavar);
    declared.add_options()("words", "The verb, and what it takes",
                           cxxopts::value<std::vector<std::string>>());
    declared.parse_positional("words");
    declared.positional_help("VERB [FILE...|NUMBER...]");
    const auto parsed = parse_arguments(declared, call, history_examples());
    if (!parsed) return std::nullopt;
    auto words = parsed->count("words") > 0 ? (*parsed)["words"].as<std::vector<std::string>>()
                                            : std::vector<std::string>{""};
    const history_verb& verb = verb_named(words.front());
    words.erase(words.begin());
    if (verb.needs_words && words.empty())
        throw command_error(fmt::format("history {} needs {}", verb.name, verb.words));
    if (verb.words.empty() && !words.empty())
        throw command_error(fmt::format("history {} takes no '{}'", verb.name, words.front()));
    refuse_ignored(*parsed, verb);
    history_options options = options_of(*parsed);
    options.words = std::move(words);
    return std::pair(&verb, std::move(options));
}

}  // namespace ipcmark
