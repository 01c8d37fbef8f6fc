#include <fmt/format.h>
#include <stdexcept>

#include "harness/analysis/latency_distribution.hpp"
#include "reports/export/export_format.hpp"

namespace ipcmark {

namespace {

std::string distribution_text(const cell_result& cell, const latency_distribution& of) {
    const auto& quantiles = distribution_quantiles();
    std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
    for (std::size_t i = 0; i < of.ns.size(); ++i) {
        const bool last = i + 1 == of.ns.size();
        const double q = last ? 1 : quantiles[i];
        text += fmt::format("{:>12.3f} {:.12f} {:>10} {:>14}\n", of.ns[i], q, of.counts[i],
                            last ? "inf" : fmt::format("{:.2f}", 1 / (1 - q)));
    }
    const histogram_info& bins = *cell.histogram;
    return text + fmt::format(
                      "#[Mean    = {:>12.3f}, StdDeviation   = {:>12.3f}]\n"
                      "#[Max     = {:>12.3f}, Total count    = {:>12}]\n"
                      "#[Buckets = {:>12}, SubBuckets     = {:>12}]\n",
                      of.mean_ns, of.deviation_ns, of.greatest_ns, bins.count, bins.bins.size(),
                      std::uint64_t{1} << bins.sub_bucket_bits);
}

}  // namespace

std::string export_hgrm(const view_model& model) {
    const cell_result* found = nullptr;
    std::string text;
    for (const cell_result& cell : model.results.front().result.cells) {
        const auto of = distribution_of(cell);
        if (!of) continue;
        if (found != nullptr)
            throw std::invalid_argument("hgrm holds one cell, and there are " + found->name +
                                        " and " + cell.name + "; --filter names one");
        found = &cell;
        text = distribution_text(cell, *of);
    }
    if (found == nullptr) throw std::invalid_argument("no cell has latencies");
    return text;
}

}  // namespace ipcmark
