#include "harness/conform/check_context.hpp"

#include <algorithm>
#include <atomic>
#include <unistd.h>
#include <utility>

namespace ipcmark::conform {

namespace {

constexpr std::int64_t hang_deadline_ms = 1'500;

/// No two runs share a tag, so that a message that orphans is recognised.
std::uint64_t fresh_tag() {
    static std::atomic<std::uint64_t> count{0};
    constexpr std::uint64_t spread = 0x9E3779B97F4A7C15u;
    const std::uint64_t number = count.fetch_add(1, std::memory_order_relaxed) + 1;
    return (number << 32 ^ static_cast<std::uint64_t>(::getpid())) * spread;
}

launch_request request_for(const registration& mechanism, const scenario_options& how) {
    launch_request request;
    request.what = {std::string(mechanism.info.name),
                    how.kind,
                    how.payload_bytes,
                    placement::free,
                    how.reads,
                    how.depth};
    request.what.how = how.how;
    request.parties = how.parties;
    constexpr std::uint64_t warm_up_messages = 100;
    constexpr std::int64_t warm_up_max_ns = 20'000'000;
    request.work = {warm_up_messages, 0, warm_up_max_ns, how.timed_ns, how.messages};
    request.tag = fresh_tag();
    request.channel = how.channel;
    request.work.act = how.act;
    request.protocol_version = how.protocol_version;
    request.consumer_tag_offset = how.consumer_tag_offset;
    return request;
}

}  // namespace

repetition_result check_context::run_scenario(const scenario_options& how) {
    launch_request request = request_for(mechanism, how);
    request.work.act = {task_kind::check,
                        std::string(check_.name) + '/' + std::string(how.scenario)};
    const std::int64_t deadline_ms = context_.chosen.deadline_ms;
    return run(request, how.may_hang ? std::min(hang_deadline_ms, deadline_ms) : deadline_ms);
}

repetition_result check_context::measure(const scenario_options& how,
                                         std::vector<std::optional<stage>> die_entering) {
    launch_request request = request_for(mechanism, how);
    request.die_entering = std::move(die_entering);
    return run(request, context_.chosen.deadline_ms, how.before_sweep);
}

repetition_result check_context::run(const launch_request& request, std::int64_t deadline_ms,
                                     std::function<void(const std::string&)> before_sweep) {
    runner spawner(context_.workspace, context_.interrupts, {},
                   {.stage_deadline_ms = deadline_ms,
                    .plugins = context_.chosen.plugins,
                    .leased = &context_.leased,
                    .external = context_.chosen.external,
                    .before_sweep = std::move(before_sweep)});
    repetition_result result = spawner.run(request);
    if (result.interrupted) throw interrupted("interrupted");
    return result;
}

std::optional<check_result> check_context::start_service() {
    const lease needed = context_.leased.lease_for(request_for(mechanism, {}).what);
    if (!needed.refused) return std::nullopt;
    if (needed.refused->code == "interrupted") throw interrupted("interrupted");
    repetition_result refused;
    refused.failed = needed.refused;
    return trouble(refused);
}

std::optional<check_result> check_context::trouble(const repetition_result& result) {
    if (!result.failed) return std::nullopt;
    if (result.failed->ended == status::skipped) return skip(result.failed->text);
    return fail(result.failed->text);
}

bool check_context::admits(std::size_t payload_bytes, pattern kind, std::size_t depth) {
    return !mechanism.why_refused({kind, payload_bytes, depth});
}

std::size_t check_context::fitting(std::size_t wanted, pattern kind, std::size_t depth) {
    const auto& range = info().payload;
    std::size_t size = std::clamp(wanted, range.min_bytes, range.max_bytes);
    while (size > range.min_bytes && !admits(size, kind, depth))
        size = std::max(size / 2, range.min_bytes);
    return size;
}

std::optional<std::size_t> check_context::largest(pattern kind) {
    const auto admitted = [&](std::size_t size) { return admits(size, kind, default_depth(size)); };
    auto [low, high] = info().payload;
    if (!admitted(low)) return std::nullopt;
    if (admitted(high)) return high;
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (admitted(middle) ? low : high) = middle;
    }
    return low;
}

std::optional<std::int64_t> noted(const worker_report& report, const std::string& key) {
    const auto at = report.notes.find(key);
    return at == report.notes.end() ? std::nullopt : std::optional(at->second);
}

std::int64_t noted_or_zero(const worker_report& report, const std::string& key) {
    return noted(report, key).value_or(0);
}

}  // namespace ipcmark::conform
