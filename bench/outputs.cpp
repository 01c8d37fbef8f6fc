#include "bench/outputs.hpp"

#include <cerrno>
#include <filesystem>
#include <iostream>

#include "bench/subcommand.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/run/journal.hpp"

namespace ipcmark {

namespace {

bool outputs_holds_text(const std::filesystem::path& file) {
    std::error_code none;
    return std::filesystem::is_regular_file(file, none) &&
           std::filesystem::file_size(file, none) > 0 && !none;
}

bool outputs_is_taken(const std::filesystem::path& result_file) {
    return outputs_holds_text(result_file) ||
           outputs_holds_text(journal::name_for(result_file.string()));
}

}  // namespace

std::string free_result_name(const std::string& wanted) {
    const std::filesystem::path file(wanted);
    std::filesystem::path name = file;
    for (int number = 2; outputs_is_taken(name); ++number)
        name = file.parent_path() /
               (file.stem().string() + "-" + std::to_string(number) + file.extension().string());
    return name.string();
}

void refuse_to_overwrite(const std::string& result_file) {
    if (result_file == "-") return;
    if (outputs_holds_text(result_file))
        throw command_error(result_file + " is there already; --force overwrites it");
    const std::string lines = journal::name_for(result_file);
    if (outputs_holds_text(lines))
        throw command_error(lines +
                            " holds what a run measured that did not end, or still runs; "
                            "`ipcmark report` reads it, --force overwrites it");
}

void write_output(const std::string& file, const std::string& content) {
    if (file != "-") return replace_file(file, content);
    std::cout << content << std::flush;
    if (std::cout) return;
    if (errno != EPIPE)
        throw command_error("standard output could not be written: the disk may be full",
                            exit_environment_refused);
    std::cout.clear();
}

}  // namespace ipcmark
