#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>

#include "bench/beside.hpp"
#include "bench/header.hpp"
#include "bench/outputs.hpp"
#include "bench/recommend_measure.hpp"
#include "bench/recommend_options.hpp"
#include "bench/version.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/conform/checks.hpp"
#include "reports/read_result.hpp"
#include "reports/recommendation_report.hpp"

namespace ipcmark {

namespace {

/// What is measured, or read.
struct evidence {
    std::vector<flow_results> flows;
    std::vector<run_result> read;

    std::vector<const run_result*> of_flow(std::size_t at) const {
        std::vector<const run_result*> all;
        for (const run_result& each : read)
            all.push_back(&each);
        if (at < flows.size())
            for (const run_result& each : flows[at].stages)
                all.push_back(&each);
        return all;
    }
    const run_result* any() const {
        if (!read.empty()) return &read.front();
        for (const flow_results& each : flows)
            if (!each.stages.empty()) return &each.stages.back();
        return nullptr;
    }
};

evidence gather(const invocation& call, const recommend_options& options) {
    evidence found;
    for (const auto& file : options.from)
        found.read.push_back(read_result(file));
    if (!options.from.empty()) return found;
    const beside load(options.beside);
    const double each_s =
        *options.run.time_budget_s / static_cast<double>(options.wanted.flows.size());
    for (const design_flow& flow : options.wanted.flows) {
        if (!options.run.quiet) std::cerr << "ipcmark: " << flow.name << '\n';
        found.flows.push_back(measure_flow(call, options, flow, each_s));
        if (found.flows.back().interrupted)
            throw command_error("interrupted, and nothing is recommended", exit_interrupted);
        if (const auto ended = load.ended())
            throw command_error("--beside: '" + options.beside + "' has ended (" + *ended +
                                    ") before all was measured",
                                exit_environment_refused);
    }
    return found;
}

std::map<std::string, std::string> checks_of_traits() {
    std::map<std::string, std::string> checks;
    for (const conform::conformance_check* each : conform::all_checks())
        if (!each->backs.empty()) checks.emplace(each->backs, each->name);
    return checks;
}

std::vector<mechanism_info> known_mechanisms_of(const invocation& call,
                                                const recommend_options& options) {
    std::vector<mechanism_info> all;
    for (const auto& name : options.mechanisms)
        if (const registration* each = call.mechanisms.find(name); each != nullptr)
            all.push_back(info_of(*each));
    return all;
}

recommendation conclude(const invocation& call, const recommend_options& options,
                        const evidence& found) {
    recommendation of;
    of.of = options.wanted;
    of.checks = checks_of_traits();
    const run_result* any = found.any();
    if (any == nullptr)
        throw command_error("no mechanism is left that could be measured: --explain has why",
                            exit_nothing_matched);
    of.machine = machine_text(*any);
    const auto mechanisms = known_mechanisms_of(call, options);
    for (std::size_t i = 0; i < options.wanted.flows.size(); ++i)
        of.flows.push_back(recommend(options.wanted.flows[i], mechanisms, found.of_flow(i)));
    for (const flow_results& each : found.flows)
        of.cautions.insert(of.cautions.end(), each.cautions.begin(), each.cautions.end());
    if (options.wanted.flows.size() > 1 && options.from.empty())
        of.cautions.emplace_back(
            "The flows were measured one after the other, not at the same time.");
    if (std::any_of(of.of.flows.begin(), of.of.flows.end(), [](const design_flow& flow) {
            return !flow.among.is_pair() && !flow.may_spin;
        }))
        of.cautions.emplace_back("What waiting costs was measured of a pair, not of so many.");
    of.beside = options.beside;
    if (of.beside.empty() && any->noise && any->noise->verdict != "quiet" &&
        any->noise->verdict != "usable")
        of.cautions.push_back("The machine was disturbed: " + any->noise->text);
    return of;
}

/// Nothing that was read answers.
void require_evidence(const recommendation& of) {
    for (const flow_recommendation& flow : of.flows)
        for (const candidate& each : flow.candidates)
            if (!each.verdicts.empty()) return;
    throw command_error(
        "no result has a cell for this design: measure it (leave --from out), or `ipcmark run` "
        "with its pattern, payload and rate",
        exit_nothing_matched);
}

void print_answer(const recommend_options& options, const recommendation& of) {
    switch (options.format) {
        case answer_format::json:
            std::cout << json_text(to_tree(of), 1) << '\n';
            return;
        case answer_format::markdown:
            std::cout << render_recommendation_markdown(of);
            return;
        case answer_format::text:
            break;
    }
    std::cout << render_recommendation_text(of, options.explain);
    for (const auto& name : options.why_not)
        for (const flow_recommendation& flow : of.flows)
            std::cout << (of.flows.size() > 1 ? flow.flow.name + ": " : "")
                      << why_not(flow, of, name) << '\n';
}

void try_outputs(const recommend_options& options) {
    if (!options.record_file.empty()) try_output(options.record_file);
    if (!options.results_folder.empty() && !std::filesystem::is_directory(options.results_folder))
        throw command_error("--results: there is no folder " + options.results_folder,
                            exit_environment_refused);
}

int run_recommend(const invocation& call) {
    const auto options = parse_recommend_options(call);
    if (!options) return exit_ok;
    try_outputs(*options);
    recommendation of;
    try {
        of = conclude(call, *options, gather(call, *options));
    } catch (const unreadable_result& e) {
        throw command_error(e.what(), exit_unreadable);
    }
    require_evidence(of);
    if (!options->record_file.empty())
        write_output(options->record_file, render_recommendation_markdown(of));
    print_answer(*options, of);
    const bool all_met = std::all_of(of.flows.begin(), of.flows.end(),
                                     [](const auto& each) { return each.best() != nullptr; });
    return options->require_met && !all_met ? exit_gate_failed : exit_ok;
}

}  // namespace

extern const subcommand recommend_command{
    "recommend", "which mechanism meets a design? measures those that could", &run_recommend};

}  // namespace ipcmark
