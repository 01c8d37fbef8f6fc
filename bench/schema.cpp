#include <iostream>
#include <utility>

#include "bench/subcommand.hpp"
#include "reports/embedded.hpp"

namespace ipcmark {

namespace {

int run_schema(const invocation& call) {
    cxxopts::Options options("ipcmark schema",
                             "Prints the JSON Schema (2020-12) of result files\n");
    options.add_options()("plan", "Of plan files instead")("ab", "Of the files of `ipcmark ab`")(
        "design", "Of designs for `ipcmark recommend`")("external",
                                                        "Of the files that --external takes");
    const auto parsed = parse_arguments(
        options, call, "Examples:\n  ipcmark schema > ipcmark.result.v1.schema.json\n");
    if (!parsed) return exit_ok;
    constexpr std::pair<const char*, std::string_view (*)()> others[] = {
        {"plan", &plan_schema_text},
        {"ab", &ab_schema_text},
        {"design", &design_schema_text},
        {"external", &external_schema_text}};
    std::string_view text;
    for (const auto& [flag, schema] : others) {
        if (parsed->count(flag) == 0) continue;
        if (!text.empty()) throw command_error("give one of --plan, --ab, --design and --external");
        text = schema();
    }
    std::cout << (text.empty() ? result_schema_text() : text);
    return exit_ok;
}

}  // namespace

extern const subcommand schema_command{
    "schema",
    "print the JSON Schema of results, plans, comparisons, designs or external mechanisms",
    &run_schema};

}  // namespace ipcmark
