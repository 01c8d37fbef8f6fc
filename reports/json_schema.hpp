#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// One fault of a document: where (a JSON pointer, "" for the whole) and what is wrong there.
struct schema_fault {
    std::string pointer;
    std::string text;
};

/// Checks a document against the part of JSON Schema 2020-12 that our schemas use: type, const,
/// enum, required, properties, additionalProperties, items, anyOf, $ref into #/$defs, pattern,
/// minimum, maximum, minItems, maxItems. A keyword outside it throws std::logic_error, so that a
/// schema cannot promise what nobody checks. At most `at_most` faults.
std::vector<schema_fault> check_schema(const nlohmann::ordered_json& schema,
                                       const nlohmann::ordered_json& document,
                                       std::size_t at_most = 20);

}  // namespace ipcmark
