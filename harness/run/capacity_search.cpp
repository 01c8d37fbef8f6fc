#include "harness/run/capacity_search.hpp"

#include <algorithm>
#include <vector>

#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

bool asks_for_a_share(const cell& what) {
    return is_share_of_capacity(what.varied);
}

cell stream_of(const cell& what) {
    cell stream = what;
    stream.kind = pattern_of(what.kind).plain.value();
    stream.varied = {};
    return stream;
}

/// What three repetitions of a cell gave.
struct trial {
    std::vector<double> rates_hz;   // as the consumer saw them
    std::optional<failure> failed;  // the last that did
};

/// nullopt: the run is over.
std::optional<trial> try_rates(const planned_cell& planned, const cell& as, const effort& work,
                               const plan& what, const shared_clock& clock, std::uint64_t& sequence,
                               const capacity_search::spawner& run) {
    constexpr int repetitions = 3;
    launch_request asked;
    asked.what = as;
    asked.parties = planned.parties;
    asked.work = work;
    trial done;
    for (int i = 0; i < repetitions; ++i) {
        asked.tag = what.tag(sequence++);
        const auto outcome = run(planned.what, asked);
        if (!outcome || outcome->interrupted) return std::nullopt;
        if (outcome->failed) {
            done.failed = outcome->failed;
            continue;
        }
        const repetition_view view{as, *outcome, clock};
        if (view.messages() > 0 && view.elapsed_ns() > 0)
            done.rates_hz.push_back(view.messages() / view.elapsed_ns() * 1e9);
    }
    return done;
}

failure not_measured(const trial& done) {
    constexpr std::string_view sentence =
        "the rate that its load is a share of could not be measured: ";
    if (!done.failed)
        return {status::failed, "error", "", std::string(sentence) + "no message arrived"};
    failure why = *done.failed;
    why.text.insert(0, sentence);
    return why;
}

}  // namespace

void capacity_search::measure(const plan& what, const shared_clock& clock, const spawner& run) {
    std::uint64_t sequence = std::uint64_t{1} << 40;  // no repetition of the rounds has these tags
    for (const auto& planned : what.cells) {
        if (planned.skipped || !asks_for_a_share(planned.what)) continue;
        const cell stream = stream_of(planned.what);
        planned_cell as_stream = planned;
        as_stream.what = stream;
        const std::string name = stream.name();
        if (by_stream_.contains(name)) continue;
        const auto streamed =
            try_rates(planned, stream, what.timed_effort(as_stream), what, clock, sequence, run);
        if (!streamed) return;
        if (streamed->rates_hz.empty()) {
            by_stream_[name].none = not_measured(*streamed);
            continue;
        }
        // More than the stream carries is offered, and what comes through is the most there is.
        const double stream_hz = median(streamed->rates_hz);
        effort flood = what.timed_effort(planned, 1.0);
        flood.pace.rate_hz = stream_hz;
        flood.pace.poisson = false;
        const auto paced = try_rates(planned, planned.what, flood, what, clock, sequence, run);
        if (!paced) return;
        if (paced->rates_hz.empty())
            by_stream_[name].none = not_measured(*paced);
        else
            by_stream_[name].rate_hz = std::min(stream_hz, median(paced->rates_hz));
    }
}

std::optional<double> capacity_search::of(const cell& what) const {
    if (!asks_for_a_share(what)) return std::nullopt;
    const auto at = by_stream_.find(stream_of(what).name());
    return at == by_stream_.end() || at->second.none ? std::nullopt
                                                     : std::optional(at->second.rate_hz);
}

std::optional<failure> capacity_search::why_unknown(const cell& what) const {
    if (!asks_for_a_share(what)) return std::nullopt;
    const auto at = by_stream_.find(stream_of(what).name());
    if (at == by_stream_.end())
        return failure{status::failed, "interrupted", "",
                       "the run ended before the rate that its load is a share of was measured"};
    return at->second.none;
}

}  // namespace ipcmark
