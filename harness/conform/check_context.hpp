#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/conform/checks.hpp"
#include "harness/conform/delivery_checker.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark::conform {

/// How one of a check's scenarios is to be run.
struct scenario_options {
    std::string_view scenario = {};
    pattern kind = pattern::one_way;
    std::size_t payload_bytes = 64;
    std::size_t depth = 16;
    std::uint64_t messages = 0;
    std::int64_t timed_ns = 5'000'000;  // of a measuring repetition
    touch reads = touch::verify;
    std::vector<party> parties = unpinned_pair();
    topology how = topology::pair;
    bool may_hang = false;  // a hang is one of the expected answers: do not wait long for it
    channel_capabilities channel = {};
    task act = {};                                          // of a measuring repetition
    unsigned protocol_version = worker_protocol().version;  // of the job
    std::uint64_t consumer_tag_offset = 0;  // the consumer expects another tag than comes
    std::function<void(const std::string& repetition)> before_sweep = {};  // see runner_options
};

/// What a check works with: one mechanism, one check, and process pairs on call.
class check_context {
public:
    check_context(const conformance_check& which, const registration& examined,
                  conform_context& context)
        : mechanism(examined), check_(which), context_(context) {}

    const registration& mechanism;
    const transport_info& info() const { return mechanism.info; }
    const traits& facts() const { return mechanism.info.facts; }

    /// Spawns a pair that acts out a scenario. Throws `interrupted`.
    repetition_result run_scenario(const scenario_options& how);

    /// Spawns a pair that measures for some milliseconds, as any cell does. A worker for which
    /// `die_entering` names a stage kills itself there.
    repetition_result measure(const scenario_options& how,
                              std::vector<std::optional<stage>> die_entering = {});

    /// Has the mechanism's service run from here on, for a check that looks at what runs before and
    /// after. The result when there is none to be had.
    std::optional<check_result> start_service();

    /// The result when the repetition did not end well: skipped when the machine's limits refused
    /// it.
    static std::optional<check_result> trouble(const repetition_result& result);

    /// The size nearest to `wanted` that the description and the limits admit at this depth.
    std::size_t fitting(std::size_t wanted, pattern kind = pattern::one_way,
                        std::size_t depth = 16);
    /// The largest size that the description and the limits admit. nullopt: not even the smallest.
    std::optional<std::size_t> largest(pattern kind);
    bool admits(std::size_t payload_bytes, pattern kind, std::size_t depth);

    conform_context& context() noexcept { return context_; }

private:
    repetition_result run(const launch_request& request, std::int64_t deadline_ms,
                          std::function<void(const std::string&)> before_sweep = {});

    const conformance_check& check_;
    conform_context& context_;
};

/// A number that a worker noted.
std::optional<std::int64_t> noted(const worker_report& report, const std::string& key);
/// The same, 0 when it noted nothing.
std::int64_t noted_or_zero(const worker_report& report, const std::string& key);

}  // namespace ipcmark::conform
