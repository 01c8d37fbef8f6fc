#pragma once

#include <string>
#include <string_view>

#include "harness/base/host_files.hpp"
#include "harness/base/tree.hpp"

namespace ipcmark {

/// A fact is a value or {"unavailable": reason}: never a default made up.
tree unavailable(std::string reason);
bool is_available(const tree& fact);

/// A number where the file is one (text beyond 2^53, which JSON readers round), else its text in
/// one line.
tree file_fact(const host_files& files, std::string_view path);

/// The bracketed word of "always [madvise] never".
tree selected_fact(const host_files& files, std::string_view path);

/// The distinct values of one file over all CPUs, such as "cpufreq/scaling_governor".
tree per_cpu_fact(const host_files& files, std::string_view file);

}  // namespace ipcmark
