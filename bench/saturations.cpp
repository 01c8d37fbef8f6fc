#include "bench/saturations.hpp"

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

}  // namespace

void saturations::measure(const plan& what, const shared_clock& clock, const spawner& run) {
    constexpr int spawns = 3;
    for (const auto& planned : what.cells) {
        if (planned.skipped || !asks_for_a_share(planned.what)) continue;
        const cell stream = stream_of(planned.what);
        if (rates_hz_.contains(stream.name())) continue;
        spawn_request asked;
        asked.what = stream;
        asked.cpus = planned.cpus;
        asked.work = what.timed_effort(stream);
        std::vector<double> rates;
        for (int i = 0; i < spawns; ++i) {
            asked.tag = what.tag((std::uint64_t{1} << 40) + rates_hz_.size() * spawns +
                                 static_cast<std::uint64_t>(i));
            const auto outcome = run(planned.what, asked);
            if (!outcome) return;
            if (outcome->failed || outcome->interrupted) continue;
            const spawn_view view{stream, *outcome, clock};
            if (view.elapsed_ns() > 0) rates.push_back(view.messages() / view.elapsed_ns() * 1e9);
        }
        rates_hz_[stream.name()] = rates.empty() ? 1.0 : median(std::move(rates));
    }
}

std::optional<double> saturations::of(const cell& what) const {
    if (!asks_for_a_share(what)) return std::nullopt;
    const auto at = rates_hz_.find(stream_of(what).name());
    return at == rates_hz_.end() ? 1.0 : at->second;
}

}  // namespace ipcmark
