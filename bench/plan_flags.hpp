#pragma once

#include "bench/plan_fields.hpp"
#include "bench/subcommand.hpp"

namespace ipcmark {

/// A heading of `run --help`, beside those of plan_fields.hpp.
inline constexpr const char* with_parameter = "Patterns with a parameter";

/// A row of a command's own options.
struct command_flag {
    const char* group;
    const char* flag;
    const char* metavar;  // empty: it has no value
    const char* help;
    const char* without_value = nullptr;  // what it is worth where its value is left out
};

/// An option that is no part of a plan; an empty `metavar`: it has no value. `without_value`: what
/// it is worth where its value is left out; nullptr: it may not be.
void add_flag(cxxopts::Options& options, const char* group, const std::string& flag,
              const std::string& help, std::string_view metavar,
              const char* without_value = nullptr);

/// The flags of everything that a plan says, parameters included; `but`: without those, by their
/// long names.
void add_plan_flags(cxxopts::Options& options, const std::vector<std::string>& but = {});

/// Takes those that were given over a plan. Throws command_error, also for one that would be
/// ignored.
void apply_plan_flags(const cxxopts::ParseResult& parsed, const registry& mechanisms,
                      plan_request& plan);

}  // namespace ipcmark
