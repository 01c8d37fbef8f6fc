#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "harness/base/host_files.hpp"

namespace ipcmark {

/// A fact is a value or {"unavailable": reason}: never a default made up.
nlohmann::ordered_json unavailable(std::string reason);
bool is_available(const nlohmann::ordered_json& fact);

/// A number where the file is one (text beyond 2^53, which JSON readers round), else its text in
/// one line.
nlohmann::ordered_json file_fact(const host_files& files, std::string_view path);

/// The bracketed word of "always [madvise] never".
nlohmann::ordered_json selected_fact(const host_files& files, std::string_view path);

/// The distinct values of one file over all CPUs, such as "cpufreq/scaling_governor".
nlohmann::ordered_json per_cpu_fact(const host_files& files, std::string_view file);

}  // namespace ipcmark
