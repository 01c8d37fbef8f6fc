#include "bench/recommend_measure.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

#include "bench/carry_out.hpp"
#include "bench/header.hpp"
#include "bench/outputs.hpp"
#include "bench/plan_file.hpp"
#include "harness/analysis/recommendation.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/memory_limit.hpp"
#include "harness/result/result_file.hpp"
#include "harness/run/journal.hpp"
#include "harness/run/memory_limit.hpp"

namespace ipcmark {

namespace {

constexpr std::uint64_t screening_repetitions = 3;
constexpr std::uint64_t thorough_repetitions = 10;
constexpr std::size_t measured_thoroughly = 8;
constexpr double screening_share = 0.4;        // of the budget
constexpr double around_a_repetition_ms = 60;  // what is not its timed phase
constexpr double shortest_ms = 20;
constexpr double longest_ms = 60'000;

/// Messages that a percentile needs: ten beyond it, twice over since neighbours resemble.
double messages_for(const design_flow& flow) {
    double needed = 1'000;
    for (const auto& [word, text] : flow.limits)
        for (const auto& [q, key] : percentiles)
            if (word.starts_with("latency.") && word.substr(8) + "_ns" == key)
                needed = std::max(needed, 20 / (1 - q));
    return needed;
}

/// The patterns that a flow is measured by: its own, then what is apart.
std::vector<pattern> patterns_of(const design_flow& flow) {
    std::vector<pattern> all{flow.measured_as()};
    for (const pattern kind : {pattern::wake, pattern::burst})
        if (flow.value_for(kind)) all.push_back(kind);
    return all;
}

/// As long as the messages take, as the time allows.
std::int64_t repetition_ms(const design_flow& flow, double messages, double allowed_ms) {
    constexpr double of_a_stream_ms = 200;
    constexpr double wakes = 20;
    const double own_ms = flow.rate_hz ? 1'000 * messages / *flow.rate_hz : of_a_stream_ms;
    const double wanted_ms = std::max(own_ms, wakes * flow.silence_ns.value_or(0) / 1e6);
    return std::llround(std::clamp(std::min(wanted_ms, allowed_ms), shortest_ms, longest_ms));
}

plan_request request_for(const recommend_options& options, const design_flow& flow,
                         std::vector<std::string> mechanisms) {
    plan_request request = named_plan("default");
    request.profile = "recommend";
    request.mechanisms = std::move(mechanisms);
    request.patterns = patterns_of(flow);
    request.payloads = {flow.payload_bytes};
    request.placements = {options.wanted.placement};
    request.parties = {flow.among};
    request.counting_repetitions = 0;
    for (const pattern kind : request.patterns)
        if (const auto value = flow.value_for(kind))
            request.varied.by_name[std::string(pattern_of(kind).parameters.front()->name)] = {
                *value};
    return request;
}

run_result measure(const invocation& call, const recommend_options& options,
                   const plan_request& request, bool floors, bool& interrupted) {
    run_options run = options.run;
    run.floors = floors;
    run.time_budget_s.reset();
    run.plan = request;
    const auto placements = find_placements();
    plan what = expand(request, run.seed, call.mechanisms, placements);
    skip_beyond(memory_limit(), call.mechanisms, what);
    workplace here(call, run, what);
    run_header header = make_header(call, run, what, placements, here.clock);
    header.watch = here.machine.told({});
    result_builder builder(std::move(header), what.cells, request.repetitions);
    journal none({}, builder.first_line());
    const run_outcome ended = carry_out(run, what, here, builder, none);
    finish_header(builder.header(), here.start_ns, ended.rounds_done, here.clock,
                  here.suspended_ns);
    interrupted = ended.interrupted;
    return builder.result(ended.complete, ended.incomplete_reason);
}

void keep_result(const recommend_options& options, const design_flow& flow, const char* stage,
                 const run_result& result) {
    if (options.results_folder.empty()) return;
    std::string name = flow.name + "-" + stage + ".json";
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '/' || c == ' '; }, '_');
    write_output((std::filesystem::path(options.results_folder) / name).string(),
                 json_text(to_tree(result), 1) + "\n");
}

/// Whether what waking takes may forbid what it asks.
bool is_woken_in_time(const design_flow& flow) {
    return !flow.may_spin &&
           std::any_of(flow.limits.begin(), flow.limits.end(), [](const auto& each) {
               return each.first.starts_with("latency.") || each.first.starts_with("wake.");
           });
}

/// Those that its traits do not rule out, by name.
std::vector<std::string> possible_for(const invocation& call, const recommend_options& options,
                                      const design_flow& flow) {
    std::vector<std::string> names;
    for (const auto& name : options.mechanisms)
        if (const registration* each = call.mechanisms.find(name);
            each != nullptr && !why_excluded(flow, info_of(*each)))
            names.push_back(name);
    return names;
}

std::vector<std::string> best_of(const invocation& call, const design_flow& flow,
                                 const run_result& screened) {
    std::vector<mechanism_info> all;
    for (const registration& each : call.mechanisms.all())
        if (!each.info.test_only) all.push_back(info_of(each));
    const auto ranked = recommend(flow, all, {&screened});
    std::vector<std::string> names;
    for (const candidate& each : ranked.candidates)
        if (!each.verdicts.empty() && names.size() < measured_thoroughly)
            names.push_back(each.mechanism.name);
    return names;
}

void caution_of_few(const design_flow& flow, std::int64_t ms, flow_results& to) {
    if (!flow.rate_hz) return;
    const double messages =
        *flow.rate_hz * static_cast<double>(ms) / 1'000 * static_cast<double>(thorough_repetitions);
    if (messages >= messages_for(flow)) return;
    to.cautions.push_back(fmt::format(
        "{}: at this rate the time allows {:.0f} messages for each mechanism, {:.0f} are needed "
        "for its percentiles: give a longer --time-budget.",
        flow.name, messages, messages_for(flow)));
}

}  // namespace

flow_results measure_flow(const invocation& call, const recommend_options& options,
                          const design_flow& flow, double budget_s) {
    flow_results all;
    const auto possible = possible_for(call, options, flow);
    if (possible.empty()) return all;
    const auto allowed_ms = [](double share_s, std::uint64_t repetitions) {
        return 1'000 * share_s / static_cast<double>(repetitions) - around_a_repetition_ms;
    };
    plan_request request = request_for(options, flow, possible);
    request.repetitions = screening_repetitions;
    constexpr double to_rank_by = 30;
    request.repetition_ms =
        repetition_ms(flow, to_rank_by,
                      allowed_ms(screening_share * budget_s,
                                 screening_repetitions * possible.size() *
                                     (flow.among.is_pair() ? patterns_of(flow).size() : 2)));
    if (!flow.among.is_pair()) request.parties.emplace_back();  // what waiting costs is a pair's
    all.stages.push_back(measure(call, options, request, is_woken_in_time(flow), all.interrupted));
    keep_result(options, flow, "screening", all.stages.back());
    if (all.interrupted) return all;
    const auto best = best_of(call, flow, all.stages.back());
    if (best.empty()) return all;
    request = request_for(options, flow, best);
    request.repetitions = thorough_repetitions;
    std::size_t cells = best.size() * patterns_of(flow).size();
    if (flow.rate_hz) {
        request.varied.by_name[std::string(rate_parameter.name)].push_back(2 * *flow.rate_hz);
        cells += best.size();
    }
    request.repetition_ms =
        repetition_ms(flow, messages_for(flow),
                      allowed_ms((1 - screening_share) * budget_s, thorough_repetitions * cells));
    caution_of_few(flow, request.repetition_ms, all);
    all.stages.push_back(measure(call, options, request, false, all.interrupted));
    keep_result(options, flow, "thorough", all.stages.back());
    return all;
}

}  // namespace ipcmark
