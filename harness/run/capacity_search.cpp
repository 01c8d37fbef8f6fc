#include "harness/run/capacity_search.hpp"

#include <algorithm>
#include <vector>

#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

bool asks_for_a_share(const cell& what) {
    return what.kind == pattern::paced && what.varied.name == "load";
}

cell stream_of(const cell& what) {
    cell stream = what;
    stream.kind = pattern::one_way;
    stream.varied = {};
    return stream;
}

/// The median rate of three spawns as the consumer saw them; nullopt: the run is over.
std::optional<double> median_rate(const planned_cell& planned, const cell& as, const effort& work,
                                  const plan& what, const shared_clock& clock,
                                  std::uint64_t& sequence, const saturations::spawner& run) {
    constexpr int spawns = 3;
    spawn_request asked;
    asked.what = as;
    asked.cpus = planned.cpus;
    asked.work = work;
    std::vector<double> rates;
    for (int i = 0; i < spawns; ++i) {
        asked.tag = what.tag(sequence++);
        const auto outcome = run(planned.what, asked);
        if (!outcome) return std::nullopt;
        if (outcome->failed || outcome->interrupted) continue;
        const spawn_view view{as, *outcome, clock};
        if (view.elapsed_ns() > 0) rates.push_back(view.messages() / view.elapsed_ns() * 1e9);
    }
    return rates.empty() ? 1.0 : median(std::move(rates));
}

}  // namespace

void saturations::measure(const plan& what, const shared_clock& clock, const spawner& run) {
    std::uint64_t sequence = std::uint64_t{1} << 40;  // no spawn of the rounds has these tags
    for (const auto& planned : what.cells) {
        if (planned.skipped || !asks_for_a_share(planned.what)) continue;
        const cell stream = stream_of(planned.what);
        if (rates_hz_.contains(stream.name())) continue;
        const auto streamed =
            median_rate(planned, stream, what.timed_effort(stream), what, clock, sequence, run);
        if (!streamed) return;
        // More than the stream carries is offered, and what comes through is the most there is.
        effort flood = what.timed_effort(planned.what, 1.0);
        flood.pace.rate_hz = *streamed;
        flood.pace.poisson = false;
        const auto paced = median_rate(planned, planned.what, flood, what, clock, sequence, run);
        if (!paced) return;
        rates_hz_[stream.name()] = std::min(*streamed, *paced);
    }
}

std::optional<double> saturations::of(const cell& what) const {
    if (!asks_for_a_share(what)) return std::nullopt;
    const auto at = rates_hz_.find(stream_of(what).name());
    return at == rates_hz_.end() ? 1.0 : at->second;
}

}  // namespace ipcmark
