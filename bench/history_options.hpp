#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/subcommand.hpp"
#include "harness/analysis/trend.hpp"
#include "harness/base/enum_names.hpp"

namespace ipcmark {

enum class history_format : std::uint8_t { text, markdown, json };

template <>
struct spelling<history_format> {
    static constexpr std::array words{std::pair{history_format::text, "text"},
                                      std::pair{history_format::markdown, "markdown"},
                                      std::pair{history_format::json, "json"}};
};

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
    history_format format = history_format::text;
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
