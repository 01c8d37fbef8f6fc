#include "harness/result/metric_summary.hpp"

#include "harness/stats/order.hpp"

namespace ipcmark {

std::optional<metric_summary> summary_of(const std::vector<double>& values, std::string_view of,
                                         std::string_view unit, std::string_view better,
                                         std::string_view source) {
    const auto s = summarise(values);
    if (!s) return std::nullopt;
    metric_summary summary;
    summary.n = s->n;
    summary.median = s->median;
    summary.low = s->low;
    summary.high = s->high;
    summary.min = s->min;
    summary.max = s->max;
    summary.level = s->coverage;
    summary.method =
        (s->low ? "order statistics over " : "too few for an interval: fewer than 6 ") +
        std::string(of);
    if (s->n_eff < static_cast<double>(s->n)) {
        summary.n_eff = s->n_eff;
        summary.method += ", widened since neighbours correlate";
    }
    summary.unit = unit;
    summary.better = better;
    summary.source = source;
    return summary;
}

}  // namespace ipcmark
