#include <algorithm>
#include <cmath>
#include <set>

#include "harness/base/units.hpp"
#include "reports/view/parts.hpp"

namespace ipcmark {

namespace {

constexpr double ns_per_s = 1e9;

struct measured_streams {
    std::set<std::size_t> payloads;
    double least_ns = HUGE_VAL;  // a message
    double most_ns = 0;
};

measured_streams streams_of(const run_result& result) {
    measured_streams found;
    for (const auto& cell : result.cells) {
        if (pattern_of(cell.kind).loop != pattern_loop::stream || cell.payload_bytes == 0) continue;
        const auto rate =
            cell.ended == status::ok ? cell.median("messages_per_second") : std::optional<double>();
        if (!rate || *rate <= 0) continue;
        found.payloads.insert(cell.payload_bytes);
        found.least_ns = std::min(found.least_ns, ns_per_s / *rate);
        found.most_ns = std::max(found.most_ns, ns_per_s / *rate);
    }
    return found;
}

std::string round_time(double ns) {
    std::string text = time_text(ns);
    if (const auto point = text.find('.'); point != std::string::npos)
        text.erase(point, text.find(' ') - point);
    return text;
}

}  // namespace

std::vector<equal_cost> equal_costs_of(const run_result& result) {
    const measured_streams streams = streams_of(result);
    std::vector<equal_cost> lines;
    if (streams.payloads.size() < 2) return lines;
    for (double ns = 1; ns <= streams.most_ns; ns *= 10) {
        if (ns < streams.least_ns) continue;
        equal_cost line{round_time(ns) + " a message", ns_per_s / ns, {}};
        for (std::size_t bytes = *streams.payloads.begin(); bytes <= *streams.payloads.rbegin();
             bytes *= 2)
            line.bytes_per_second.emplace_back(
                bytes, line.messages_per_second * static_cast<double>(bytes));
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace ipcmark
