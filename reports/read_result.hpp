#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <variant>

#include "harness/base/tree.hpp"
#include "harness/result/ab_result.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark {

/// A result that cannot be used: the text names the file, the JSON pointer and the remedy.
class unreadable_result : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads and checks a result file (at most 512 MiB), or a run's journal, from which it rebuilds
/// what was complete. "-" is standard input. Throws unreadable_result.
run_result read_result(const std::filesystem::path& file);

/// A result, or what `ipcmark ab` wrote, told by the file's schema. Throws unreadable_result.
std::variant<run_result, ab_result> read_result_or_ab(const std::filesystem::path& file);

/// Of a result, of what `ipcmark ab` wrote, or of what `ipcmark compare --format json` printed.
/// Throws unreadable_result that names every fault.
void validate_document(const std::filesystem::path& file);

/// The same as it stands in the file, with whatever a newer version added.
tree read_document(const std::filesystem::path& file);

/// Parses JSON text of a file, with the position of the first syntax error in the message. With
/// `comments`, // and /* */ are allowed. Throws unreadable_result.
tree parse_json_of(const std::string& file_name, const std::string& text, bool comments = false);

/// What is wrong with a calibration that is to be a part of a result: "/calibration/date expected
/// string"; empty: nothing.
std::string calibration_fault(const tree& block);

/// Throws unreadable_result naming every fault of `document` against `schema_text`, which may refer
/// to `others`.
void require_schema(const tree& document, std::string_view schema_text,
                    const std::string& file_name, const std::vector<tree>& others = {});

}  // namespace ipcmark
