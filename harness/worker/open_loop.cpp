#include "harness/worker/open_loop.hpp"

#include <algorithm>

namespace ipcmark {

namespace {

struct row {
    std::uint64_t due;
    std::uint64_t sent;
};

row read(const timetable& table, std::size_t index) {
    const timetable::stamps& stamps = table[index];
    return {stamps.due.load(std::memory_order_relaxed),
            stamps.sent.load(std::memory_order_relaxed)};
}

double per_second(std::size_t messages, std::int64_t ns) {
    return static_cast<double>(messages) / static_cast<double>(ns) * 1e9;
}

/// Histograms of one phase, besides the response times.
struct phase_view {
    histogram from_sending;
    histogram lags;
    histogram drains;        // burst: from due to the last one's arrival
    histogram first_decile;  // of the response times, in the order of the schedule
    histogram last_decile;

    void note(const histogram& responses, std::map<std::string, double>& figures) const {
        const auto give = [&](const char* key, const histogram& from, double q) {
            if (const auto value = from.supported_quantile_ns(q)) figures[key] = *value;
        };
        give("send_p50_ns", from_sending, 0.5);
        give("send_p99_ns", from_sending, 0.99);
        give("sched_lag_p99_ns", lags, 0.99);
        if (drains.count() > 0) figures["drain_ns"] = drains.quantile_ns(0.5);
        if (first_decile.count() == 0 || last_decile.count() == 0) return;
        figures["response_growth"] =
            last_decile.quantile_ns(0.5) / std::max(first_decile.quantile_ns(0.5), 1.0);
        figures["lag_of_response"] =
            lags.quantile_ns(0.99) / std::max(responses.quantile_ns(0.99), 1.0);
    }
};

}  // namespace

void note_punctuality(const timetable& table, const sending& done, session& run) {
    if (done.sent < 2) return;
    const std::uint64_t interval =
        run.clock.to_ticks(static_cast<std::int64_t>(1e9 / run.work.pace.rate_hz));
    std::size_t late = 0;
    for (std::size_t i = 0; i < done.sent; ++i) {
        const row each = read(table, i);
        late += each.sent > each.due + interval ? 1 : 0;
    }
    const row first = read(table, 0);
    const std::int64_t offered_ns = run.clock.to_ns(first.due, done.last_due);
    const std::int64_t sent_ns = run.clock.to_ns(first.sent, read(table, done.sent - 1).sent);
    if (offered_ns <= 0 || sent_ns <= 0) return;
    auto& figures = run.result.figures;
    figures["offered_per_second"] = per_second(done.planned - 1, offered_ns);
    figures["achieved_per_second"] = per_second(done.sent - 1, sent_ns);
    figures["missed_share"] =
        static_cast<double>(late + done.planned - done.sent) / static_cast<double>(done.planned);
}

void arrival_log::evaluate(const timetable& table, session& run) const {
    const pacing& pace = run.work.pace;
    const double planned = static_cast<double>(run.work.timed_ns) * pace.rate_hz / 1e9;
    phase_view seen;
    for (std::size_t i = 0; i < messages_; ++i) {
        const std::uint64_t arrived = stamps()[i];
        if (arrived == 0) continue;
        const row each = read(table, i);
        const std::int64_t response_ns = run.clock.to_ns(each.due, arrived);
        run.record(response_ns);
        seen.from_sending.record(run.clock.to_ns(each.sent, arrived));
        seen.lags.record(run.clock.to_ns(each.due, each.sent));
        if (pace.burst > 1 && (i + 1) % pace.burst == 0) seen.drains.record(response_ns);
        const auto at = static_cast<double>(i);
        if (at < 0.1 * planned) seen.first_decile.record(response_ns);
        if (planned > 0 && at >= 0.9 * planned) seen.last_decile.record(response_ns);
        run.result.last_ticks = std::max(run.result.last_ticks, arrived);
    }
    seen.note(run.latencies, run.result.figures);
}

}  // namespace ipcmark
