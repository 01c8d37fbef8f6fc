#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/answer_format.hpp"
#include "bench/run_options.hpp"
#include "harness/analysis/design.hpp"

namespace ipcmark {

/// What `ipcmark recommend` was asked.
struct recommend_options {
    design wanted;
    run_options run;                      // seed, budget, quiet, ...
    std::vector<std::string> mechanisms;  // empty: all
    std::vector<std::string> from;        // results that are judged instead of measuring
    std::string beside;                   // what else runs; empty: nothing
    std::string record_file;              // Markdown; empty: none
    std::string results_folder;           // for what was measured; empty: it is not kept
    answer_format format = answer_format::text;
    bool explain = false;
    std::vector<std::string> why_not;
    bool require_met = false;
};

/// nullopt: help was asked for and printed. Throws command_error.
std::optional<recommend_options> parse_recommend_options(const invocation& call);

/// Reads a design. Throws command_error that names file and pointer.
design read_design(const std::string& file);

}  // namespace ipcmark
