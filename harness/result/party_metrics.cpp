#include <algorithm>

#include "harness/result/pattern_metrics.hpp"

namespace ipcmark {

namespace {

/// Messages of each of several: of the parties that count, or of the sources of the one that does.
std::vector<double> messages_of_each(const repetition_view& v) {
    std::vector<double> each_of;
    if (v.counting_parties() > 1) {
        v.repetition.for_each_of(pattern_of(v.what.kind).counted_by, [&](const worker_report& one) {
            each_of.push_back(static_cast<double>(one.measured.messages));
        });
    } else {
        for (const source_count& one : v.consumer().sources)
            each_of.push_back(static_cast<double>(one.messages));
    }
    return each_of;
}

optional_figure fairness(const repetition_view& v) {
    const auto each_of = messages_of_each(v);
    if (each_of.size() < 2) return std::nullopt;
    const auto [least, greatest] = std::minmax_element(each_of.begin(), each_of.end());
    return *greatest > 0 ? optional_figure(*least / *greatest) : std::nullopt;
}

optional_figure exchange_rate(const repetition_view& v) {
    const bool counts = pattern_of(v.what.kind).plain_exchange() && v.counting_parties() > 1;
    if (!counts || v.elapsed_ns() <= 0) return std::nullopt;
    return v.messages() / v.elapsed_ns() * 1e9;
}

/// None where one of them has none.
template <class Choose>
optional_figure median_of_one(const repetition_view& v, Choose choose) {
    if (v.counting_parties() < 2) return std::nullopt;
    std::vector<double> medians;
    bool all_tell = true;
    v.repetition.for_each_of(pattern_of(v.what.kind).counted_by, [&](const worker_report& each) {
        const auto median = each.latencies.supported_quantile_ns(0.5);
        all_tell = all_tell && median;
        medians.push_back(median.value_or(0));
    });
    if (!all_tell) return std::nullopt;
    return *choose(medians.begin(), medians.end());
}

optional_figure quickest_median(const repetition_view& v) {
    return median_of_one(v, [](auto begin, auto end) { return std::min_element(begin, end); });
}

optional_figure slowest_median(const repetition_view& v) {
    return median_of_one(v, [](auto begin, auto end) { return std::max_element(begin, end); });
}

}  // namespace

const std::vector<metric>& party_metrics() {
    static const std::vector<metric> table{
        {"exchanges_per_second", "round trips", "in a second, of all clients", "1/s",
         better::higher, stamps, exchange_rate, 0.05, true},
        {"fairness", "least to greatest", "fewest messages of a party, of the most of one", "share",
         better::higher, "sequence numbers", fairness, 0, true},
        {"quickest_p50_ns", "quickest p50", "lowest median of a party", "ns", better::lower, stamps,
         quickest_median, 0, true},
        {"slowest_p50_ns", "slowest p50", "highest median of a party", "ns", better::lower, stamps,
         slowest_median, 0, true},
    };
    return table;
}

}  // namespace ipcmark
