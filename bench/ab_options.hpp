#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/run_options.hpp"
#include "bench/variant.hpp"
#include "harness/result/ab_result.hpp"

namespace ipcmark {

/// How the answer is written to standard output.
enum class ab_format : std::uint8_t { text, markdown, github, junit, json };

template <>
struct spelling<ab_format> {
    static constexpr std::array words{
        std::pair{ab_format::text, "text"}, std::pair{ab_format::markdown, "markdown"},
        std::pair{ab_format::github, "github"}, std::pair{ab_format::junit, "junit"},
        std::pair{ab_format::json, "json"}};
};

/// What `ipcmark ab` was asked to do.
struct ab_options {
    variant_words a{"a", {}, {}};
    variant_words b{"b", {}, {}};
    std::string build;  // of revisions; empty: none are built
    std::string built;
    run_options run;  // the cells of both sides, before what a side changes
    bool mechanisms_named = false;
    ab_rule rule;
    bool confirm = false;
    bool require_conclusive = false;
    ab_format format = ab_format::text;
    std::string comment_file;  // empty: none
};

/// nullopt: help was asked for and printed. Throws command_error; nothing has been started then.
std::optional<ab_options> parse_ab_options(const invocation& call);

}  // namespace ipcmark
