#include "reports/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "harness/plan/sizes.hpp"
#include "reports/units.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

struct style {
    bool colour;
    std::string bold(const std::string& text) const { return wrap("1", text); }
    std::string dim(const std::string& text) const { return wrap("2", text); }
    std::string best(const std::string& text) const { return wrap("1;36", text); }

private:
    std::string wrap(const char* code, const std::string& text) const {
        return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
    }
};

/// One figure's table: rows are mechanisms, columns are payloads, for one pattern and placement.
struct figure {
    const char* title;
    const char* pattern;
    const char* key;
    std::string (*text)(double);
    bool lower_is_better;
};

constexpr figure figures[] = {
    {"round trip, p50", "round_trip", "p50_ns", time_text, true},
    {"round trip, p99", "round_trip", "p99_ns", time_text, true},
    {"one way, bandwidth", "one_way", "bytes_per_second", bandwidth_text, false},
    {"one way, messages", "one_way", "messages_per_second", rate_text, false},
    {"round trip, context switches per message", "round_trip", "switches_per_message", number_text,
     true},
    {"round trip, CPU per message (both processes)", "round_trip", "cpu_ns_per_message", time_text,
     true},
};

std::optional<double> median_of(const ordered_json& cell, const char* key) {
    const auto& summary = cell.at("summary");
    const auto at = summary.find(key);
    if (at == summary.end() || !at->is_object() || !at->at("median").is_number())
        return std::nullopt;
    return at->at("median").get<double>();
}

/// A word for a cell without a figure.
std::string absence(const ordered_json& cell, const char* key) {
    const auto status = cell.at("status").get<std::string>();
    if (status == "ok")
        return cell.at("pattern") == "round_trip" && key[0] == 'p' ? "few samples" : "-";
    if (status == "skipped" && cell.at("reason").is_object()) return cell.at("reason").at("code");
    return status;
}

class grid {
public:
    grid(const ordered_json& result, const figure& what, const std::string& placement) {
        for (const auto& cell : result.at("cells")) {
            if (cell.at("pattern") != what.pattern || cell.at("placement") != placement) continue;
            const auto bytes = cell.at("payload_bytes").get<std::size_t>();
            const auto name = cell.at("transport").get<std::string>();
            if (rows_.count(name) == 0) order_.push_back(name);
            rows_[name][bytes] = &cell;
            payloads_.insert(bytes);
            if (const auto value = median_of(cell, what.key); value && name != "null")
                note_best(bytes, *value, what);
        }
    }

    std::string render(const figure& what, const style& look) const {
        constexpr std::size_t cell_width = 14;
        std::size_t name_width = 12;
        for (const auto& name : order_)
            name_width = std::max(name_width, name.size());
        std::string text(name_width, ' ');
        for (const auto bytes : payloads_)
            text += fmt::format("{:>{}}", payload_text(bytes), cell_width);
        text += '\n';
        for (const auto& name : order_) {
            text += fmt::format("{:<{}}", name, name_width);
            for (const auto bytes : payloads_)
                text += render_cell(name, bytes, what, look, cell_width);
            text += '\n';
        }
        return text;
    }

    bool empty() const { return best_.empty(); }

private:
    void note_best(std::size_t bytes, double value, const figure& what) {
        const auto [at, fresh] = best_.emplace(bytes, value);
        if (!fresh)
            at->second =
                what.lower_is_better ? std::min(at->second, value) : std::max(at->second, value);
    }

    std::string render_cell(const std::string& name, std::size_t bytes, const figure& what,
                            const style& look, std::size_t width) const {
        const auto& row = rows_.at(name);
        const auto at = row.find(bytes);
        if (at == row.end()) return std::string(width, ' ');
        const auto value = median_of(*at->second, what.key);
        const auto padded = fmt::format(
            "{:>{}}", value ? what.text(*value) : absence(*at->second, what.key), width);
        if (!value) return look.dim(padded);
        const bool is_best = name != "null" && *value == best_.at(bytes);
        return is_best ? look.best(padded) : padded;
    }

    std::vector<std::string> order_;
    std::map<std::string, std::map<std::size_t, const ordered_json*>> rows_;
    std::set<std::size_t> payloads_;
    std::map<std::size_t, double> best_;
};

std::string render_tables(const ordered_json& result, const style& look) {
    std::vector<std::string> placements;
    for (const auto& cell : result.at("cells")) {
        const auto name = cell.at("placement").get<std::string>();
        if (std::find(placements.begin(), placements.end(), name) == placements.end())
            placements.push_back(name);
    }
    std::string text;
    for (const auto& placement : placements)
        for (const figure& what : figures) {
            const grid table(result, what, placement);
            if (table.empty()) continue;
            text += look.bold(fmt::format("{} ({})", what.title, placement)) + "\n";
            text += table.render(what, look) + "\n";
        }
    return text;
}

/// Cells without a figure, those with the same reason on one line.
std::string render_absences(const ordered_json& result, const style& look) {
    std::map<std::string, std::vector<std::string>> by_reason;
    for (const auto& cell : result.at("cells")) {
        if (cell.at("status") == "ok") continue;
        const auto& reason = cell.at("reason");
        const auto text =
            reason.is_object() ? reason.at("text").get<std::string>() : "no reason recorded";
        by_reason[cell.at("status").get<std::string>() + ": " + text].push_back(cell.at("name"));
    }
    if (by_reason.empty()) return {};
    std::string text = look.bold("Cells without a figure") + "\n";
    for (const auto& [reason, cells] : by_reason) {
        text += "  " + cells.front();
        if (cells.size() > 1) text += fmt::format(" and {} more", cells.size() - 1);
        text += "\n      " + reason + "\n";
    }
    return text + "\n";
}

std::string incomplete_reason(const ordered_json& result) {
    const auto at = result.find("incomplete_reason");
    return at != result.end() && at->is_string() ? at->get<std::string>() : "the run did not end";
}

std::string render_trust(const ordered_json& result) {
    const auto& plan = result.at("plan");
    const auto& run = result.at("run");
    const auto rounds = plan.at("rounds").get<std::uint64_t>();
    std::string text = fmt::format(
        "{} spawns in {:.0f} s, {:.0f} % of it measuring; {} rounds{}; seed {}; clock {} ({:.0f} "
        "ns a stamp)\n",
        run.at("spawns").get<std::uint64_t>(), run.at("elapsed_s").get<double>(),
        100 * run.at("measuring_s").get<double>() /
            std::max(run.at("elapsed_s").get<double>(), 1e-9),
        rounds, rounds < 6 ? " (indicative: an interval needs 6 or more)" : "",
        plan.at("seed").get<std::string>(), result.at("clock").at("source").get<std::string>(),
        result.at("clock").at("stamp_cost_ns").get<double>());
    if (!result.at("complete").get<bool>())
        text += "INCOMPLETE: " + incomplete_reason(result) + "\n";
    if (!result.at("build").at("optimised").get<bool>())
        text +=
            "THIS BUILD IS NOT OPTIMISED: its figures mean nothing; build with "
            "-DCMAKE_BUILD_TYPE=Release\n";
    return text;
}

}  // namespace

std::string render_text(const ordered_json& result, bool colour) {
    const style look{colour};
    return render_tables(result, look) + render_absences(result, look) + render_trust(result);
}

}  // namespace ipcmark
