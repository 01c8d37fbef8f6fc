#include "reports/pack.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/base/json_text.hpp"
#include "harness/result/benchmark_entries.hpp"
#include "harness/result/result_file.hpp"

namespace ipcmark {

namespace {

constexpr int cell_digits = 17;  // every bit, so that all writers round alike
constexpr int repetition_digits = 9;

using column = std::vector<std::optional<double>>;

std::string plain(const tree& value) {
    return json_text(value, -1, true);
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

std::optional<double> number(const tree& object, const char* key) {
    const tree* at = object.find(key);
    if (at == nullptr || !at->is_number()) return std::nullopt;
    return at->as_double();
}

/// The names of all figures, in the order in which cells mention them.
class metric_table {
public:
    explicit metric_table(const tree& cells) {
        for (const auto& cell : cells.elements())
            for (const auto& [key, summary] : cell.at("summary").named()) {
                if (!index_.emplace(key, index_.size()).second) continue;
                tree row{{"key", tree(key)}};
                for (const char* field : {"unit", "better", "source"})
                    if (const tree* found = summary.find(field)) row[field] = *found;
                rows_.push_back(std::move(row));
            }
    }

    const tree& rows() const { return rows_; }

    std::optional<std::size_t> find(const std::string& key) const {
        const auto at = index_.find(key);
        return at == index_.end() ? std::nullopt : std::optional(at->second);
    }

private:
    std::unordered_map<std::string, std::size_t> index_;
    tree rows_ = tree::array();
};

/// The repetitions of one cell, turned into columns.
class repetition_columns {
public:
    repetition_columns(const std::vector<const tree*>& repetitions, const metric_table& metrics)
        : count_(repetitions.size()) {
        for (std::size_t row = 0; row < count_; ++row) {
            const tree& entry = *repetitions[row];
            for (const auto& [key, value] : entry.named()) {
                if (!value.is_number()) continue;
                if (const auto at = metrics.find(key)) put(figures_[*at], row, value);
            }
            for (const char* key : {"real_time", "cpu_time"})
                if (const tree* at = entry.find(key); at != nullptr && at->is_number())
                    put(plain_[key], row, *at);
            add_block(entry.at("ipc"), row);
        }
        if (count_ > 0) notes_ = notes_of(repetitions.front()->at("ipc"));
    }

    /// The repetition that has just this figure.
    std::optional<double> position(std::size_t metric, const std::optional<double>& figure) const {
        const auto own = figures_.find(metric);
        if (own == figures_.end() || !figure) return std::nullopt;
        const auto at = std::find(own->second.begin(), own->second.end(), figure);
        if (at == own->second.end()) return std::nullopt;
        return static_cast<double>(at - own->second.begin());
    }

    std::string text() const {
        std::string to = fmt::format("{{\"count\":{}", count_);
        for (const auto& [key, values] : plain_)
            append(to, key, values, key == "t_start_s" ? repetition_digits + 2 : digits_of(key));
        append_words(to);
        append_group(to, "noise", noise_);
        if (!notes_.empty()) to += ",\"notes\":" + plain(notes_);
        to += ",\"figures\":{";
        bool first = true;
        for (const auto& [metric, values] : figures_) {
            to += fmt::format("{}\"{}\":", first ? "" : ",", metric);
            append_column(to, values, repetition_digits);
            first = false;
        }
        return to + "}}";
    }

private:
    static int digits_of(std::string_view key) {
        return key == "sequence" || key == "round" ? 15 : repetition_digits;
    }

    void put(column& to, std::size_t row, const tree& value) const {
        if (to.empty()) to.resize(count_);
        to[row] = value.as_double();
    }

    void add_block(const tree& ipc, std::size_t row) {
        for (const auto& [key, value] : ipc.named()) {
            if (key == "sequence" || key == "round" || key == "t_start_s" || key == "messages" ||
                key == "elapsed_ns") {
                if (value.is_number()) put(plain_[key], row, value);
            } else if (key == "quality" && value.is_text()) {
                quality_.resize(count_);
                quality_[row] = value;
            } else if (key == "flags" && value.is_list() && !value.empty()) {
                flags_.resize(count_, tree::array());
                flags_[row] = value;
            } else if (key == "noise" && value.is_object()) {
                for (const auto& [name, share] : value.named())
                    if (share.is_number()) put(noise_[name], row, share);
            }
        }
    }

    static tree notes_of(const tree& ipc) {
        tree notes = tree::array();
        for (const auto& peer : ipc.at("peers").elements())
            if (const tree* at = peer.find("notes");
                at != nullptr && at->is_object() && !at->empty())
                notes.push_back(tree{{"role", peer.at("role")}, {"notes", *at}});
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
            to += (first ? "" : ",") + plain(key) + ":";
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
            to += ",\"quality\":" + plain(constant ? quality_.front() : tree(quality_));
        }
        if (!flags_.empty()) to += ",\"flags\":" + plain(tree(flags_));
    }

    std::size_t count_;
    std::map<std::string, column> plain_;
    std::map<std::size_t, column> figures_;
    std::map<std::string, column> noise_;
    std::vector<tree> quality_;
    std::vector<tree> flags_;
    tree notes_ = tree::array();
};

/// What most figures of a cell share.
struct common {
    std::optional<double> n;
    std::optional<double> level;
};

common common_of(const tree& summary) {
    for (const auto& [key, figure] : summary.named())
        if (figure.at("median").is_number()) return {number(figure, "n"), number(figure, "level")};
    return {};
}

void append_figure(std::string& to, std::size_t metric, const tree& figure, const common& shared,
                   const repetition_columns& columns) {
    std::vector<std::optional<double>> tail{number(figure, "median"), number(figure, "low"),
                                            number(figure, "high")};
    tail.resize(10);
    const auto n = number(figure, "n");
    const auto level = number(figure, "level");
    if (n != shared.n) tail[3] = n;
    if (level != shared.level) tail[4] = level;
    for (const auto& [at, key] : {std::pair{5, "min"}, std::pair{6, "max"}}) {
        const auto extreme = number(figure, key);
        const auto position = columns.position(metric, extreme);
        tail[static_cast<std::size_t>(position ? at + 3 : at)] = position ? position : extreme;
    }
    if (const tree* pooled = figure.find("pooled"); pooled != nullptr && *pooled == tree(true))
        tail[7] = 1;
    while (!tail.empty() && !tail.back())
        tail.pop_back();
    to += fmt::format("[{}", metric);
    for (const auto& value : tail) {
        to += ',';
        append_optional(to, value, cell_digits);
    }
    to += ']';
}

std::string packed_histogram(const tree& histogram) {
    if (!histogram.is_object()) return "null";
    std::string to = "{";
    for (const auto& [key, value] : histogram.named())
        if (key != "bins") to += plain(key) + ":" + plain(value) + ",";
    to += "\"bins\":[";
    std::uint64_t before = 0;
    bool first = true;
    for (const auto& bin : histogram.at("bins").elements()) {
        const auto index = bin.elements()[0].as_uint();
        fmt::format_to(std::back_inserter(to), "{}{},{}", first ? "" : ",", index - before,
                       bin.elements()[1].as_uint());
        before = index;
        first = false;
    }
    return to + "]}";
}

std::string packed_cell(const tree& cell, const metric_table& metrics,
                        const std::vector<const tree*>& repetitions) {
    std::string to = "{";
    for (const auto& [key, value] : cell.named())
        if (key != "summary" && key != "histogram") to += plain(key) + ":" + plain(value) + ",";
    const repetition_columns columns(repetitions, metrics);
    const common shared = common_of(cell.at("summary"));
    to += "\"n\":";
    append_optional(to, shared.n, cell_digits);
    to += ",\"level\":";
    append_optional(to, shared.level, cell_digits);
    to += ",\"summary\":[";
    bool first = true;
    for (const auto& [key, figure] : cell.at("summary").named()) {
        if (!first) to += ',';
        const auto metric = *metrics.find(key);
        append_figure(to, metric, figure, shared, columns);
        first = false;
    }
    to += "],\"histogram\":" + packed_histogram(cell.at("histogram"));
    if (!repetitions.empty()) to += ",\"repetitions\":" + columns.text();
    return to + "}";
}

/// By cell, in the order in which they ran.
std::unordered_map<std::string, std::vector<const tree*>> repetitions_of(const tree& result) {
    std::unordered_map<std::string, std::vector<const tree*>> repetitions;
    for (const char* list : {"benchmarks", "set_aside"})
        for (const auto& entry : result.at(list).elements())
            if (is_repetition(entry))
                repetitions[entry.at("ipc").at("cell").as_text()].push_back(&entry);
    const auto sequence = [](const tree* entry) {
        return entry->at("ipc").at("sequence").as_uint();
    };
    for (auto& [cell, own] : repetitions)
        std::stable_sort(own.begin(), own.end(),
                         [&](const tree* a, const tree* b) { return sequence(a) < sequence(b); });
    return repetitions;
}

}  // namespace

std::string pack_result(const run_result& of) {
    const tree result = to_tree(of);
    const auto repetitions = repetitions_of(result);
    const metric_table metrics(result.at("cells"));
    std::string to = "{\"packed\":1";
    for (const auto& [key, value] : result.named())
        if (key != "cells" && key != "benchmarks" && key != "set_aside")
            to += "," + plain(key) + ":" + plain(value);
    to += ",\"metrics\":" + plain(metrics.rows()) + ",\"cells\":[";
    bool first = true;
    for (const auto& cell : result.at("cells").elements()) {
        const auto own = repetitions.find(cell.at("name").as_text());
        to += (first ? "\n" : ",\n") +
              packed_cell(cell, metrics,
                          own == repetitions.end() ? std::vector<const tree*>{} : own->second);
        first = false;
    }
    return to + "]}";
}

}  // namespace ipcmark
