#pragma once

#include <string>
#include <vector>

#include "harness/base/tree.hpp"

namespace ipcmark {

/// One fault of a document: where (a JSON pointer, "" for the whole) and what is wrong there.
struct schema_fault {
    std::string pointer;
    std::string text;
};

/// Our own and not valijson: over a 40 MB result that takes 3.3 to 4.5 times as long (1.0 to 1.3 s
/// against 0.28 s), and it tells the chain of schemas where a reader wants the value's pointer and
/// what is allowed there.
///
/// Checks a document against the part of JSON Schema 2020-12 that our schemas use: type, const,
/// enum, required, properties, additionalProperties, items, anyOf, $ref (to #, into #/$defs, or to
/// the $id of one of `others`), pattern, minimum, maximum, minItems, maxItems. A keyword outside it
/// throws std::logic_error, so that a schema cannot promise what nobody checks. At most `at_most`
/// faults.
std::vector<schema_fault> check_schema(const tree& schema, const tree& document,
                                       std::size_t at_most = 20,
                                       const std::vector<tree>& others = {});

}  // namespace ipcmark
