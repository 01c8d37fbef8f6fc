#include <algorithm>
#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "harness/base/units.hpp"
#include "reports/cells.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

struct ranked {
    const ordered_json* cell;
    double value;
};

/// The ok cells of one pattern, payload and placement, best first.
std::vector<ranked> rank(const ordered_json& result, const char* pattern, std::size_t payload,
                         const std::string& placement, const char* key, bool lower_is_better) {
    std::vector<ranked> found;
    for (const auto& cell : result.at("cells")) {
        if (cell.at("pattern") != pattern || cell.at("payload_bytes") != payload ||
            cell.at("placement") != placement || cell.at("transport") == instrument_name)
            continue;
        const auto value = median_of(cell, key);
        if (value && (lower_is_better || !loses_messages(cell))) found.push_back({&cell, *value});
    }
    std::stable_sort(found.begin(), found.end(), [&](const ranked& a, const ranked& b) {
        return lower_is_better ? a.value < b.value : a.value > b.value;
    });
    return found;
}

std::string name_of(const ranked& entry) {
    return entry.cell->at("transport");
}

bool spins(const ordered_json& result, const std::string& name) {
    for (const auto& mechanism : result.at("mechanisms"))
        if (mechanism.at("name") == name) return mechanism.at("wait") == "spins";
    return false;
}

std::string over_floor(const ordered_json& cell) {
    const auto ratio = median_of(cell, "ratio_to_floor");
    return ratio ? fmt::format(", {}x the floor", number_text(*ratio)) : "";
}

/// The wanted payload where the run has it, so that several runs compare; else the nearest in kind.
std::optional<std::size_t> telling_payload(const ordered_json& result, const char* pattern,
                                           std::size_t wanted, bool largest) {
    std::vector<std::size_t> payloads;
    for (const auto& cell : result.at("cells"))
        if (cell.at("pattern") == pattern && cell.at("status") == "ok" &&
            cell.at("transport") != instrument_name && cell.at("payload_bytes") != 0)
            payloads.push_back(cell.at("payload_bytes"));
    if (payloads.empty()) return std::nullopt;
    if (std::find(payloads.begin(), payloads.end(), wanted) != payloads.end()) return wanted;
    return largest ? *std::max_element(payloads.begin(), payloads.end())
                   : *std::min_element(payloads.begin(), payloads.end());
}

std::string main_placement(const ordered_json& result) {
    std::map<std::string, std::size_t> counts;
    for (const auto& cell : result.at("cells"))
        if (cell.at("status") == "ok" && cell.at("transport") != instrument_name)
            ++counts[cell.at("placement").get<std::string>()];
    std::string best;
    std::size_t most = 0;
    for (const auto& name : placements_of(result))
        if (counts[name] > most) {
            best = name;
            most = counts[name];
        }
    return best;
}

std::string fastest(const ordered_json& result, const std::string& placement, std::size_t payload) {
    const auto found = rank(result, "round_trip", payload, placement, "p50_ns", true);
    if (found.empty()) return {};
    std::string text = fmt::format("At {} the fastest round trip is {}: {} (p50){}.",
                                   payload_text(payload), name_of(found.front()),
                                   time_text(found.front().value), over_floor(*found.front().cell));
    if (!spins(result, name_of(found.front()))) return text + " It lets the core sleep.";
    for (const auto& entry : found)
        if (!spins(result, name_of(entry)))
            return text + fmt::format(" The fastest that lets the core sleep is {}: {}{}.",
                                      name_of(entry), time_text(entry.value),
                                      over_floor(*entry.cell));
    return text;
}

std::string fact(const ordered_json& facts, const char* key) {
    const auto at = facts.find(key);
    if (at == facts.end()) return {};
    return at->is_string() ? at->get<std::string>() : at->is_number() ? at->dump() : "";
}

/// Of a list of spawns and ratios that of as many spawns as the run has, or the next smaller.
const ordered_json* fitting(const ordered_json& of, const char* key, std::uint64_t rounds) {
    const auto list = of.find(key);
    if (list == of.end() || !list->is_array()) return nullptr;
    const ordered_json* found = nullptr;
    for (const auto& each : *list)
        if (found == nullptr || each.at("spawns").get<std::uint64_t>() <= rounds) found = &each;
    return found;
}

/// What ipcmark calibrate found out, of latencies and rates apart where it says so.
std::string calibration_words(const ordered_json& result) {
    const auto block = result.find("calibration");
    if (block == result.end() || !block->is_object()) return {};
    const auto rounds = result.at("plan").at("rounds").get<std::uint64_t>();
    const ordered_json* over_all = fitting(*block, "detectable", rounds);
    if (over_all == nullptr) return {};
    const auto percent = [](const ordered_json& found) {
        return fmt::format("{:.1f} %", 100 * (found.at("ratio").get<double>() - 1));
    };
    std::string limits = percent(*over_all);
    if (const auto apart = block->find("by_metric"); apart != block->end() && apart->is_object()) {
        const ordered_json* latency = fitting(*apart, "p50_ns", rounds);
        const ordered_json* rate = fitting(*apart, "messages_per_second", rounds);
        if (latency != nullptr && rate != nullptr)
            limits = percent(*latency) + " in latency and " + percent(*rate) + " in rates";
    }
    return fmt::format("; calibrated: with {} spawns differences under {} are noise here",
                       over_all->at("spawns").get<std::uint64_t>(), limits);
}

}  // namespace

std::vector<std::string> headlines(const ordered_json& result) {
    const auto placement = main_placement(result);
    std::vector<std::string> lines;
    if (const auto payload = telling_payload(result, "round_trip", 64, false)) {
        lines.push_back(fastest(result, placement, *payload));
        const auto found =
            rank(result, "round_trip", *payload, placement, "cpu_ns_per_message", true);
        if (!found.empty())
            lines.push_back(fmt::format("At {} least CPU per message: {}, {}.",
                                        payload_text(*payload), name_of(found.front()),
                                        time_text(found.front().value)));
    }
    if (const auto payload = telling_payload(result, "one_way", std::size_t{1} << 20, true)) {
        const auto found = rank(result, "one_way", *payload, placement, "bytes_per_second", false);
        if (!found.empty())
            lines.push_back(fmt::format("At {} the highest bandwidth is {}: {}.",
                                        payload_text(*payload), name_of(found.front()),
                                        bandwidth_text(found.front().value)));
    }
    std::erase(lines, "");
    return lines;
}

std::string host_line(const ordered_json& result) {
    const auto& identity = result.at("environment").at("identity");
    std::vector<std::string> parts{
        fact(identity, "cpu_model"),
        fmt::format("{} CPUs", result.at("context").at("num_cpus").dump())};
    if (const auto kernel = fact(identity, "kernel_release"); !kernel.empty())
        parts.push_back("kernel " + kernel);
    if (const auto under = fact(identity, "hypervisor"); !under.empty() && under != "none")
        parts.push_back("under " + under);
    parts.push_back(result.at("run").at("started").get<std::string>());
    parts.push_back("ipcmark " + result.at("build").at("version").get<std::string>());
    std::erase(parts, "");
    std::string line;
    for (const auto& part : parts)
        line += (line.empty() ? "" : ", ") + part;
    return line;
}

std::string trust_line(const ordered_json& result) {
    std::map<std::string, std::size_t> by_status;
    std::uint64_t fewest = ~std::uint64_t{0};
    for (const auto& cell : result.at("cells")) {
        ++by_status[cell.at("status").get<std::string>()];
        if (cell.at("status") == "ok")
            fewest = std::min(fewest, cell.at("spawns_ok").get<std::uint64_t>());
    }
    std::string text = fmt::format("{} of {} cells ok", by_status["ok"], result.at("cells").size());
    for (const char* status : {"skipped", "failed", "timed_out"})
        if (by_status[status] > 0) text += fmt::format(", {} {}", by_status[status], status);
    if (by_status["ok"] > 0)
        text += fmt::format("; {} spawns a cell or more{}", fewest,
                            fewest < 6 ? " (indicative: an interval needs 6)" : "");
    const auto noise = result.find("noise");
    if (noise == result.end() || !noise->is_object())
        return text + "; noise of the host not recorded" + calibration_words(result);
    text += "; host " + noise->value("verdict", "not judged");
    if (const auto at = noise->find("smallest_ratio"); at != noise->end() && at->is_number())
        text +=
            fmt::format(", differences below {:.0f} % are noise", 100 * (at->get<double>() - 1));
    return text + calibration_words(result);
}

}  // namespace ipcmark
