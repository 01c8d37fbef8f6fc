#include <iostream>

#include "bench/subcommand.hpp"
#include "reports/embedded.hpp"

namespace ipcmark {

namespace {

int run_schema(const invocation& call) {
    cxxopts::Options options("ipcmark schema",
                             "Prints the JSON Schema (2020-12) of result files\n");
    options.add_options()("plan", "Of plan files instead")(
        "external", "Of the files that --external takes instead");
    const auto parsed = parse_arguments(
        options, call, "Examples:\n  ipcmark schema > ipcmark.result.v1.schema.json\n");
    if (!parsed) return exit_ok;
    std::cout << (parsed->count("plan") > 0       ? plan_schema_text()
                  : parsed->count("external") > 0 ? external_schema_text()
                                                  : result_schema_text());
    return exit_ok;
}

}  // namespace

extern const subcommand schema_command{
    "schema", "print the JSON Schema of results, plans or external mechanisms", &run_schema};

}  // namespace ipcmark
