#include <iostream>

#include "bench/subcommand.hpp"
#include "reports/embedded.hpp"

namespace ipcmark {

namespace {

int run_schema(const invocation& call) {
    cxxopts::Options options("ipcmark schema",
                             "Prints the JSON Schema (2020-12) of result files\n");
    options.add_options()("plan", "Of plan files instead")("ab", "Of the files of `ipcmark ab`");
    const auto parsed = parse_arguments(
        options, call, "Examples:\n  ipcmark schema > ipcmark.result.v1.schema.json\n");
    if (!parsed) return exit_ok;
    const bool plan = parsed->count("plan") > 0;
    const bool ab = parsed->count("ab") > 0;
    if (plan && ab) throw command_error("--plan and --ab name two schemas: give one of them");
    std::cout << (plan ? plan_schema_text() : ab ? ab_schema_text() : result_schema_text());
    return exit_ok;
}

}  // namespace

extern const subcommand schema_command{
    "schema", "print the JSON Schema of results, plans or comparisons", &run_schema};

}  // namespace ipcmark
