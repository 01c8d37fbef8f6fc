#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "bench/answer_format.hpp"
#include "bench/header.hpp"
#include "bench/history_place.hpp"
#include "bench/outputs.hpp"
#include "bench/plan_flags.hpp"
#include "harness/analysis/prediction.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/terminal.hpp"
#include "harness/history/store.hpp"
#include "reports/html.hpp"
#include "reports/markdown.hpp"
#include "reports/read_result.hpp"
#include "reports/text.hpp"
#include "reports/view/figure_text.hpp"

namespace ipcmark {

namespace {

constexpr const char* compare_examples =
    "Examples:\n"
    "  ipcmark compare before.json after.json\n"
    "  ipcmark compare monday.json tuesday.json wednesday.json --html week.html\n"
    "  ipcmark compare before.json after.json --format markdown\n"
    "  ipcmark compare before.json after.json --gate unpaired   (against the history)\n"
    "\n"
    "What differs in machine and build comes first, then every later result against the first.\n"
    "A machine drifts between two recorded runs, which no test of two files can see: such a\n"
    "comparison informs. `ipcmark ab` decides. --gate unpaired judges each later result by the\n"
    "spread of at least eight earlier runs of its machine in the history (`ipcmark history add`).\n"
    "Exit codes: 0 ok, whatever differs; 1 with --gate, a metric that decides is worse; 2 usage;\n"
    "4 no cell in common; 5 with --gate, fewer than eight earlier runs; 7 an unreadable file.\n";

constexpr std::array compare_flags{
    command_flag{"", "format", "WORD", "Of standard output: text (default), markdown or json"},
    command_flag{"", "html", "FILE", "Also write the report page"},
    command_flag{"", "gate", "WORD",
                 "unpaired: exit with 1 where a later result is worse than the history"},
    command_flag{"", "store", "FOLDER",
                 "With --gate: the history (default: that of `ipcmark history`)"},
};

struct compare_options {
    std::vector<std::string> files;
    answer_format format = answer_format::text;
    std::string html_file;
    bool gate = false;
    std::string store;
};

compare_options compare_options_of(const cxxopts::ParseResult& parsed) {
    const auto text = [&](const char* flag) {
        return parsed.count(flag) > 0 ? parsed[flag].as<std::string>() : std::string();
    };
    compare_options options;
    if (parsed.count("results") > 0)
        options.files = parsed["results"].as<std::vector<std::string>>();
    if (options.files.size() < 2)
        throw command_error("compare needs two results or more: the old one first");
    options.format = answer_format_of(parsed);
    options.html_file = output_name(text("html"));
    if (options.html_file == "-")
        throw command_error("standard output has the answer: --html needs a file");
    options.gate = parsed.count("gate") > 0;
    if (options.gate && text("gate") != "unpaired")
        throw command_error("--gate '" + text("gate") +
                            "' is not unpaired; `ipcmark ab` is the "
                            "gate that pairs");
    options.store = text("store");
    if (!options.gate && !options.store.empty())
        throw command_error("--store is for --gate unpaired, and would be ignored without it");
    return options;
}

/// Runs of the same machine that started before, held against no golden build.
std::vector<past_run> earlier_runs(const history_store& store, const recorded_run& than) {
    std::int64_t machine = 0;
    for (const fingerprint_facts& each : store.fingerprints())
        if (each.text == than.fingerprint) machine = each.id;
    std::vector<past_run> runs = store.runs();
    std::erase_if(runs, [&](const past_run& run) {
        return run.fingerprint != machine || run.golden != 0 || run.started >= than.started;
    });
    return runs;
}

/// The result against the history; counts what is worse by a metric that decides.
comparison_view compare_with_history(const history_store& store, const named_result& now,
                                     std::size_t& worse) {
    const recorded_run run = recorded_of(now.result, now.name);
    const auto runs = earlier_runs(store, run);
    if (runs.size() < fewest_earlier_runs)
        throw command_error(
            fmt::format("--gate unpaired: {} has {} of the machine and limits of {}, and it takes "
                        "{}; `ipcmark history add` adds them",
                        store.file().string(), plural(runs.size(), "earlier run"), now.name,
                        fewest_earlier_runs),
            exit_environment_refused);
    std::vector<past_series> earlier;
    store.for_each_series(
        runs,
        [&run](const std::string& cell) {
            return std::any_of(run.cells.begin(), run.cells.end(),
                               [&cell](const auto& each) { return each.name == cell; });
        },
        [&earlier](past_series one) { earlier.push_back(std::move(one)); });
    const auto judged = judge_by_history(run, std::move(earlier), {});
    if (judged.empty())
        throw command_error(fmt::format("--gate unpaired: no cell of {} has {} earlier figures",
                                        now.name, fewest_earlier_runs),
                            exit_environment_refused);
    for (const predicted_figure& each : judged)
        if (each.by.role == gate_role::primary && each.seen.verdict == change::regressed) ++worse;
    return gate_view(now, judged, runs.size());
}

void print_comparisons(const view_model& model, const compare_options& options) {
    if (options.format == answer_format::json) {
        tree views = tree::array();
        for (const auto& each : model.comparisons)
            views.push_back(to_tree(each));
        std::cout << json_text({{"schema", {{"name", comparison_schema_name}, {"version", "1.0"}}},
                                {"comparisons", std::move(views)}},
                               1)
                  << '\n';
    } else if (options.format == answer_format::markdown) {
        std::cout << render_comparisons_markdown(model);
    } else {
        std::cout << render_text(model, {.colour = colour_wanted(STDOUT_FILENO),
                                         .utf8 = locale_is_utf8(),
                                         .columns = terminal_columns(STDOUT_FILENO)});
        if (!options.html_file.empty()) std::cout << "Report: " << options.html_file << '\n';
    }
}

void claim_page(const compare_options& options) {
    if (options.html_file.empty()) return;
    if (const auto why = page_available(); !why.empty())
        throw command_error("--html: " + why, exit_environment_refused);
    std::vector<named_file> read;
    for (const auto& file : options.files)
        read.push_back({"the input", file});
    const named_file written[] = {{"--html", options.html_file}};
    require_distinct(written, read);
    try_output(options.html_file);
}

int run_compare(const invocation& call) try {
    cxxopts::Options declared("ipcmark compare", "Says what differs between recorded results\n");
    for (const command_flag& each : compare_flags)
        add_flag(declared, each.group, each.flag, each.help, each.metavar);
    declared.add_options()("results", "Result files or journals; - is standard input",
                           cxxopts::value<std::vector<std::string>>());
    declared.parse_positional("results");
    declared.positional_help("OLD NEW...");
    const auto parsed = parse_arguments(declared, call, compare_examples);
    if (!parsed) return exit_ok;
    const compare_options options = compare_options_of(*parsed);
    claim_page(options);
    std::vector<named_result> results;
    for (const auto& file : options.files)
        results.push_back({file, read_result(file)});
    view_model model = view_of(std::move(results));
    if (std::all_of(model.comparisons.begin(), model.comparisons.end(),
                    [](const auto& each) { return each.tables.empty(); }))
        throw command_error("the results have no cell in common", exit_nothing_matched);
    std::size_t worse = 0;
    if (options.gate) {
        const auto store = history_store::existing(history_folder(options.store));
        for (std::size_t i = 1; i < model.results.size(); ++i)
            model.comparisons.push_back(compare_with_history(store, model.results[i], worse));
    }
    if (!options.html_file.empty()) replace_file(options.html_file, render_html(model));
    print_comparisons(model, options);
    return worse > 0 ? exit_gate_failed : exit_ok;
} catch (const unreadable_result& e) {
    throw command_error(e.what(), exit_unreadable);
}

}  // namespace

extern const subcommand compare_command{"compare", "what differs between recorded results",
                                        &run_compare};

}  // namespace ipcmark
