#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/base/tree.hpp"

namespace ipcmark {

/// "not JSON: parse error at line 3, column 7: ...", or "nested deeper than 64 levels".
class malformed_json : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads one JSON value. Throws malformed_json, also for what is nested deeper than 64 levels or
/// follows the value. With `comments`, // and /* */ are passed over.
tree parse_json(std::string_view text, bool comments = false);

/// Writes strict JSON: what is no finite number becomes null, control characters are escaped,
/// broken UTF-8 is replaced. `indent`: spaces a level; -1: all on one line. `ascii`: other
/// characters are escaped, too.
std::string json_text(const tree& value, int indent = -1, bool ascii = false);

}  // namespace ipcmark
