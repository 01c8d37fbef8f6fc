#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/result/repetition.hpp"

namespace ipcmark {

enum class spawn_purpose : std::uint8_t { verify, timed, counting, idle };

/// One spawn as the journal and the document keep it: all plain data.
struct spawn_record {
    std::string cell_name;
    spawn_purpose purpose = spawn_purpose::timed;
    std::optional<failure> failed;
    std::map<std::string, std::optional<double>> metrics;  // by metric key
    /// timed: the benchmarks[] entry; verify, counting: what the cell's block is made of.
    nlohmann::ordered_json entry;
    std::vector<std::pair<std::size_t, std::uint64_t>> latency_buckets;
};

nlohmann::ordered_json to_json(const spawn_record& record);
spawn_record spawn_record_from_json(const nlohmann::ordered_json& line);

/// Dumps strict JSON: no NaN, control characters escaped, broken UTF-8 replaced.
std::string dump_document(const nlohmann::ordered_json& document);

}  // namespace ipcmark
