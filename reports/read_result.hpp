#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// A result that cannot be used: the text names the file, the JSON pointer and the remedy.
class unreadable_result : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads and checks a result file (at most 512 MiB), or a run's journal, from which it rebuilds
/// what was complete. "-" is standard input. Throws unreadable_result.
nlohmann::ordered_json read_result(const std::filesystem::path& file);

/// Parses JSON text of a file, with the position of the first syntax error in the message. With
/// `comments`, // and /* */ are allowed. Throws unreadable_result.
nlohmann::ordered_json parse_json(const std::string& text, const std::string& file_name,
                                  bool comments = false);

/// Throws unreadable_result naming every fault of `document` against `schema_text`.
void require_schema(const nlohmann::ordered_json& document, std::string_view schema_text,
                    const std::string& file_name);

}  // namespace ipcmark
