#include <algorithm>
#include <array>
#include <iostream>
#include <set>
#include <string_view>
#include <unistd.h>

#include "bench/header.hpp"
#include "bench/history_place.hpp"
#include "bench/outputs.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/terminal.hpp"
#include "harness/history/store.hpp"
#include "harness/result/result_file.hpp"
#include "reports/csv.hpp"
#include "reports/html.hpp"
#include "reports/markdown.hpp"
#include "reports/read_result.hpp"
#include "reports/text.hpp"

namespace ipcmark {

namespace {

constexpr const char* report_examples =
    "Examples:\n"
    "  ipcmark report results.json -o report.html\n"
    "  ipcmark report before.json after.json -o both.html\n"
    "  ipcmark report results.json --format text\n"
    "  ipcmark report results.json --format text --all-tables --problems\n"
    "  ipcmark report before.json after.json --format markdown   (for a pull request)\n"
    "  ipcmark report results.json --format csv -o results.csv\n"
    "  ipcmark report results.json --history -o trend.html   (with the runs of `ipcmark history`)\n"
    "  ipcmark report ab.json -o ab.html                     (of ipcmark ab)\n"
    "  ipcmark report results.json.journal -o rescued.html   (a run that was killed)\n"
    "  ipcmark report results.json.journal --format json -o results.json\n";

constexpr std::array<std::string_view, 5> formats{"html", "text", "markdown", "csv", "json"};

/// How much a report has.
struct report_extent {
    bool all_tables = false;
    bool problems = false;
    bool history = false;
    std::string store;
};

/// Results, or one comparison pair by pair.
view_model model_of(const std::vector<std::string>& files) {
    if (files.size() == 1) {
        auto read = read_result_or_ab(files.front());
        if (const auto* compared = std::get_if<ab_result>(&read))
            return view_of(*compared, judge(*compared));
        return view_of({{files.front(), std::get<run_result>(std::move(read))}});
    }
    std::vector<named_result> results;
    for (const auto& file : files)
        results.push_back({file, read_result(file)});
    return view_of(std::move(results));
}

/// How the cells of these results went in the history.
trend_view trends_of(const std::vector<named_result>& results, const std::string& folder) {
    const auto store = history_store::existing(history_folder(folder));
    std::set<std::string> cells;
    for (const named_result& each : results)
        for (const cell_result& cell : each.result.cells)
            cells.insert(cell.name);
    const auto runs = store.runs();
    std::vector<past_series> series;
    store.for_each_series(
        runs, [&cells](const std::string& cell) { return cells.count(cell) > 0; },
        [&series](past_series one) { series.push_back(std::move(one)); });
    if (series.empty())
        throw command_error(
            "the history in " + store.file().string() + " has no cell of " + results.front().name,
            exit_nothing_matched);
    return trend_view_of(runs, store.fingerprints(), store.changes(), std::move(series));
}

std::string render(const std::vector<std::string>& files, const std::string& format,
                   bool to_terminal, const report_extent& extent) try {
    if (format == "json" && files.size() > 1) throw command_error("--format json takes one result");
    if (format == "json") return json_text(read_document(files.front()), 1) + "\n";
    if (format == "html")
        if (const auto why = page_available(); !why.empty())
            throw command_error("HTML: " + why, exit_environment_refused);
    view_model model = model_of(files);
    if (extent.history) model.trends = trends_of(model.results, extent.store);
    if (format == "html") return render_html(model);
    if (format == "markdown") return render_markdown(model);
    if (format == "csv") return render_csv(model);
    // A file outlives the terminal: it gets the characters of the locale, and no colour.
    return render_text(model, {.colour = to_terminal && colour_wanted(STDOUT_FILENO),
                               .utf8 = locale_is_utf8(),
                               .columns = terminal_columns(STDOUT_FILENO),
                               .all_tables = extent.all_tables,
                               .problems = extent.problems});
} catch (const unreadable_result& e) {
    throw command_error(e.what(), exit_unreadable);
}

int run_report(const invocation& call) {
    cxxopts::Options options("ipcmark report",
                             "Renders one or more results as a page or as tables\n");
    options.add_options()(
        "o,output",
        "File to write; - is standard output (default: report.html, or - for the other formats)",
        cxxopts::value<std::string>(), "FILE")("format", "html, text, markdown, csv or json",
                                               cxxopts::value<std::string>()->default_value("html"),
                                               "WORD")(
        "all-tables", "With --format text: every table and answer, not only those that say most")(
        "problems", "With --format text: why cells have no figure, each reason in full")(
        "history",
        "With --format html: also how these cells went in the runs of `ipcmark history`")(
        "store", "With --history: its folder", cxxopts::value<std::string>(), "FOLDER")(
        "results", "Result files or journals; - is standard input",
        cxxopts::value<std::vector<std::string>>());
    options.parse_positional("results");
    options.positional_help("RESULT...");
    const auto parsed = parse_arguments(options, call, report_examples);
    if (!parsed) return exit_ok;
    if (parsed->count("results") == 0)
        throw command_error("report needs a result file; `ipcmark run` writes one");
    const auto format = (*parsed)["format"].as<std::string>();
    if (std::find(formats.begin(), formats.end(), format) == formats.end())
        throw command_error("--format '" + format +
                            "' is not one of html, text, markdown, csv or json");
    const report_extent extent{
        parsed->count("all-tables") > 0, parsed->count("problems") > 0,
        parsed->count("history") > 0,
        parsed->count("store") > 0 ? (*parsed)["store"].as<std::string>() : std::string()};
    if (extent.history && format != "html")
        throw command_error(
            "--history is for --format html; `ipcmark history show` says it in words");
    if (!extent.history && !extent.store.empty())
        throw command_error("--store is for --history, and would be ignored without it");
    if (format != "text" && (extent.all_tables || extent.problems))
        throw command_error(
            "--all-tables and --problems are for --format text; the other formats have everything");
    const std::string output =
        output_name(parsed->count("output") > 0 ? (*parsed)["output"].as<std::string>()
                    : format == "html"          ? "report.html"
                                                : "-");
    if (output.empty()) throw command_error("--output needs the name of a file");
    const auto inputs = (*parsed)["results"].as<std::vector<std::string>>();
    std::vector<named_file> read;
    for (const auto& input : inputs)
        read.push_back({"the input", input});
    const named_file written[] = {{"the report", output}};
    require_distinct(written, read);
    try_output(output);
    const std::string text = render(inputs, format, output == "-", extent);
    if (output == "-") {
        std::cout << text;
    } else {
        replace_file(output, text);
        std::cerr << "Report: " << output << '\n';
    }
    return exit_ok;
}

}  // namespace

extern const subcommand report_command{"report", "render results as an offline page or as tables",
                                       &run_report};

}  // namespace ipcmark
