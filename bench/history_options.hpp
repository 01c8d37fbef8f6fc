#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/answer_format.hpp"
#include "bench/subcommand.hpp"
#include "harness/analysis/trend.hpp"

namespace ipcmark {

/// What `ipcmark history` was asked to do.
struct history_options {
    std::vector<std::string> words;  // files, or numbers of changes
    std::string store;
    std::string filter;
    std::string golden;
    std::string revision;
    std::string note;
    std::string ab;
    std::string output = "-";
    answer_format format = answer_format::text;
    bool fail = false;
    std::size_t last = 20;
    std::optional<std::size_t> keep;
    std::string before;
    trend_rule rule;
};

/// What stands after `history`: one row a verb.
struct history_verb {
    std::string_view name;
    std::string_view words;    // what it takes: "FILE..."; empty: nothing
    std::string_view summary;  // for the help
    bool needs_words;
    int (*run)(const history_options& options);
};

std::vector<std::string> history_verb_names();

std::optional<std::pair<const history_verb*, history_options>> parse_history_options(
    const invocation& call);

int history_add(const history_options& options);
int history_show(const history_options& options);
int history_analyze(const history_options& options);
int history_confirm(const history_options& options);
int history_accept(const history_options& options);
int history_ignore(const history_options& options);
int history_export(const history_options& options);
int history_import(const history_options& options);
int history_prune(const history_options& options);

}  // namespace ipcmark
