#include "reports/pack.hpp"

#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr int cell_digits = 6;
constexpr int spawn_digits = 5;

using column = std::vector<std::optional<double>>;

std::string plain(const ordered_json& value) {
    return value.dump(-1, ' ', true, ordered_json::error_handler_t::replace);
}

void append_number(std::string& to, double value, int digits) {
    if (!std::isfinite(value)) {
        to += "null";
        return;
    }
    char rounded[40];
    *fmt::format_to_n(rounded, sizeof rounded - 1, "{:.{}g}", value, digits).out = '\0';
    fmt::format_to(std::back_inserter(to), "{}", std::strtod(rounded, nullptr));
    if (to.ends_with(".0")) to.resize(to.size() - 2);
}

void append_optional(std::string& to, const std::optional<double>& value, int digits) {
    if (value)
        append_number(to, *value, digits);
    else
        to += "null";
}

std::optional<double> number(const ordered_json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_number()) return std::nullopt;
    return at->get<double>();
}

/// The names of all figures, in the order in which cells mention them.
class metric_table {
public:
    explicit metric_table(const ordered_json& cells) {
        for (const auto& cell : cells)
            for (const auto& [key, summary] : cell.at("summary").items()) {
                if (!index_.emplace(key, index_.size()).second) continue;
                ordered_json row{{"key", key}};
                for (const char* field : {"unit", "better", "source"})
                    if (summary.contains(field)) row[field] = summary[field];
                rows_.push_back(std::move(row));
            }
    }

    const ordered_json& rows() const { return rows_; }

    std::optional<std::size_t> find(const std::string& key) const {
        const auto at = index_.find(key);
        return at == index_.end() ? std::nullopt : std::optional(at->second);
    }

private:
    std::unordered_map<std::string, std::size_t> index_;
    ordered_json rows_ = ordered_json::array();
};

/// The spawns of one cell, turned into columns.
class spawn_columns {
public:
    spawn_columns(const std::vector<const ordered_json*>& spawns, const metric_table& metrics)
        : count_(spawns.size()) {
        for (std::size_t row = 0; row < count_; ++row) {
            const ordered_json& entry = *spawns[row];
            for (const auto& [key, value] : entry.items()) {
                if (!value.is_number()) continue;
                if (const auto at = metrics.find(key)) put(figures_[*at], row, value);
            }
            add_block(entry.at("ipc"), row);
        }
        if (count_ > 0) notes_ = notes_of(spawns.front()->at("ipc"));
    }

    bool has(std::size_t metric) const { return figures_.count(metric) > 0; }

    std::string text() const {
        std::string to = fmt::format("{{\"count\":{}", count_);
        for (const auto& [key, values] : plain_)
            append(to, key, values, key == "t_start_s" ? spawn_digits + 2 : digits_of(key));
        append_words(to);
        append_group(to, "noise", noise_);
        if (!notes_.empty()) to += ",\"notes\":" + plain(notes_);
        to += ",\"figures\":{";
        bool first = true;
        for (const auto& [metric, values] : figures_) {
            to += fmt::format("{}\"{}\":", first ? "" : ",", metric);
            append_column(to, values, spawn_digits);
            first = false;
        }
        return to + "}}";
    }

private:
    static int digits_of(std::string_view key) {
        return key == "sequence" || key == "round" ? 15 : spawn_digits;
    }

    void put(column& to, std::size_t row, const ordered_json& value) const {
        if (to.empty()) to.resize(count_);
        to[row] = value.get<double>();
    }

    void add_block(const ordered_json& ipc, std::size_t row) {
        for (const auto& [key, value] : ipc.items()) {
            if (key == "sequence" || key == "round" || key == "t_start_s" || key == "messages" ||
                key == "elapsed_ns") {
                if (value.is_number()) put(plain_[key], row, value);
            } else if (key == "quality" && value.is_string()) {
                quality_.resize(count_);
                quality_[row] = value;
            } else if (key == "flags" && value.is_array() && !value.empty()) {
                flags_.resize(count_, ordered_json::array());
                flags_[row] = value;
            } else if (key == "noise" && value.is_object()) {
                for (const auto& [name, share] : value.items())
                    if (share.is_number()) put(noise_[name], row, share);
            }
        }
    }

    static ordered_json notes_of(const ordered_json& ipc) {
        ordered_json notes = ordered_json::array();
        for (const auto& peer : ipc.at("peers"))
            if (const auto at = peer.find("notes");
                at != peer.end() && at->is_object() && !at->empty())
                notes.push_back({{"role", peer.at("role")}, {"notes", *at}});
        return notes;
    }

    static void append_column(std::string& to, const column& values, int digits) {
        bool constant = true;
        for (const auto& value : values)
            constant = constant && value == values.front();
        if (constant) return append_optional(to, values.front(), digits);
        to += '[';
        for (std::size_t row = 0; row < values.size(); ++row) {
            if (row > 0) to += ',';
            append_optional(to, values[row], digits);
        }
        to += ']';
    }

    static void append(std::string& to, std::string_view key, const column& values, int digits) {
        to += ",\"" + std::string(key == "t_start_s" ? "start_s" : key) + "\":";
        append_column(to, values, digits);
    }

    static void append_group(std::string& to, const char* name,
                             const std::map<std::string, column>& group) {
        if (group.empty()) return;
        to += fmt::format(",\"{}\":{{", name);
        bool first = true;
        for (const auto& [key, values] : group) {
            to += (first ? "" : ",") + plain(ordered_json(key)) + ":";
            append_column(to, values, 2);
            first = false;
        }
        to += '}';
    }

    void append_words(std::string& to) const {
        if (!quality_.empty()) {
            bool constant = true;
            for (const auto& word : quality_)
                constant = constant && word == quality_.front();
            to += ",\"quality\":" + plain(constant ? quality_.front() : ordered_json(quality_));
        }
        if (!flags_.empty()) to += ",\"flags\":" + plain(ordered_json(flags_));
    }

    std::size_t count_;
    std::map<std::string, column> plain_;
    std::map<std::size_t, column> figures_;
    std::map<std::string, column> noise_;
    std::vector<ordered_json> quality_;
    std::vector<ordered_json> flags_;
    ordered_json notes_ = ordered_json::array();
};

/// What most figures of a cell share.
struct common {
    std::optional<double> n;
    std::optional<double> level;
};

common common_of(const ordered_json& summary) {
    for (const auto& [key, figure] : summary.items())
        if (figure.at("median").is_number()) return {number(figure, "n"), number(figure, "level")};
    return {};
}

void append_figure(std::string& to, std::size_t metric, const ordered_json& figure,
                   const common& shared, bool spawns_tell) {
    std::vector<std::optional<double>> tail{number(figure, "median"),
                                            number(figure, "low"),
                                            number(figure, "high"),
                                            std::nullopt,
                                            std::nullopt,
                                            std::nullopt,
                                            std::nullopt};
    const auto n = number(figure, "n");
    const auto level = number(figure, "level");
    if (n != shared.n) tail[3] = n;
    if (level != shared.level) tail[4] = level;
    if (!spawns_tell) {
        tail[5] = number(figure, "min");
        tail[6] = number(figure, "max");
    }
    while (!tail.empty() && !tail.back())
        tail.pop_back();
    to += fmt::format("[{}", metric);
    for (const auto& value : tail) {
        to += ',';
        append_optional(to, value, cell_digits);
    }
    to += ']';
}

std::string packed_histogram(const ordered_json& histogram) {
    if (!histogram.is_object()) return "null";
    std::string to = "{";
    for (const auto& [key, value] : histogram.items())
        if (key != "bins") to += plain(ordered_json(key)) + ":" + plain(value) + ",";
    to += "\"bins\":[";
    std::uint64_t before = 0;
    bool first = true;
    for (const auto& bin : histogram.at("bins")) {
        const auto index = bin.at(0).get<std::uint64_t>();
        fmt::format_to(std::back_inserter(to), "{}{},{}", first ? "" : ",", index - before,
                       bin.at(1).get<std::uint64_t>());
        before = index;
        first = false;
    }
    return to + "]}";
}

std::string packed_cell(const ordered_json& cell, const metric_table& metrics,
                        const std::vector<const ordered_json*>& spawns) {
    std::string to = "{";
    for (const auto& [key, value] : cell.items())
        if (key != "summary" && key != "histogram")
            to += plain(ordered_json(key)) + ":" + plain(value) + ",";
    const spawn_columns columns(spawns, metrics);
    const common shared = common_of(cell.at("summary"));
    to += "\"n\":";
    append_optional(to, shared.n, cell_digits);
    to += ",\"level\":";
    append_optional(to, shared.level, cell_digits);
    to += ",\"summary\":[";
    bool first = true;
    for (const auto& [key, figure] : cell.at("summary").items()) {
        if (!first) to += ',';
        const auto metric = *metrics.find(key);
        append_figure(to, metric, figure, shared, columns.has(metric));
        first = false;
    }
    to += "],\"histogram\":" + packed_histogram(cell.at("histogram"));
    if (!spawns.empty()) to += ",\"spawns\":" + columns.text();
    return to + "}";
}

}  // namespace

std::string pack_result(const ordered_json& result) {
    std::unordered_map<std::string, std::vector<const ordered_json*>> spawns;
    for (const auto& entry : result.at("benchmarks"))
        spawns[entry.at("ipc").at("cell").get<std::string>()].push_back(&entry);
    const metric_table metrics(result.at("cells"));
    std::string to = "{\"packed\":1";
    for (const auto& [key, value] : result.items())
        if (key != "cells" && key != "benchmarks")
            to += "," + plain(ordered_json(key)) + ":" + plain(value);
    to += ",\"metrics\":" + plain(metrics.rows()) + ",\"cells\":[";
    bool first = true;
    for (const auto& cell : result.at("cells")) {
        const auto own = spawns.find(cell.at("name").get<std::string>());
        to += (first ? "\n" : ",\n") +
              packed_cell(cell, metrics,
                          own == spawns.end() ? std::vector<const ordered_json*>{} : own->second);
        first = false;
    }
    return to + "]}";
}

}  // namespace ipcmark
