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

template <class Choose>
optional_figure share(const repetition_view& v, Choose choose) {
    const auto each_of = messages_of_each(v);
    double all = 0;
    for (const double messages : each_of)
        all += messages;
    if (each_of.size() < 2 || all <= 0) return std::nullopt;
    return *choose(each_of.begin(), each_of.end()) / all;
}

optional_figure least_share(const repetition_view& v) {
    return share(v, [](auto begin, auto end) { return std::min_element(begin, end); });
}

optional_figure greatest_share(const repetition_view& v) {
    return share(v, [](auto begin, auto end) { return std::max_element(begin, end); });
}

optional_figure fairness(const repetition_view& v) {
    const auto least = least_share(v);
    const auto greatest = greatest_share(v);
    if (!least || !greatest) return std::nullopt;
    return *least / *greatest;
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
        {"exchanges_per_second", "round trips", "round trips of all clients in a second", "1/s",
         better::higher, stamps, exchange_rate, 0.05, true},
        {"fairness", "least to greatest",
         "messages of the party that got least through, of what the one with the most got", "share",
         better::higher, "sequence numbers, by producer", fairness, 0, true},
        {"least_share", "least share", "share of all messages of the party that got least through",
         "share", better::higher, "sequence numbers, by producer", least_share},
        {"greatest_share", "greatest share",
         "share of all messages of the party that got most through", "share", better::lower,
         "sequence numbers, by producer", greatest_share},
        {"quickest_p50_ns", "p50 of the quickest", "median of the party that has the lowest", "ns",
         better::lower, stamps, quickest_median, 0, true},
        {"slowest_p50_ns", "p50 of the slowest", "median of the party that has the highest", "ns",
         better::lower, stamps, slowest_median, 0, true},
    };
    return table;
}

}  // namespace ipcmark
