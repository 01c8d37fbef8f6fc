#include <algorithm>
#include <fmt/format.h>
#include <iostream>

#include "bench/calibrate_options.hpp"
#include "bench/calibration_file.hpp"
#include "bench/header.hpp"
#include "bench/outputs.hpp"
#include "bench/pair_recorder.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/calibration_block.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/output_file.hpp"

namespace ipcmark {

namespace {

void require_enough(const run_outcome& ended, const std::vector<identical_pair>& series) {
    if (ended.rounds_done < least_calibration_rounds)
        throw command_error(
            fmt::format("{} after {} rounds, and a calibration needs {}: {}",
                        ended.interrupted ? "interrupted" : "the time budget was spent",
                        ended.rounds_done, least_calibration_rounds,
                        ended.interrupted ? "nothing was written"
                                          : "raise --time-budget or name fewer mechanisms"),
            ended.interrupted ? exit_interrupted : exit_inconclusive);
    if (series.empty())
        throw command_error("no cell could be measured in every round; `ipcmark run` tells why",
                            exit_cell_failed);
}

std::vector<std::string> cells_of(const plan& what) {
    std::vector<std::string> names;
    for (const auto& planned : what.cells)
        if (!planned.skipped) names.push_back(planned.what.name());
    return names;
}

int measure_pairs(const invocation& call, const run_options& options, const plan& what,
                  const std::vector<placement_choice>& placements) {
    workplace here(call, options, what);
    run_header header = make_header(call, options, what, placements, here.clock);
    const shared_clock clock(here.clock);
    progress bar(2 * what.runnable() * options.plan.repetitions, options.quiet);
    pair_recorder records(what, bar, clock);
    executor by(what, here.pairs, here.interrupts, clock, {options.reruns, options.retries},
                records, here.machine.gate());
    pairs_schedule pairs(what, options.time_budget_s);
    const run_outcome ended = run_schedule(pairs, by, records.so_far());
    const auto series = records.figures().log_ratios(cells_of(what), ended.rounds_done);
    require_enough(ended, series);
    finish_header(header, here.start_ns, ended.rounds_done, here.clock, here.suspended_ns);
    const auto figures = calibrate(series, comparison_repetitions, what.seed);
    const auto& failures = records.figures().failures();
    const std::string text =
        json_text(calibration_document(header,
                                       calibration_block(figures, header, ended.rounds_done,
                                                         records.repetitions(), records.rests_on()),
                                       failures, series),
                  1) +
        "\n";
    try {
        write_output(options.json_file, text);
    } catch (const call_failed& e) {
        const auto kept = write_elsewhere(text);
        throw command_error(e.what() + (kept.empty() ? "" : "; what was measured is in " + kept),
                            exit_environment_refused);
    }
    if (options.json_file != "-")
        std::cout << calibration_text(figures, ended.rounds_done, records.rests_on())
                  << "Calibration: " << options.json_file << '\n';
    const bool failed = std::any_of(failures.begin(), failures.end(), [](const auto& each) {
        return each.second.ended != status::skipped;
    });
    return ended.interrupted ? exit_interrupted : failed ? exit_cell_failed : exit_ok;
}

int run_calibrate(const invocation& call) {
    const auto options = parse_calibrate_options(call);
    if (!options) return exit_ok;
    const auto placements = find_placements();
    const plan what = runnable_plan(*options, call.mechanisms, placements);
    if (options->json_file != "-") require_writable(options->json_file);
    return measure_pairs(call, *options, what, placements);
}

}  // namespace

extern const subcommand calibrate_command{"calibrate", "measure what this machine can tell apart",
                                          &run_calibrate};

}  // namespace ipcmark
