#pragma once

#include "harness/base/fields.hpp"
#include "harness/result/run_result.hpp"

/// The door to tools that read Google Benchmark's JSON.
namespace ipcmark {

struct benchmark_entries {
    /// By cell: the repetitions that its figures rest on, then their aggregates; or the error of a
    /// cell that failed. Trackers keep one value a name, some the first and some the last of
    /// several: so the slowest repetition stands first, which none of its own run exceeds, and the
    /// median one last.
    tree::list benchmarks;
    /// Repetitions that no tool should take: disturbed ones that the figures leave out, those of
    /// cells that failed, and those in which nothing arrived.
    tree::list set_aside;
};

benchmark_entries entries_of(const run_result& result);

/// Whether an element of either list is a repetition of ours, with all that is known of it.
bool is_repetition(const tree& entry);
/// Throws bad_field.
repetition_record repetition_from(const tree& entry, const detail::path& where);

}  // namespace ipcmark
