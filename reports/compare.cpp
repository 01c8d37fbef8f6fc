#include "reports/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

/// Smaller differences are noise where the results do not say better.
constexpr double usual_theta = 1.05;

constexpr std::array<const char*, 5> verdict_order{"worse", "better", "unclear", "no interval",
                                                   "level"};

std::optional<double> number(const ordered_json& figure, const char* key) {
    const auto at = figure.find(key);
    if (at == figure.end() || !at->is_number()) return std::nullopt;
    return at->get<double>();
}

double theta_of(const ordered_json& result) {
    const auto noise = result.find("noise");
    if (noise == result.end() || !noise->is_object()) return usual_theta;
    return number(*noise, "smallest_ratio").value_or(usual_theta);
}

std::string judge(double ratio, double low, double high, double theta, bool lower_is_better) {
    const bool apart = low > 1 || high < 1;
    const bool large = ratio >= theta || ratio <= 1 / theta;
    if (apart && large) return (ratio < 1) == lower_is_better ? "better" : "worse";
    return low >= 1 / theta && high <= theta ? "level" : "unclear";
}

std::optional<compared> compare_cells(const ordered_json& before, const ordered_json& after,
                                      const figure& what, double theta) {
    const auto a = median_of(before, what.key);
    const auto b = median_of(after, what.key);
    if (!a || !b || *a <= 0 || *b <= 0) return std::nullopt;
    compared row{after.at("name"), *a, *b, *b / *a, {}, {}, "no interval", 0};
    const auto& x = before.at("summary").at(what.key);
    const auto& y = after.at("summary").at(what.key);
    const auto a_low = number(x, "low"), a_high = number(x, "high");
    const auto b_low = number(y, "low"), b_high = number(y, "high");
    if (!a_low || !a_high || !b_low || !b_high || *a_low <= 0 || *b_low <= 0) return row;
    row.low = *b_low / *a_high;
    row.high = *b_high / *a_low;
    row.verdict = judge(row.ratio, *row.low, *row.high, theta, what.lower_is_better);
    row.significance =
        std::abs(std::log(row.ratio)) / std::max(std::log(*row.high / *row.low) / 2, 1e-6);
    return row;
}

std::ptrdiff_t order_of(const std::string& verdict) {
    return std::find(verdict_order.begin(), verdict_order.end(), verdict) - verdict_order.begin();
}

std::string text_of(const ordered_json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::vector<comparison> compare_results(const ordered_json& before, const ordered_json& after) {
    const double theta = std::max({usual_theta, theta_of(before), theta_of(after)});
    std::unordered_map<std::string, const ordered_json*> old;
    for (const auto& cell : before.at("cells"))
        old[cell.at("name").get<std::string>() + "/" + cell.at("touch").get<std::string>()] = &cell;
    std::vector<comparison> all;
    for (const figure& what : table_figures()) {
        comparison one{what, {}};
        for (const auto& cell : after.at("cells")) {
            if (cell.at("pattern") != what.pattern || cell.at("transport") == instrument_name)
                continue;
            const auto at = old.find(cell.at("name").get<std::string>() + "/" +
                                     cell.at("touch").get<std::string>());
            if (at == old.end()) continue;
            if (auto row = compare_cells(*at->second, cell, what, theta))
                one.cells.push_back(std::move(*row));
        }
        std::stable_sort(one.cells.begin(), one.cells.end(), [](const auto& x, const auto& y) {
            const auto p = order_of(x.verdict), q = order_of(y.verdict);
            return p != q ? p < q : x.significance > y.significance;
        });
        if (!one.cells.empty()) all.push_back(std::move(one));
    }
    return all;
}

std::vector<std::string> environment_differences(const ordered_json& before,
                                                 const ordered_json& after) {
    std::vector<std::string> lines;
    const auto compare = [&](const ordered_json& x, const ordered_json& y) {
        for (const auto& [key, value] : y.items()) {
            const auto at = x.find(key);
            if (at == x.end() || *at != value)
                lines.push_back(fmt::format("{}: {} -> {}", key,
                                            at == x.end() ? "not recorded" : text_of(*at),
                                            text_of(value)));
        }
    };
    const auto& x = before.at("environment");
    const auto& y = after.at("environment");
    compare(x.at("identity"), y.at("identity"));
    compare(x.at("ipc_limits"), y.at("ipc_limits"));
    const ordered_json x_build{{"version", before.at("build").at("version")},
                               {"compiler", before.at("build").at("compiler")},
                               {"flags", before.at("build").at("flags")},
                               {"revision", before.at("build").at("git").at("revision")}};
    const ordered_json y_build{{"version", after.at("build").at("version")},
                               {"compiler", after.at("build").at("compiler")},
                               {"flags", after.at("build").at("flags")},
                               {"revision", after.at("build").at("git").at("revision")}};
    compare(x_build, y_build);
    return lines;
}

std::string verdict_counts(const comparison& of) {
    std::string text;
    for (const char* verdict : verdict_order) {
        const auto count =
            std::count_if(of.cells.begin(), of.cells.end(),
                          [&](const compared& cell) { return cell.verdict == verdict; });
        if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, verdict);
    }
    return text;
}

}  // namespace ipcmark
