#include "bench/header.hpp"

#include <ctime>

#include "bench/version.hpp"
#include "harness/analysis/clock_faults.hpp"
#include "harness/analysis/clock_flags.hpp"
#include "harness/base/clock_calibration.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/host/checks/checks.hpp"
#include "harness/host/facts/environment.hpp"
#include "harness/host/ipc/ipc_limits.hpp"
#include "harness/run/budget.hpp"
#include "reports/embedded.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

ordered_json environment_block(const run_options& options, const plan& what) {
    ordered_json identity = identity_facts(options.redact);
    ordered_json limits = ipc_limit_facts();
    ordered_json warnings = ordered_json::array();
    for (const auto& found : examine_host(examination_of(what)))
        if (found.how == severity::warning || found.how == severity::error)
            warnings.push_back({{"id", found.id},
                                {"severity", to_word(found.how)},
                                {"text", found.text},
                                {"why", found.why},
                                {"remedy", found.remedy}});
    const std::string print = fingerprint(identity, limits);
    return {{"fingerprint", print},
            {"identity", std::move(identity)},
            {"ipc_limits", std::move(limits)},
            {"state_begin", state_facts()},
            {"state_end", nullptr},
            {"warnings", std::move(warnings)}};
}

ordered_json clock_block(const clock_parameters& clock) {
    const bool tsc = clock.use_tsc;
    const auto if_checked = [&](double value) {
        return clock.cross_cpu_checked ? ordered_json(value) : ordered_json(nullptr);
    };
    return {{"source", tsc ? "tsc" : "CLOCK_MONOTONIC_RAW"},
            {"stamp_cost_ns", clock.stamp_cost_ns},
            {"ticks_per_ns",
             tsc ? ordered_json(4294967296.0 / static_cast<double>(clock.ns_per_tick_q32))
                 : ordered_json(nullptr)},
            {"cross_cpu_offset_low_ns", if_checked(clock.cross_cpu_offset_low_ns)},
            {"cross_cpu_offset_high_ns", if_checked(clock.cross_cpu_offset_high_ns)},
            {"drift_ppm", nullptr},
            {"reason", clock.reason}};
}

ordered_json topology_block(const std::vector<placement_choice>& placements) {
    ordered_json list = ordered_json::array();
    for (const auto& choice : placements) {
        ordered_json cpus = ordered_json::array();
        if (choice.available && choice.cpus[0] != no_cpu) cpus = {choice.cpus[0], choice.cpus[1]};
        list.push_back(
            {{"name", to_word(choice.name)},
             {"available", choice.available},
             {"cpus", std::move(cpus)},
             {"reason", choice.available ? ordered_json(nullptr) : ordered_json(choice.reason)}});
    }
    return {{"cpus", allowed_cpus()}, {"placements", std::move(list)}};
}

ordered_json plan_block(const invocation& call, const run_options& options, const plan& what) {
    const plan_request& request = what.request;
    return {{"seed", std::to_string(what.seed)},
            {"seed_note",
             "orders the cells of each round, tags the messages and shifts the memory layout of "
             "each spawn; a string, since JSON numbers lose 64-bit integers"},
            {"argv", call.full},
            {"profile", request.profile},
            {"rounds", request.spawns},
            {"order", "rounds: every cell once, shuffled by the seed"},
            {"spawn_ms", request.spawn_ms},
            {"touch", to_word(request.reads)},
            {"verify", request.verify},
            {"counting_spawns", request.counting_spawns},
            {"reruns", options.reruns},
            {"idle_ms", request.idle_ms},
            {"layout_randomisation", request.randomise_layout},
            {"filters", request.filters},
            {"cells", what.cells.size()},
            {"time_budget_s",
             options.time_budget_s ? ordered_json(*options.time_budget_s) : ordered_json(nullptr)},
            {"budget_rule",
             options.time_budget_s ? ordered_json(budget_sentence()) : ordered_json(nullptr)}};
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

ordered_json traits_block(const transport_info& info) {
    const traits& t = info.facts;
    return {{"message_boundaries", t.message_boundaries},
            {"ordered", t.ordered},
            {"duplex", t.duplex},
            {"unrelated_processes", t.unrelated_processes},
            {"cross_host", t.cross_host},
            {"fan_in", t.fan_in},
            {"fan_out", to_word(t.fan_out)},
            {"priorities", t.priorities},
            {"survives_producer_exit", t.survives_producer_exit},
            {"peer_death_detected", t.peer_death_detected},
            {"peer_death_may_be_late", t.peer_death_may_be_late},
            {"may_drop", t.may_drop},
            {"latest_value", t.latest_value},
            {"back_pressure", t.back_pressure},
            {"access_control", to_word(t.control)},
            {"encrypted", t.encrypted},
            {"needs_daemon", t.needs_daemon},
            {"allocates", t.allocates},
            {"platforms", t.platforms}};
}

}  // namespace

ordered_json mechanism_block(const registration& mechanism) {
    const transport_info& info = mechanism.info;
    const auto unavailable = mechanism.why_unavailable();
    return {{"name", info.name},
            {"summary", info.summary},
            {"family", info.family},
            {"reference", info.reference},
            {"wait", to_word(info.wait)},
            {"copies_per_message", info.copies_per_message},
            {"payload_min_bytes", info.payload.min_bytes},
            {"payload_max_bytes", info.payload.max_bytes},
            {"role", info.loops_back ? "instrument" : "mechanism"},
            {"traits", traits_block(info)},
            {"available", !unavailable.has_value()},
            {"reason", unavailable ? ordered_json(*unavailable) : ordered_json(nullptr)}};
}

ordered_json make_header(const invocation& call, const run_options& options, const plan& what,
                         const std::vector<placement_choice>& placements,
                         const clock_parameters& clock) {
    const auto build = build_block();
    ordered_json mechanisms = ordered_json::array();
    for (const auto& entry : call.mechanisms.all())
        if (!entry.info.test_only) mechanisms.push_back(mechanism_block(entry));
    return {{"context",
             benchmark_context("v" + build.at("libraries").at("benchmark").get<std::string>(),
                               build_is_optimised() ? "release" : "debug", options.redact)},
            {"environment", environment_block(options, what)},
            {"build", build},
            {"clock", clock_block(clock)},
            {"topology", topology_block(placements)},
            {"plan", plan_block(call, options, what)},
            {"run",
             {{"started", utc_now()},
              {"elapsed_s", 0.0},
              {"measuring_s", 0.0},
              {"spawns", 0},
              {"rounds_done", 0}}},
            {"mechanisms", std::move(mechanisms)}};
}

void finish_header(ordered_json& header, std::uint64_t start_ns, std::uint64_t rounds_done,
                   const clock_parameters& clock, std::int64_t suspended_before_ns) {
    header["environment"]["state_end"] = state_facts();
    header["clock"]["drift_ppm"] = clock_drift_ppm(clock);
    conclude_clock(header["clock"], suspended_so_far_ns() - suspended_before_ns);
    header["run"]["elapsed_s"] = static_cast<double>(shared_clock::raw_ns() - start_ns) / 1e9;
    header["run"]["rounds_done"] = rounds_done;
}

std::array<int, 2> cpus_in_use(const plan& what) {
    for (const auto& planned : what.cells)
        if (!planned.skipped && planned.cpus[0] != planned.cpus[1]) return planned.cpus;
    const auto allowed = allowed_cpus();
    return {allowed.front(), allowed.size() > 1 ? allowed[1] : allowed.front()};
}

examination examination_of(const plan& what) {
    const auto cpus = cpus_in_use(what);
    examination how;
    how.cpus = {cpus[0]};
    if (cpus[1] != cpus[0]) how.cpus.push_back(cpus[1]);
    return how;
}

std::string page_available() {
    return page_template().empty() ? std::string(why_no_page()) : std::string();
}

}  // namespace ipcmark
