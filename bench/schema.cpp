#include <array>
#include <iostream>
#include <string>
#include <vector>

#include "bench/subcommand.hpp"
#include "harness/base/suggest.hpp"
#include "reports/embedded.hpp"

namespace ipcmark {

namespace {

struct other_schema {
    const char* flag;
    const char* help;
    std::string_view (*text)();
};
constexpr std::array other_schemas{
    other_schema{"plan", "Of plan files instead", &plan_schema_text},
    other_schema{"ab", "Of the files of `ipcmark ab`", &ab_schema_text},
    other_schema{"comparison", "Of `ipcmark compare --format json`", &comparison_schema_text},
    other_schema{"design", "Of designs for `ipcmark recommend`", &design_schema_text},
    other_schema{"external", "Of the files that --external takes", &external_schema_text},
};

std::string schema_flags() {
    std::vector<std::string> flags;
    for (const auto& each : other_schemas)
        flags.push_back(std::string("--") + each.flag);
    return join_or(flags);
}

int run_schema(const invocation& call) {
    cxxopts::Options options("ipcmark schema",
                             "Prints the JSON Schema (2020-12) of result files\n");
    for (const auto& [flag, help, text] : other_schemas)
        options.add_options()(flag, help);
    const auto parsed = parse_arguments(
        options, call, "Examples:\n  ipcmark schema > ipcmark.result.v1.schema.json\n");
    if (!parsed) return exit_ok;
    std::string_view text;
    for (const auto& [flag, help, schema] : other_schemas) {
        if (parsed->count(flag) == 0) continue;
        if (!text.empty()) throw command_error("give one kind of file: " + schema_flags());
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
