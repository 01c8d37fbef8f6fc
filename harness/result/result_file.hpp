#pragma once

#include "harness/base/tree.hpp"
#include "harness/result/run_result.hpp"

/// The door between a result in memory and its file, ipcmark.result 1.0, a superset of Google
/// Benchmark's JSON (harness/result/benchmark_entries.hpp). The JSON Schema is
/// reports/schema/ipcmark.result.v1.schema.json.
namespace ipcmark {

tree to_tree(const run_result& result);

/// Throws bad_field with the JSON pointer of what does not fit.
run_result run_result_from_tree(const tree& document);

}  // namespace ipcmark
