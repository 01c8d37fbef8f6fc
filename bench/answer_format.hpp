#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "bench/subcommand.hpp"
#include "harness/base/enum_names.hpp"

namespace ipcmark {

/// How a command that answers a question writes to standard output.
enum class answer_format : std::uint8_t { text, markdown, json };

template <>
struct spelling<answer_format> {
    static constexpr std::array words{std::pair{answer_format::text, "text"},
                                      std::pair{answer_format::markdown, "markdown"},
                                      std::pair{answer_format::json, "json"}};
};

/// Of `--format`; text where it is not given. Throws command_error.
answer_format answer_format_of(const cxxopts::ParseResult& parsed);

}  // namespace ipcmark
