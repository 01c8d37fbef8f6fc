#include "harness/analysis/result_builder.hpp"

#include <algorithm>
#include <cmath>

#include "harness/analysis/clock_flags.hpp"
#include "harness/analysis/floor_ratios.hpp"
#include "harness/analysis/noise_verdict.hpp"
#include "harness/analysis/within_repetition.hpp"
#include "harness/result/counting_metrics.hpp"
#include "harness/result/json_values.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 3> better_words{"lower", "higher", "neither"};

ordered_json reason_block(const failure& failed) {
    return {{"code", failed.code},
            {"stage", failed.stage.empty() ? ordered_json(nullptr) : ordered_json(failed.stage)},
            {"text", failed.text}};
}

ordered_json parameter_block(const cell_parameter& varied) {
    if (varied.name.empty()) return nullptr;
    ordered_json block{{"name", varied.name}, {"value", varied.value}, {"text", varied.text}};
    if (varied.name == "processes") block["working_set_bytes"] = varied.working_set_bytes;
    return block;
}

/// What the pattern `switch` says of its parts: the newest spawn's words, and what the intervals
/// do not let be told from zero.
ordered_json parts_note_of(const std::vector<ordered_json>& entries, const ordered_json& summary) {
    std::string note;
    if (!entries.empty()) note = entries.back().at("ipc").value("parts_note", "");
    for (const char* part : {"syscall_copy_ns", "context_switch_ns", "wake_up_ns"}) {
        if (!summary.contains(part)) continue;
        const ordered_json& low = summary.at(part).at("low");
        const bool unresolved = low.is_number() ? low.get<double>() <= 0
                                                : summary.at(part).at("min").get<double>() <= 0;
        if (unresolved)
            note += std::string(note.empty() ? "" : " ") + part +
                    " is not told apart from zero by this run.";
    }
    return note.empty() ? ordered_json(nullptr) : ordered_json(note);
}

ordered_json planned_block(const planned_cell& planned) {
    const cell& what = planned.what;
    ordered_json cpus = ordered_json::array();
    for (const int cpu : planned.cpus)
        if (cpu != no_cpu) cpus.push_back(cpu);
    return {{"name", what.name()},
            {"transport", what.transport},
            {"pattern", to_word(what.kind)},
            {"payload_bytes", what.payload_bytes},
            {"placement", to_word(what.place)},
            {"touch", to_word(what.reads)},
            {"depth", what.depth},
            {"cpus", std::move(cpus)},
            {"parameter", parameter_block(what.varied)}};
}

ordered_json histogram_block(const std::map<std::size_t, std::uint64_t>& buckets) {
    if (buckets.empty()) return nullptr;
    ordered_json bins = ordered_json::array();
    std::uint64_t count = 0;
    for (const auto& [index, n] : buckets) {
        bins.push_back({index, n});
        count += n;
    }
    return {{"scheme", "log_linear"},
            {"sub_bucket_bits", histogram::sub_bucket_bits},
            {"unit", "ns"},
            {"count", count},
            {"bins", std::move(bins)}};
}

}  // namespace

sitting::sitting(ordered_json header, const std::vector<planned_cell>& cells,
                 std::uint64_t spawns_planned)
    : header_(std::move(header)), spawns_planned_(spawns_planned) {
    for (const auto& planned : cells) {
        cell_record record;
        record.planned = planned_block(planned);
        record.ended = planned.skipped;
        index_[planned.what.name()] = cells_.size();
        cells_.push_back(std::move(record));
    }
}

sitting::sitting(const ordered_json& line)
    : header_(line.at("header")), spawns_planned_(line.at("spawns_planned").get<std::uint64_t>()) {
    for (const auto& planned : line.at("cells")) {
        cell_record record;
        record.planned = planned.at("planned");
        if (const auto& ended = planned.at("skipped"); !ended.is_null())
            record.ended = failure{status::skipped, ended.at("code"), "", ended.at("text")};
        index_[record.planned.at("name")] = cells_.size();
        cells_.push_back(std::move(record));
    }
}

ordered_json sitting::first_line() const {
    ordered_json cells = ordered_json::array();
    for (const auto& record : cells_)
        cells.push_back(
            {{"planned", record.planned},
             {"skipped", record.ended ? reason_block(*record.ended) : ordered_json(nullptr)}});
    return {{"journal", "ipcmark.result"},
            {"spawns_planned", spawns_planned_},
            {"header", header_},
            {"cells", std::move(cells)}};
}

void sitting::add_figures(cell_record& to, const spawn_record& record, bool accepted) {
    for (const auto& [key, value] : record.metrics) {
        if (!value || !std::isfinite(*value)) continue;
        to.metrics[key].push_back(*value);
        if (accepted) to.accepted_metrics[key].push_back(*value);
    }
}

void sitting::add(spawn_record record) {
    cell_record& to = cells_.at(index_.at(record.cell_name));
    ++spawns_;
    if (record.failed) {
        to.failures.push_back(*record.failed);
        if (!to.ended) to.ended = std::move(record.failed);
        return;
    }
    if (record.purpose == spawn_purpose::verify) {
        to.verify = std::move(record.entry);
        return;
    }
    if (record.purpose == spawn_purpose::idle) return share_idle(to, record);
    if (record.purpose == spawn_purpose::counting) {
        add_figures(to, record, true);
        to.counting.push_back(std::move(record.entry));
        return;
    }
    const bool accepted = !is_contaminated(record.entry);
    to.accepted += accepted ? 1 : 0;
    to.first_tries += record.entry.at("ipc").value("try", 0) == 0 ? 1 : 0;
    add_figures(to, record, accepted);
    for (const auto& [index, count] : record.latency_buckets) {
        to.latency_buckets[index] += count;
        if (accepted) to.accepted_buckets[index] += count;
    }
    measuring_s_ += record.entry.at("ipc").at("elapsed_ns").get<double>() / 1e9;
    to.entries.push_back(std::move(record.entry));
}

/// How a mechanism waits does not depend on the cell: all that ran in that placement have it.
void sitting::share_idle(const cell_record& from, const spawn_record& record) {
    for (auto& cell : cells_) {
        if (cell.ended && cell.ended->ended == status::skipped) continue;
        if (cell.planned.at("transport") != from.planned.at("transport") ||
            cell.planned.at("placement") != from.planned.at("placement"))
            continue;
        add_figures(cell, record, true);
    }
}

ordered_json sitting::amend(const ordered_json& blocks) {
    header_.update(blocks);
    return {{"header", blocks}};
}

void sitting::restore(const ordered_json& line) {
    if (line.contains("header"))
        header_.update(line.at("header"));
    else
        add(spawn_record_from_json(line));
}

bool sitting::given_up(const std::string& cell_name) const {
    return cells_.at(index_.at(cell_name)).ended.has_value();
}

std::size_t sitting::failed_cells() const {
    return static_cast<std::size_t>(std::count_if(
        cells_.begin(), cells_.end(),
        [](const auto& record) { return record.ended && record.ended->ended != status::skipped; }));
}

std::vector<std::string> sitting::flags_of(const cell_record& record) {
    const auto& metrics = metrics_of(record);
    const auto values = metrics.find(primary_metric(metrics));
    std::vector<std::vector<std::string>> spawn_flags;
    for (const auto& entry : record.entries)
        spawn_flags.push_back(entry.at("ipc").value("flags", std::vector<std::string>{}));
    return flags_of_cell(values == metrics.end() ? std::vector<double>{} : values->second,
                         spawn_flags);
}

cell_progress sitting::progress(const std::string& cell_name) const {
    const cell_record& record = cells_.at(index_.at(cell_name));
    const auto& metrics = metrics_of(record);
    const auto values = metrics.find(primary_metric(metrics));
    return {record.first_tries,
            values == metrics.end() ? std::nullopt : relative_half_width(values->second),
            record.ended.has_value()};
}

bool sitting::rests_on_accepted(const cell_record& record) {
    return estimates_from_accepted(record.first_tries, record.accepted);
}

const std::map<std::string, std::vector<double>>& sitting::metrics_of(const cell_record& record) {
    return rests_on_accepted(record) ? record.accepted_metrics : record.metrics;
}

ordered_json sitting::cell_block(const cell_record& record) const {
    ordered_json block = record.planned;
    const bool unfinished = !record.ended && record.entries.empty();
    const status ended = record.ended ? record.ended->ended
                         : unfinished ? status::skipped
                                      : status::ok;
    block["status"] = to_word(ended);
    if (record.ended)
        block["reason"] = reason_block(*record.ended);
    else if (unfinished)
        block["reason"] = {{"code", "interrupted"},
                           {"stage", nullptr},
                           {"text", "the run ended before this cell had its first timed spawn"}};
    else
        block["reason"] = nullptr;
    block["spawns_planned"] = spawns_planned_;
    const bool clean = rests_on_accepted(record);
    const auto& metrics = metrics_of(record);
    const std::size_t contaminated = record.entries.size() - record.accepted;
    block["spawns_ok"] = record.first_tries;
    block["spawns_contaminated"] = contaminated;
    block["spawns_excluded"] = clean ? contaminated : 0;
    block["failures"] = ordered_json::array();
    for (const auto& failed : record.failures)
        block["failures"].push_back(reason_block(failed));
    block["summary"] = ordered_json::object();
    const auto summarise = [&](const metric& m, const std::string& source) {
        if (const auto at = metrics.find(std::string(m.key)); at != metrics.end())
            block["summary"][at->first] =
                summary_block(at->second, "spawns", m.unit,
                              better_words[static_cast<std::size_t>(m.direction)], source);
    };
    for (const metric& m : all_metrics())
        summarise(m, std::string(m.source));
    for (const metric& m : counting_metrics())
        summarise(m, counting_source(record.counting, m));
    for (const metric& m : idle_metrics())
        summarise(m, std::string(m.source));
    block["histogram"] = histogram_block(clean ? record.accepted_buckets : record.latency_buckets);
    block["verify"] = record.verify;
    block["counting"] = merged_counting_block(record.counting);
    block["floor"] = nullptr;
    const auto flags = flags_of(record);
    block["flags"] = flags;
    if (!clean && contaminated > 0) block["flags"].push_back("contaminated");
    const std::string kind = record.planned.value("pattern", "");
    if (kind == "paced" && !record.entries.empty())
        block["saturated"] = std::find(flags.begin(), flags.end(), "saturated") != flags.end();
    if (kind == "switch") block["parts_note"] = parts_note_of(record.entries, block["summary"]);
    return block;
}

ordered_json sitting::document(bool complete, const std::string& incomplete_reason) const {
    ordered_json result{
        {"schema", {{"name", "ipcmark.result"}, {"version", "1.1"}}},
        {"complete", complete},
        {"incomplete_reason", complete ? ordered_json(nullptr) : ordered_json(incomplete_reason)}};
    for (const auto& [key, value] : header_.items())
        result[key] = value;
    result["run"]["spawns"] = spawns_;
    result["run"]["measuring_s"] = measuring_s_;
    result["cells"] = ordered_json::array();
    result["benchmarks"] = ordered_json::array();
    std::size_t family = 0;
    for (const auto& record : cells_) {
        result["cells"].push_back(cell_block(record));
        std::size_t repetition = 0;
        for (ordered_json entry : record.entries) {
            entry["family_index"] = family;
            entry["repetitions"] = record.entries.size();
            entry["repetition_index"] = repetition++;
            result["benchmarks"].push_back(std::move(entry));
        }
        if (!record.entries.empty()) ++family;
    }
    add_floor_ratios(result);
    add_clock_flags(result);
    add_noise_verdict(result);
    return result;
}

}  // namespace ipcmark
