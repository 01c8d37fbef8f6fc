#include <iostream>

#include "bench/plan_file.hpp"
#include "bench/recommend_options.hpp"
#include "bench/subcommand.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {

namespace {

constexpr const char* validate_examples =
    "Examples:\n"
    "  ipcmark validate results.json other.json\n"
    "  ipcmark validate --plan my_plan.json\n"
    "  ipcmark validate --design camera.json\n"
    "Every fault is named by its JSON pointer. Exit codes: 0 valid; 2 a faulty plan or design; 7 a "
    "faulty\n"
    "result.\n";

int run_validate(const invocation& call) {
    cxxopts::Options options("ipcmark validate",
                             "Checks result files (or plans, or designs) against their schema\n");
    options.add_options()("plan", "The files are plans")("design", "The files are designs")(
        "files", "Files to check", cxxopts::value<std::vector<std::string>>());
    options.parse_positional("files");
    options.positional_help("FILE...");
    const auto parsed = parse_arguments(options, call, validate_examples);
    if (!parsed) return exit_ok;
    if (parsed->count("plan") > 0 && parsed->count("design") > 0)
        throw command_error("give one of --plan and --design");
    if (parsed->count("files") == 0) throw command_error("validate needs a file");
    int code = exit_ok;
    for (const auto& file : (*parsed)["files"].as<std::vector<std::string>>()) {
        try {
            if (parsed->count("plan") > 0)
                check_plan_mechanisms(file, read_plan(file, named_plan("default")),
                                      call.mechanisms);
            else if (parsed->count("design") > 0)
                read_design(file);
            else
                validate_document(file);
            std::cout << file << ": valid\n";
        } catch (const command_error& e) {
            std::cerr << "ipcmark: " << e.what() << '\n';
            code = e.code();
        } catch (const unreadable_result& e) {
            std::cerr << "ipcmark: " << e.what() << '\n';
            code = exit_unreadable;
        }
    }
    return code;
}

}  // namespace

extern const subcommand validate_command{
    "validate", "check results, plans or designs against their schema", &run_validate};

}  // namespace ipcmark
