#include "reports/cells.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "harness/base/sizes.hpp"
#include "harness/base/units.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

const std::vector<figure>& table_figures() {
    static const std::vector<figure> table{
        {"round trip, p50", "round_trip", "p50_ns", time_text, true},
        {"round trip, p99", "round_trip", "p99_ns", time_text, true},
        {"one way, bandwidth", "one_way", "bytes_per_second", bandwidth_text, false},
        {"one way, messages", "one_way", "messages_per_second", rate_text, false},
        {"round trip, context switches per message", "round_trip", "switches_per_message",
         number_text, true},
        {"round trip, CPU per message (both processes)", "round_trip", "cpu_ns_per_message",
         time_text, true},
        {"round trip, times the floor", "round_trip", "ratio_to_floor", number_text, true},
    };
    return table;
}

std::optional<double> median_of(const ordered_json& cell, const char* key) {
    const auto& summary = cell.at("summary");
    const auto at = summary.find(key);
    if (at == summary.end() || !at->is_object() || !at->at("median").is_number())
        return std::nullopt;
    return at->at("median").get<double>();
}

std::string absence(const ordered_json& cell, const char* key) {
    const auto status = cell.at("status").get<std::string>();
    if (status == "ok")
        return cell.at("pattern") == "round_trip" && key[0] == 'p' ? "few samples" : "-";
    if (status == "skipped" && cell.at("reason").is_object()) return cell.at("reason").at("code");
    return status;
}

std::string parameter_text(const ordered_json& cell) {
    const auto at = cell.find("parameter");
    if (at == cell.end() || !at->is_object()) return {};
    const auto name = at->value("name", "");
    const auto found = at->find("value");
    if (found == at->end() || !found->is_number()) return {};
    const auto value = found->get<double>();
    if (name == "rate_hz") return rate_text(value);
    if (name == "gap_ns") return "after " + time_text(value);
    if (name == "load") return fmt::format("load {:.0f} %", 100 * value);
    if (name == "burst") return fmt::format("{:.0f} messages", value);
    return at->value("text", fmt::format("{} {:g}", name, value));
}

std::vector<std::string> placements_of(const ordered_json& result) {
    std::vector<std::string> placements;
    for (const auto& cell : result.at("cells")) {
        const auto name = cell.at("placement").get<std::string>();
        if (std::find(placements.begin(), placements.end(), name) == placements.end())
            placements.push_back(name);
    }
    return placements;
}

bool loses_messages(const ordered_json& cell) {
    return median_of(cell, "lost_share").value_or(0) > 0;
}

grid::grid(const ordered_json& result, const figure& what, const std::string& placement,
           carries group)
    : what_(what) {
    for (const auto& cell : result.at("cells")) {
        if (cell.at("pattern") != what.pattern || cell.at("placement") != placement) continue;
        const auto bytes = cell.at("payload_bytes").get<std::size_t>();
        if ((bytes > 0) != (group == carries::payload)) continue;
        note(cell, cell.at("transport").get<std::string>(), bytes);
    }
    std::sort(payloads_.begin(), payloads_.end());
    sort_rows();
}

void grid::note(const ordered_json& cell, const std::string& name, std::size_t bytes) {
    if (cells_.count(name) == 0) order_.push_back(name);
    if (std::find(payloads_.begin(), payloads_.end(), bytes) == payloads_.end())
        payloads_.push_back(bytes);
    cells_[name][bytes] = &cell;
    const auto value = median_of(cell, what_.key);
    // Lost messages make a rate a different thing: it must not win.
    if (!value || name == instrument_name || (!what_.lower_is_better && loses_messages(cell)))
        return;
    const auto [at, fresh] = best_.emplace(bytes, *value);
    if (!fresh)
        at->second =
            what_.lower_is_better ? std::min(at->second, *value) : std::max(at->second, *value);
}

void grid::sort_rows() {
    const auto rank = [&](const std::string& name) {
        if (name == instrument_name) return std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < payloads_.size(); ++i)
            if (const auto found = value(name, payloads_[i]))
                return static_cast<double>(i) * 1e30 +
                       (what_.lower_is_better ? *found : 1e20 - *found);
        return 1e300;
    };
    std::map<std::string, double> ranks;
    for (const auto& name : order_)
        ranks[name] = rank(name);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](const auto& a, const auto& b) { return ranks[a] < ranks[b]; });
}

const ordered_json* grid::cell(const std::string& row, std::size_t payload) const {
    const auto& cells = cells_.at(row);
    const auto at = cells.find(payload);
    return at == cells.end() ? nullptr : at->second;
}

std::optional<double> grid::value(const std::string& row, std::size_t payload) const {
    const auto* found = cell(row, payload);
    return found ? median_of(*found, what_.key) : std::nullopt;
}

bool grid::is_best(const std::string& row, std::size_t payload) const {
    const auto found = value(row, payload);
    const auto best = best_.find(payload);
    if (!found || best == best_.end() || row == instrument_name) return false;
    if (!what_.lower_is_better && loses_messages(*cell(row, payload))) return false;
    return *found == best->second;
}

std::map<std::string, std::vector<std::string>> gaps(const ordered_json& result) {
    std::map<std::string, std::vector<std::string>> by_reason;
    for (const auto& cell : result.at("cells")) {
        if (cell.at("status") == "ok") continue;
        const auto& reason = cell.at("reason");
        const auto text =
            reason.is_object() ? reason.at("text").get<std::string>() : "no reason recorded";
        by_reason[cell.at("status").get<std::string>() + ": " + text].push_back(cell.at("name"));
    }
    return by_reason;
}

const std::vector<listed_pattern>& listed_patterns() {
    static const std::vector<listed_pattern> table{
        {"paced",
         "latency under load",
         {{"offered", "offered_per_second", rate_text},
          {"achieved", "achieved_per_second", rate_text},
          {"p50", "p50_ns", time_text},
          {"p99", "p99_ns", time_text},
          {"missed", "missed_share", share_text}}},
        {"wake",
         "latency after a pause",
         {{"p50", "p50_ns", time_text},
          {"p90", "p90_ns", time_text},
          {"p99", "p99_ns", time_text},
          {"idle CPU", "idle_cpu_share", share_text}}},
        {"burst",
         "a burst",
         {{"drained in", "drain_ns", time_text},
          {"p50", "p50_ns", time_text},
          {"p99", "p99_ns", time_text}}},
        {"setup",
         "set-up",
         {{"construct", "construct_ns", time_text},
          {"first message", "first_message_ns", time_text},
          {"tear down", "teardown_ns", time_text}}},
        {"switch",
         "round trip taken apart",
         {{"two CPUs", "two_cpus_ns", time_text},
          {"calls, copies", "syscall_copy_ns", time_text},
          {"switch", "context_switch_ns", time_text},
          {"wake-up", "wake_up_ns", time_text}}},
        {"switch_ring",
         "context switch in a ring of processes",
         {{"switch", "context_switch_ns", time_text}}},
    };
    return table;
}

std::vector<const ordered_json*> cells_of(const ordered_json& result, const char* pattern) {
    std::vector<const ordered_json*> found;
    for (const auto& cell : result.at("cells"))
        if (cell.at("pattern") == pattern && cell.at("status") == "ok") found.push_back(&cell);
    return found;
}

}  // namespace ipcmark
