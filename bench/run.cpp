#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "bench/calibration_file.hpp"
#include "bench/header.hpp"
#include "bench/outputs.hpp"
#include "bench/plan_file.hpp"
#include "bench/recorder.hpp"
#include "bench/version.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/floor_ratios.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/terminal.hpp"
#include "harness/host/checks/checks.hpp"
#include "harness/result/result_file.hpp"
#include "harness/run/journal.hpp"
#include "reports/html.hpp"
#include "reports/text.hpp"

namespace ipcmark {

namespace {

void print_cells(const plan& what, const run_options& options) {
    for (const auto& planned : what.cells) {
        std::cout << planned.what.name();
        if (planned.skipped)
            std::cout << "  skipped(" << planned.skipped->code << "): " << planned.skipped->text;
        std::cout << '\n';
    }
    std::cerr << effort_text(what, options) << "; seed " << options.seed << '\n';
}

void require_outputs(const run_options& options) {
    if (options.json_file != "-") require_writable(options.json_file);
    if (options.html_file.empty()) return;
    if (page_available().empty()) {
        if (options.html_file != "-") require_writable(options.html_file);
        return;
    }
    throw command_error("--html: " + page_available(), exit_environment_refused);
}

void banner_if_unoptimised() {
    if (build_is_optimised()) return;
    std::cerr
        << "*** This build is NOT OPTIMISED (or instrumented): its figures mean nothing. ***\n"
           "*** Build with -DCMAKE_BUILD_TYPE=Release.                                ***\n";
}

constexpr std::size_t others_told = 5;

/// --strict: no repetition is started on a host that doctor complains of.
void refuse_disturbed_host(const plan& what) {
    std::string texts;
    std::size_t complaints = 0;
    for (const auto& found : examine_host(examination_of(what))) {
        if (found.how < severity::warning) continue;
        ++complaints;
        texts += (texts.empty() ? "" : "; ") + found.text;
    }
    if (complaints > 0)
        throw command_error("--strict: this machine is not fit to measure on (" + texts +
                                "); `ipcmark doctor` says what helps, or run without --strict",
                            exit_environment_refused);
}

void tell_verdict(const run_options& options, const run_result& result) {
    if (!result.noise || options.quiet) return;
    const std::string& remedy = result.noise->remedy;
    std::cerr << "Noise: " << result.noise->verdict << ": " << result.noise->text
              << (remedy.empty() ? "" : " What helps: " + remedy + ".")
              << (result.noise->verdict == "quiet" ? "" : " `ipcmark doctor` says more.") << '\n';
}

/// The run's check of itself: nothing is faster than what this machine could do at best.
bool beats_its_floor(const run_result& result) {
    const std::string beaten = beaten_floors(result);
    if (beaten.empty()) return false;
    std::cerr << "ipcmark: self-check failed, faster than the machine's limit: " << beaten
              << "; either the floor was measured while the machine was busy (run again on a quiet "
                 "one, see `ipcmark doctor`) or the figure is wrong; --no-floors leaves the floors "
                 "and this check out\n";
    return true;
}

int exit_code_of(const run_options& options, const run_outcome& ended, std::size_t failed_cells,
                 const run_result& result) {
    if (ended.interrupted) return exit_interrupted;
    const bool floor_beaten = beats_its_floor(result);
    if (options.strict && result.noise && result.noise->verdict == "unusable") {
        std::cerr << "ipcmark: --strict: the result is written, but unusable: "
                  << result.noise->text << " Stop other work and measure again\n";
        return exit_environment_refused;
    }
    return failed_cells > 0 || floor_beaten ? exit_cell_failed : exit_ok;
}

void report(const run_options& options, const run_result& result) {
    write_output(options.json_file, json_text(to_tree(result), 1) + "\n");
    const view_model model = view_of({{options.json_file, result}});
    if (!options.html_file.empty()) write_output(options.html_file, render_html(model));
    tell_verdict(options, result);
    if (options.json_file == "-" || options.html_file == "-") return;
    // The answers stand last.
    std::cout << '\n'
              << render_text(model, {.colour = colour_wanted(STDOUT_FILENO),
                                     .utf8 = locale_is_utf8(),
                                     .columns = terminal_columns(STDOUT_FILENO),
                                     .all_tables = options.all_tables,
                                     .problems = options.problems});
    if (!options.html_file.empty()) std::cout << "Report: " << options.html_file << "   ";
    std::cout << "Result: " << options.json_file << '\n';
}

run_outcome carry_out(const run_options& options, const plan& what, workplace& here,
                      result_builder& result, journal& lines) {
    const shared_clock clock(here.clock);
    progress bar(0, options.quiet);
    recorder records(result, lines, bar, clock);
    executor by(what, here.pairs, here.interrupts, clock, options.reruns, records,
                here.machine.gate());
    rounds_schedule rounds(what, options.time_budget_s, options.floors);
    bar.expect(rounds.expected());
    bar.say(effort_text(what, options));
    run_outcome ended = run_schedule(rounds, by, records.so_far());
    result.header().watch = here.machine.told(by.others(others_told));
    return ended;
}

int measure_run(const invocation& call, const run_options& options, const plan& what,
                const std::vector<placement_choice>& placements) {
    workplace here(call, options, what);
    run_header header = make_header(call, options, what, placements, here.clock);
    header.watch = here.machine.told({});
    header.calibration = calibration_for(options.calibration_file, options.json_file,
                                         header.environment.fingerprint);
    result_builder builder(std::move(header), what.cells, what.request.repetitions);
    journal lines(options.json_file, builder.first_line());
    run_outcome ended;
    run_result result;
    try {
        ended = carry_out(options, what, here, builder, lines);
        finish_header(builder.header(), here.start_ns, ended.rounds_done, here.clock,
                      here.suspended_ns);
        result = builder.result(ended.complete, ended.incomplete_reason);
        report(options, result);
    } catch (const call_failed& e) {
        throw command_error(e.what() + lines.rescue(), exit_environment_refused);
    }
    lines.discard();
    if (!ended.complete)
        std::cerr << "ipcmark: " << ended.incomplete_reason
                  << "; the result is marked incomplete\n";
    return exit_code_of(options, ended, builder.failed_cells(), result);
}

std::string why_nothing_matches(const plan_request& asked, const registry& mechanisms) {
    const bool all_at_will = std::all_of(asked.patterns.begin(), asked.patterns.end(),
                                         [](pattern each) { return pattern_of(each).at_will; });
    if (all_at_will && !asked.mechanisms.empty()) {
        std::string names;
        for (const registration& each : mechanisms.all())
            if (each.can_share_state && !each.info.test_only)
                names += (names.empty() ? "" : ", ") + std::string(each.info.name);
        return fmt::format("no cell matches: {} is of mechanisms that keep a latest value: {}",
                           pattern_of(asked.patterns.front()).word, names);
    }
    return "no cell matches; `ipcmark run --dry-run` without --filter shows the names";
}

int run_run(const invocation& call) {
    auto options = parse_run_options(call);
    if (!options) return exit_ok;
    const auto placements = find_placements();
    plan what;
    try {
        what = expand(options->plan, options->seed, call.mechanisms, placements);
    } catch (const std::invalid_argument& e) {
        throw command_error(e.what());
    }
    if (what.cells.empty())
        throw command_error(why_nothing_matches(options->plan, call.mechanisms),
                            exit_nothing_matched);
    if (options->print_plan) {
        std::cout << plan_text(options->plan);
        return exit_ok;
    }
    if (options->dry_run) {
        print_cells(what, *options);
        return exit_ok;
    }
    banner_if_unoptimised();
    require_outputs(*options);
    const result_claim claim = options->json_named
                                   ? result_claim::named(options->json_file, options->force)
                                   : result_claim::numbered(options->json_file, options->force);
    options->json_file = claim.file();
    if (options->strict) refuse_disturbed_host(what);
    return measure_run(call, *options, what, placements);
}

}  // namespace

extern const subcommand run_command{"run", "measure cells and write results.json and report.html",
                                    &run_run};

}  // namespace ipcmark
