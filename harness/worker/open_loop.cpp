#include "harness/worker/open_loop.hpp"

#include <algorithm>
#include <utility>

namespace ipcmark {

namespace {

struct row {
    std::uint64_t due;
    std::uint64_t sent;
};

row read(const send_log& log, std::size_t index) {
    const send_log::stamps& stamps = log[index];
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

std::size_t scheduled_messages(const effort& work) {
    const double span_ns = static_cast<double>(work.timed_ns);
    const double planned =
        work.pace.rate_hz > 0
            ? 2 * span_ns * work.pace.rate_hz / 1e9 + 64
            : (span_ns / static_cast<double>(std::max<std::int64_t>(work.pace.gap_ns, 1000)) + 2) *
                  static_cast<double>(work.pace.burst);
    return std::min(send_log::most_messages,
                    static_cast<std::size_t>(planned) + static_cast<std::size_t>(work.pace.burst));
}

void record_punctuality(const send_log& log, const sending& done, session& run) {
    if (done.sent < 2) return;
    const std::uint64_t interval =
        run.clock.to_ticks(static_cast<std::int64_t>(1e9 / run.work.pace.rate_hz));
    std::size_t late = 0;
    for (std::size_t i = 0; i < done.sent; ++i) {
        const row each = read(log, i);
        late += each.sent > each.due + interval ? 1 : 0;
    }
    const row first = read(log, 0);
    const std::int64_t offered_ns = run.clock.to_ns(first.due, done.last_due);
    const std::int64_t sent_ns = run.clock.to_ns(first.sent, read(log, done.sent - 1).sent);
    if (offered_ns <= 0 || sent_ns <= 0) return;
    auto& figures = run.result.figures;
    figures["offered_per_second"] = per_second(done.planned - 1, offered_ns);
    figures["achieved_per_second"] = per_second(done.sent - 1, sent_ns);
    figures["missed_share"] =
        static_cast<double>(late + done.planned - done.sent) / static_cast<double>(done.planned);
}

void note_own_cost(const sending& done, session& run) {
    auto& figures = run.result.figures;
    figures["pacing_ns"] = static_cast<double>(run.clock.to_ns(0, done.spun));
    figures["log_bytes"] = static_cast<double>(done.sent * sizeof(send_log::stamps));
}

void note_write_costs(const histogram& costs, session& run) {
    for (const auto& [key, q] : {std::pair{"write_p50_ns", 0.5}, std::pair{"write_p99_ns", 0.99}})
        if (const auto value = costs.supported_quantile_ns(q)) run.result.figures[key] = *value;
}

age_log::age_log(std::uint64_t phase_ticks)
    : memory_(mapping::anonymous(capacity * sizeof(row))), stride_ticks_(phase_ticks / looks) {}

void age_log::evaluate(const send_log& log, const reading& done, session& run) const {
    measurement& result = run.result;
    const std::uint64_t values = run.in.received();
    const std::int64_t elapsed_ns = run.clock.to_ns(result.first_ticks, result.last_ticks);
    if (values < least_state_values || elapsed_ns <= 0) return;
    for (std::size_t i = 0; i < count_; ++i)
        run.record(run.clock.to_ns(read(log, rows()[i].index).sent, rows()[i].ticks));
    auto& figures = result.figures;
    figures["reads_per_second"] = per_second(done.reads - done.retried, elapsed_ns);
    figures["retried_share"] = static_cast<double>(done.retried) / static_cast<double>(done.reads);
    const std::uint64_t written = run.in.last() - log.first_sequence() + 1;
    figures["log_bytes"] =
        static_cast<double>(count_ * sizeof(row) + values * sizeof(send_log::stamps));
    figures["seen_share"] = static_cast<double>(values) / static_cast<double>(written);
}

void arrival_log::evaluate(const send_log& log, session& run) const {
    const pacing& pace = run.work.pace;
    const double planned = static_cast<double>(run.work.timed_ns) * pace.rate_hz / 1e9;
    phase_view seen;
    for (std::size_t i = 0; i < messages_; ++i) {
        const std::uint64_t arrived = stamps()[i];
        if (arrived == 0) continue;
        const row each = read(log, i);
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
    run.result.figures["log_bytes"] = static_cast<double>(
        run.latencies.count() * (sizeof(send_log::stamps) + sizeof(std::uint64_t)));
}

}  // namespace ipcmark
