#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <regex>

#include "bench/outputs.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/suggest.hpp"
#include "reports/export/export_format.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {

namespace {

std::string examples_and_formats() {
    std::string text =
        "Examples:\n"
        "  ipcmark export results.json --format bmf -o bencher.json\n"
        "  ipcmark export results.json --format openmetrics -o ipcmark.prom\n"
        "  ipcmark export results.json --format hgrm --filter round_trip/pipe/64/cross\n"
        "  ipcmark export monday.json tuesday.json --format otava -o series.csv\n\n"
        "Formats:\n";
    for (const export_format& each : export_formats())
        text += fmt::format("  {:<32}{}\n", each.word, each.tool);
    return text;
}

const export_format& format_named(const std::string& word) {
    std::vector<std::string> words;
    for (const export_format& each : export_formats()) {
        if (each.word == word) return each;
        words.emplace_back(each.word);
    }
    throw command_error("--format: '" + word + "' is not one of " + join_or(words));
}

/// Leaves the cells whose names match.
void keep_matching(run_result& result, const std::regex& filter) {
    const auto left_out = [&filter](const std::string& name) {
        return !std::regex_search(name, filter);
    };
    std::erase_if(result.cells, [&](const cell_result& each) { return left_out(each.name); });
    std::erase_if(result.repetitions,
                  [&](const repetition_record& each) { return left_out(each.cell); });
}

std::regex filter_of(const std::string& text) {
    try {
        return std::regex(text);
    } catch (const std::regex_error& e) {
        throw command_error("--filter: '" + text + "' is no regular expression: " + e.what());
    }
}

std::string render(const export_format& format, const std::vector<std::string>& files,
                   const std::string& filter) try {
    std::vector<named_result> results;
    for (const auto& file : files) {
        results.push_back({file, read_result(file)});
        if (filter.empty()) continue;
        keep_matching(results.back().result, filter_of(filter));
        if (results.back().result.cells.empty())
            throw command_error(fmt::format("no cell of {} matches --filter {}", file, filter),
                                exit_nothing_matched);
    }
    return format.render(view_of(std::move(results)));
} catch (const unreadable_result& e) {
    throw command_error(e.what(), exit_unreadable);
} catch (const std::invalid_argument& e) {
    throw command_error(fmt::format("--format {}: {}", format.word, e.what()),
                        exit_nothing_matched);
}

int run_export(const invocation& call) {
    cxxopts::Options options("ipcmark export", "Writes a result in the form of another tool\n");
    options.add_options()("format", "Which: see below", cxxopts::value<std::string>(), "WORD")(
        "o,output", "File to write (default -: standard output)",
        cxxopts::value<std::string>()->default_value("-"),
        "FILE")("filter", "Regular expression: only cells whose names match",
                cxxopts::value<std::string>()->default_value(""),
                "REGEX")("results", "Result files or journals; - is standard input",
                         cxxopts::value<std::vector<std::string>>());
    options.parse_positional("results");
    options.positional_help("RESULT...");
    const auto parsed = parse_arguments(options, call, examples_and_formats());
    if (!parsed) return exit_ok;
    if (parsed->count("results") == 0)
        throw command_error("export needs a result file; `ipcmark run` writes one");
    if (parsed->count("format") == 0)
        throw command_error("export needs a --format; `ipcmark export --help` lists them");
    const export_format& format = format_named((*parsed)["format"].as<std::string>());
    const auto files = (*parsed)["results"].as<std::vector<std::string>>();
    if (files.size() > 1 && !format.takes_several)
        throw command_error(fmt::format("--format {} takes one result", format.word));
    const std::string output = output_name((*parsed)["output"].as<std::string>());
    if (output.empty()) throw command_error("--output needs the name of a file");
    std::vector<named_file> read;
    for (const auto& file : files)
        read.push_back({"the input", file});
    const named_file written[] = {{"the export", output}};
    require_distinct(written, read);
    if (output != "-") require_writable(output);
    write_output(output, render(format, files, (*parsed)["filter"].as<std::string>()));
    return exit_ok;
}

}  // namespace

extern const subcommand export_command{"export", "write a result in the form of another tool",
                                       &run_export};

}  // namespace ipcmark
