#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "bench/calibration_file.hpp"
#include "bench/carry_out.hpp"
#include "bench/header.hpp"
#include "bench/limits.hpp"
#include "bench/outputs.hpp"
#include "bench/plan_file.hpp"
#include "bench/recorder.hpp"
#include "bench/version.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/floor_ratios.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/memory_limit.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/terminal.hpp"
#include "harness/host/checks/checks.hpp"
#include "harness/result/result_file.hpp"
#include "harness/run/journal.hpp"
#include "harness/run/memory_limit.hpp"
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
    const named_file outputs[] = {{"the result", options.json_file},
                                  {"the page", options.html_file}};
    const named_file inputs[] = {{"the plan", options.plan_file},
                                 {"the calibration", options.calibration_file}};
    require_distinct(outputs, inputs);
    try_output(options.json_file);
    if (options.html_file.empty()) return;
    if (page_available().empty()) {
        try_output(options.html_file);
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

void banner_of_plugins(const registry& mechanisms, const plan& what) {
    for (const auto& warning : unoptimised_plugins(mechanisms, what))
        std::cerr << "Warning: " << warning.text << ". " << warning.remedy << '\n';
}

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

/// Of a required mechanism without any cell that `is_left`: why.
template <class Cells, class IsLeft, class Reason>
std::string missing_of(const std::vector<std::string>& required, const Cells& cells, IsLeft is_left,
                       Reason reason_of_cell) {
    std::string missing;
    for (const auto& name : required) {
        std::string why = "it is not among the cells";
        bool there = false;
        for (const auto& [mechanism, cell] : cells) {
            if (mechanism != name) continue;
            there = there || is_left(*cell);
            if (!there) why = reason_of_cell(*cell);
        }
        if (!there)
            missing.append(missing.empty() ? "" : "; ").append(name).append(": ").append(why);
    }
    return missing;
}

/// --require: nothing is measured where it is known to be in vain.
void require_planned(const run_options& options, const plan& what) {
    std::vector<std::pair<std::string_view, const planned_cell*>> cells;
    for (const auto& planned : what.cells)
        cells.emplace_back(planned.what.transport, &planned);
    const std::string missing = missing_of(
        options.required, cells, [](const planned_cell& cell) { return !cell.skipped; },
        [](const planned_cell& cell) { return cell.skipped->text; });
    if (!missing.empty())
        throw command_error("--require: skipped here: " + missing, exit_environment_refused);
}

/// --require, once all is known.
bool lacks_required(const run_options& options, const run_result& result) {
    std::vector<std::pair<std::string_view, const cell_result*>> cells;
    for (const auto& cell : result.cells)
        cells.emplace_back(cell.mechanism, &cell);
    const std::string missing = missing_of(
        options.required, cells,
        [](const cell_result& cell) { return cell.ended != status::skipped; },
        [](const cell_result& cell) { return cell.why ? cell.why->text : std::string(); });
    if (missing.empty()) return false;
    std::cerr << "ipcmark: --require: the result is written, but these were skipped: " << missing
              << '\n';
    return true;
}

/// A run of which every cell was skipped is no success.
bool measured_nothing(const run_result& result) {
    if (!result.repetitions.empty()) return false;
    std::string why;
    for (const auto& cell : result.cells)
        if (why.empty() && cell.why) why = cell.name + ": " + cell.why->text;
    std::cerr << "ipcmark: nothing was measured; " << why << '\n';
    return true;
}

int exit_code_of(const run_options& options, const run_outcome& ended, std::size_t failed_cells,
                 const run_result& result) {
    if (ended.interrupted) return exit_interrupted;
    const bool floor_beaten = beats_its_floor(result);
    if (options.strict && result.noise && result.noise->verdict == "unusable") {
        std::cerr
            << "ipcmark: --strict: the result is written, but the machine was too noisy: stop "
               "other work and run again. "
            << result.noise->text << '\n';
        return exit_environment_refused;
    }
    if (lacks_required(options, result)) return exit_environment_refused;
    const bool limit_missed = misses_limits(options.plan, result);
    if (failed_cells > 0 || floor_beaten) return exit_cell_failed;
    if (limit_missed) return exit_gate_failed;
    return result.complete && measured_nothing(result) ? exit_nothing_matched : exit_ok;
}

std::string file_text(const run_result& result) {
    return json_text(to_tree(result), 1) + "\n";
}

void report(const run_options& options, const run_result& result) {
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

/// Nothing measured is lost where something could not be written.
[[noreturn]] void end_with_rescue(const call_failed& why, const result_builder& measured,
                                  const journal& lines) {
    std::string rescue = lines.rescue();
    if (measured.repetitions() > 0 && !(lines.is_whole() && !rescue.empty())) {
        const auto kept = write_elsewhere(file_text(measured.result(false, why.what())));
        if (!kept.empty()) rescue = "; what was measured is in " + kept;
    }
    throw command_error(why.what() + rescue, exit_environment_refused);
}

/// The result is safe from here on, whatever becomes of the page.
void write_result(const run_options& options, const run_result& result, journal& lines) {
    write_output(options.json_file, file_text(result));
    lines.discard();
    try {
        report(options, result);
    } catch (const call_failed& e) {
        throw command_error(std::string(e.what()) + "; the result is in " + options.json_file +
                                ", of which `ipcmark report` makes the page",
                            exit_environment_refused);
    }
}

/// A result's size before anything is measured: that of its frame, and what a repetition adds.
std::size_t expected_bytes(const result_builder& builder, const plan& what) {
    constexpr std::size_t repetition_bytes = 3'000;
    return file_text(builder.result(true, {})).size() +
           repetition_bytes * what.runnable() * what.request.repetitions;
}

int measure_run(const invocation& call, const run_options& options, const plan& what,
                const std::vector<placement_choice>& placements, const std::string& journal_file) {
    workplace here(call, options, what);
    if (options.strict) refuse_disturbed_host(what);
    run_header header = make_header(call, options, what, placements, here.clock);
    header.watch = here.machine.told({});
    header.calibration = calibration_for(options.calibration_file, options.json_file,
                                         header.environment.fingerprint);
    result_builder builder(std::move(header), what.cells, what.request.repetitions);
    require_room(options.json_file, expected_bytes(builder, what));
    journal lines(journal_file, builder.first_line());
    run_outcome ended;
    run_result result;
    try {
        ended = carry_out(options, what, here, builder, lines);
        finish_header(builder.header(), here.start_ns, ended.rounds_done, here.clock,
                      here.suspended_ns);
        result = builder.result(ended.complete, ended.incomplete_reason);
        write_result(options, result, lines);
    } catch (const call_failed& e) {
        end_with_rescue(e, builder, lines);
    } catch (const std::bad_alloc&) {
        throw command_error(out_of_memory_text() + lines.rescue(), exit_environment_refused);
    }
    here.tell_strays();
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
    const bool of_programs = std::any_of(
        mechanisms.all().begin(), mechanisms.all().end(), [&](const registration& each) {
            return each.is_program_pair() &&
                   std::find(asked.mechanisms.begin(), asked.mechanisms.end(), each.info.name) !=
                       asked.mechanisms.end();
        });
    if (of_programs || asked.patterns == std::vector{pattern::programs})
        return "no cell matches: --pattern programs goes with two programs of yours "
               "(--command-producer and --command-consumer, or a file for --external), and with "
               "nothing else";
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
    skip_beyond(memory_limit(), call.mechanisms, what);
    if (options->print_plan) {
        std::cout << plan_text(options->plan);
        return exit_ok;
    }
    if (options->dry_run) {
        print_cells(what, *options);
        return exit_ok;
    }
    banner_if_unoptimised();
    banner_of_plugins(call.mechanisms, what);
    require_planned(*options, what);
    require_outputs(*options);
    const result_claim claim =
        options->json_named
            ? result_claim::named(options->json_file, options->journal_folder, options->force)
            : result_claim::numbered(options->json_file, options->journal_folder, options->force);
    options->json_file = claim.file();
    return measure_run(call, *options, what, placements, claim.journal_file());
}

}  // namespace

extern const subcommand run_command{"run", "measure cells and write results.json and report.html",
                                    &run_run};

}  // namespace ipcmark
