#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/run/plan.hpp"

namespace ipcmark {

/// Of the built-in plans (bench/plans).
std::vector<std::string> plan_names();

/// The built-in plan of that name. Throws command_error with the nearest name.
plan_request named_plan(const std::string& name);

/// A plan as a file that read_plan() reads.
std::string plan_text(const plan_request& plan);

/// Reads a plan file; keys that it lacks come from `base`. Throws command_error, naming the JSON
/// pointer of every fault.
plan_request read_plan(const std::string& file, const plan_request& base);

/// A flag's words are checked where they are read; a file's are told by file and pointer. Throws
/// command_error.
void check_plan_mechanisms(const std::string& file, const plan_request& plan, const registry& all);

}  // namespace ipcmark
