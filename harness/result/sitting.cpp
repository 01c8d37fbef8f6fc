#include "harness/result/sitting.hpp"

#include <algorithm>
#include <cmath>

#include "harness/result/clock_flags.hpp"
#include "harness/result/counting.hpp"
#include "harness/result/floor_log.hpp"
#include "harness/result/json_values.hpp"
#include "harness/result/metrics.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 3> better_words{"lower", "higher", "neither"};

ordered_json reason_block(const failure& failed) {
    return {{"code", failed.code},
            {"stage", failed.stage.empty() ? ordered_json(nullptr) : ordered_json(failed.stage)},
            {"text", failed.text}};
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
            {"cpus", std::move(cpus)}};
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

sitting::sitting(ordered_json header, const plan& what)
    : header_(std::move(header)), spawns_planned_(what.request.spawns) {
    for (const auto& planned : what.cells) {
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
    for (const auto& [key, value] : record.metrics)
        if (value && std::isfinite(*value)) to.metrics[key].push_back(*value);
    if (record.purpose == spawn_purpose::counting) {
        to.counting.push_back(std::move(record.entry));
        return;
    }
    for (const auto& [index, count] : record.latency_buckets)
        to.latency_buckets[index] += count;
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
        for (const auto& [key, value] : record.metrics)
            if (value && std::isfinite(*value)) cell.metrics[key].push_back(*value);
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
    block["spawns_ok"] = record.entries.size();
    block["failures"] = ordered_json::array();
    for (const auto& failed : record.failures)
        block["failures"].push_back(reason_block(failed));
    block["summary"] = ordered_json::object();
    const auto summarise = [&](const metric& m, const std::string& source) {
        if (const auto at = record.metrics.find(std::string(m.key)); at != record.metrics.end())
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
    block["histogram"] = histogram_block(record.latency_buckets);
    block["verify"] = record.verify;
    block["counting"] = merged_counting_block(record.counting);
    block["floor"] = nullptr;
    block["flags"] = ordered_json::array();
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
    return result;
}

std::string dump_document(const ordered_json& document) {
    return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ipcmark
