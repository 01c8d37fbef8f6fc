#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/checkout.hpp"
#include "bench/subcommand.hpp"
#include "harness/result/ab_result.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/worker_program.hpp"

namespace ipcmark {

/// One side of a comparison, as its words say it.
struct variant {
    variant_info info;
    variant_program program;
    std::optional<std::string> mechanism;  // instead of those that are asked for
    std::vector<std::string> added;        // mechanisms that its plug-ins bring
    /// Those that its program has; empty: those of this one.
    std::vector<std::string> known;
    std::vector<std::pair<std::string, std::string>> settings;

    bool has_own_program() const { return !program.path.empty(); }
    /// Takes the settings and the mechanism over. Throws command_error that names `flag`.
    void apply_to(plan_request& request, const std::string& flag) const;
};

/// What the command line says of one side.
struct variant_words {
    std::string flag;  // "a" or "b", for messages
    std::string text;  // parts separated by commas; empty: this very program
    std::vector<std::string> environment;
};

/// Finds out what each part is: a setting (KEY=VALUE), a program or a plug-in that is there, a
/// mechanism, a git revision (where `built` says how revisions become files). Programs and plug-ins
/// are asked what they hold, by running them. Throws command_error.
variant resolve_variant(const variant_words& words, const invocation& call, checkouts* built);

/// Whether both are the same in every respect, so that nothing but the machine can differ.
bool are_same(const variant& a, const variant& b);

}  // namespace ipcmark
