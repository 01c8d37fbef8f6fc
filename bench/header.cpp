#include "bench/header.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <utility>

#include "bench/version.hpp"
#include "harness/analysis/clock_faults.hpp"
#include "harness/analysis/clock_flags.hpp"
#include "harness/base/clock_calibration.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/host/checks/checks.hpp"
#include "harness/host/facts/environment.hpp"
#include "harness/host/ipc/ipc_limits.hpp"
#include "harness/run/budget.hpp"
#include "harness/worker/touch_code.hpp"
#include "reports/embedded.hpp"

namespace ipcmark {

namespace {

environment_info environment_of(const run_options& options, const plan& what) {
    environment_info environment;
    environment.identity = identity_facts(options.redact);
    environment.ipc_limits = ipc_limit_facts();
    environment.fingerprint = fingerprint(environment.identity, environment.ipc_limits);
    environment.state_begin = state_facts();
    for (const auto& found : examine_host(examination_of(what)))
        if (found.how == severity::warning || found.how == severity::error)
            environment.warnings.push_back({std::string(found.id), std::string(to_word(found.how)),
                                            found.text, std::string(found.why), found.remedy});
    return environment;
}

clock_info clock_of(const clock_parameters& parameters) {
    clock_info clock;
    clock.source = parameters.use_tsc ? "tsc" : "CLOCK_MONOTONIC_RAW";
    clock.stamp_cost_ns = parameters.stamp_cost_ns;
    if (parameters.use_tsc)
        clock.ticks_per_ns = 4294967296.0 / static_cast<double>(parameters.ns_per_tick_q32);
    if (parameters.cross_cpu_checked) {
        clock.cross_cpu_offset_low_ns = parameters.cross_cpu_offset_low_ns;
        clock.cross_cpu_offset_high_ns = parameters.cross_cpu_offset_high_ns;
    }
    clock.reason = parameters.reason;
    return clock;
}

topology_info topology_of(const std::vector<placement_choice>& placements) {
    topology_info topology{allowed_cpus(), {}};
    for (const auto& choice : placements) {
        placement_info& info = topology.placements.emplace_back();
        info.name = choice.name;
        info.available = choice.available;
        info.cpus = choice.cpus;
        if (!choice.available) info.reason = choice.reason;
    }
    return topology;
}

plan_info plan_of(const invocation& call, const run_options& options, const plan& what) {
    const plan_request& request = what.request;
    plan_info info;
    info.seed = std::to_string(what.seed);
    info.seed_note =
        "orders the cells of each round, tags the messages and shifts the memory layout of each "
        "repetition; a string, since JSON numbers lose 64-bit integers";
    info.argv = call.full;
    info.profile = request.profile;
    info.rounds = request.repetitions;
    info.order = "rounds: every cell once, shuffled by the seed";
    info.repetition_ms = request.repetition_ms;
    info.reads = request.reads;
    info.verify = request.verify;
    info.counting_repetitions = request.counting_repetitions;
    info.reruns = options.reruns;
    info.idle_ms = request.idle_ms;
    info.layout_randomisation = request.randomise_layout;
    info.filters = request.filters;
    info.unpinned = request.unpinned;
    info.cells = what.cells.size();
    info.time_budget_s = options.time_budget_s;
    if (options.time_budget_s)
        info.budget_rule = budget_sentence(budget_rule_of(request.repetitions));
    return info;
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

tree traits_of(const traits& facts) {
    tree named = tree::object();
    visit_traits(facts, [&](const trait_info& trait, auto value) {
        if constexpr (std::is_same_v<decltype(value), bool>)
            named[trait.name] = value;
        else
            named[trait.name] = to_word(value);
    });
    return named;
}

/// Of a worker in another language: those that its checks prove. The others nobody has examined.
tree external_traits_of(const traits& facts) {
    tree named = tree::object();
    named["ordered"] = facts.ordered;
    named["unrelated_processes"] = facts.unrelated_processes;
    named["peer_death_detected"] = facts.peer_death_detected;
    return named;
}

std::optional<mechanism_code> code_of(const registration& mechanism) {
    const code_origin& from = mechanism.origin;
    if (from.file.empty()) return std::nullopt;
    if (mechanism.external)
        return mechanism_code{
            from.file, mechanism.external->language, mechanism.external->adds, {}, true};
    return mechanism_code{from.file, "C++", {}, from.flags, from.optimised};
}

}  // namespace

std::vector<host_warning> unoptimised_plugins(const registry& mechanisms, const plan& what) {
    std::vector<host_warning> found;
    if (!build_is_optimised()) return found;
    for (const registration& each : mechanisms.all()) {
        const bool measured = std::ranges::any_of(what.cells, [&](const planned_cell& cell) {
            return cell.what.transport == each.info.name;
        });
        if (!measured || each.origin.file.empty() || each.origin.optimised) continue;
        found.push_back({"plugin_not_optimised", std::string(to_word(severity::error)),
                         fmt::format("{} comes from {}, which was compiled without optimisation: "
                                     "its figures do not compare with the others",
                                     each.info.name, each.origin.file),
                         "its timed loop is compiled in the plug-in",
                         "Build the plug-in with -DCMAKE_BUILD_TYPE=Release."});
    }
    return found;
}

mechanism_info info_of(const registration& mechanism) {
    const transport_info& from = mechanism.info;
    mechanism_info info;
    info.name = from.name;
    info.summary = from.summary;
    info.family = from.family;
    info.reference = from.reference;
    info.wait = from.wait;
    info.copies_per_message = from.copies_per_message;
    info.payload_min_bytes = from.payload.min_bytes;
    info.payload_max_bytes = from.payload.max_bytes;
    info.role = from.loops_back ? "instrument" : "mechanism";
    info.facts = mechanism.external ? external_traits_of(from.facts) : traits_of(from.facts);
    info.reason = mechanism.why_unavailable();
    info.available = !info.reason;
    info.code = code_of(mechanism);
    return info;
}

run_header make_header(const invocation& call, const run_options& options, const plan& what,
                       const std::vector<placement_choice>& placements,
                       const clock_parameters& clock) {
    run_header header;
    header.build = facts_of_build();
    header.context = benchmark_context("v" + header.build.libraries.at("benchmark").as_text(),
                                       build_is_optimised() ? "release" : "debug", options.redact);
    header.environment = environment_of(options, what);
    for (auto& warning : unoptimised_plugins(call.mechanisms, what))
        header.environment.warnings.push_back(std::move(warning));
    header.clock = clock_of(clock);
    header.topology = topology_of(placements);
    header.plan = plan_of(call, options, what);
    header.run.started = utc_now();
    header.run.rounds_done = 0;
    header.run.touch_code = chosen_touch_code().name;
    for (const auto& entry : call.mechanisms.all())
        if (!entry.info.test_only) header.mechanisms.push_back(info_of(entry));
    return header;
}

void finish_header(run_header& header, std::uint64_t start_ns, std::uint64_t rounds_done,
                   const clock_parameters& clock, std::int64_t suspended_before_ns) {
    header.environment.state_end = state_facts();
    header.clock.drift_ppm = clock_drift_ppm(clock);
    conclude_clock(header.clock, suspended_so_far_ns() - suspended_before_ns);
    header.run.elapsed_s = static_cast<double>(shared_clock::raw_ns() - start_ns) / 1e9;
    header.run.rounds_done = rounds_done;
}

std::vector<int> cpus_in_use(const plan& what) {
    for (const auto& planned : what.cells) {
        if (planned.skipped) continue;
        if (auto cpus = distinct_cpus_of(planned.parties); cpus.size() > 1) return cpus;
    }
    auto allowed = allowed_cpus();
    allowed.resize(std::min<std::size_t>(allowed.size(), 2));
    return allowed;
}

examination examination_of(const plan& what) {
    examination how;
    how.cpus = cpus_in_use(what);
    return how;
}

std::string page_available() {
    return page_template().empty() ? std::string(why_no_page()) : std::string();
}

}  // namespace ipcmark
