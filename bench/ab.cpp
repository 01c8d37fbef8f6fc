#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <unistd.h>

#include "bench/ab_options.hpp"
#include "bench/ab_plan.hpp"
#include "bench/ab_recorder.hpp"
#include "bench/header.hpp"
#include "bench/limits.hpp"
#include "bench/outputs.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/ab_builder.hpp"
#include "harness/analysis/ab_judgement.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/terminal.hpp"
#include "harness/run/journal.hpp"
#include "reports/ab_report.hpp"
#include "reports/html.hpp"
#include "reports/text.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t most_summary_bytes = (std::size_t{1} << 20) - 1;
constexpr std::size_t most_comment_bytes = 65'535;

/// A program that is given runs all that it runs by its whole self: so does the other one then.
std::vector<variant_program> programs_of(const variant& a, const variant& b) {
    std::vector<variant_program> programs{a.program, b.program};
    if (a.has_own_program() || b.has_own_program())
        for (auto& each : programs)
            if (each.path.empty()) each.path = "/proc/self/exe";
    return programs;
}

/// Nothing measured is lost where something could not be written.
[[noreturn]] void end_with_rescue(const call_failed& why, const journal& lines,
                                  const std::function<ab_result()>& measured) {
    std::string rescue = lines.rescue();
    if (!(lines.is_whole() && !rescue.empty())) {
        const auto kept = write_elsewhere(json_text(to_tree(measured()), 1) + "\n");
        if (!kept.empty()) rescue = "; what was measured is in " + kept;
    }
    throw command_error(why.what() + rescue, exit_environment_refused);
}

class comparison_run {
public:
    /// `journal_file` empty: no journal.
    comparison_run(const invocation& call, const ab_options& options, const variant& a,
                   const variant& b, const paired_plan& what,
                   const std::vector<placement_choice>& placements, const std::string& journal_file)
        : options_(options),
          what_(what),
          here_(call, options.run, what.cells, programs_of(a, b)),
          clock_(here_.clock),
          kept_(frame_of(a, b),
                {side(call, a, 0, placements), side(call, b, what.compared, placements)}),
          lines_(std::make_unique<journal>(journal_file, kept_.first_line())) {}

    /// Blocks until it is over. Where a line cannot be written, what was measured is kept elsewhere
    /// and command_error is thrown.
    ab_result carry_out() {
        try {
            return measured();
        } catch (const call_failed& e) {
            end_with_rescue(e, *lines_, [&] { return kept_.result(false, e.what()); });
        }
    }

    bool interrupted() const { return interrupted_; }
    std::size_t failed_cells() const { return kept_.failed_cells(); }
    std::unique_ptr<journal> take_lines() { return std::move(lines_); }

private:
    static constexpr std::size_t others_told = 5;

    ab_result measured() {
        progress bar(2 * what_.pairs.size() * options_.rule.looks.front().pairs,
                     options_.run.quiet);
        ab_recorder records(what_.cells, what_.pairs, options_.rule, kept_, *lines_, bar, clock_,
                            here_.machine);
        executor by(what_.cells, here_.pairs, here_.interrupts, clock_,
                    {options_.run.reruns, options_.run.retries}, records, here_.machine.gate());
        pairs_schedule pairs(what_.cells, what_.pairs,
                             {options_.run.time_budget_s, what_.cells.request.verify, true,
                              [&records](std::size_t pair, std::uint64_t round) {
                                  return records.takes_part(pair, round);
                              }});
        const run_outcome ended = run_schedule(pairs, by, records.so_far());
        interrupted_ = ended.interrupted;
        const auto others = here_.machine.told(by.others(others_told));
        for (std::size_t i = 0; i < 2; ++i) {
            run_header& header = kept_.side(i).header();
            header.watch = others;
            finish_header(header, here_.start_ns, ended.rounds_done, here_.clock,
                          here_.suspended_ns);
        }
        return kept_.result(ended.complete, ended.incomplete_reason);
    }

    const planned_cell& cell(std::size_t at) const { return what_.cells.cells[at]; }

    ab_result frame_of(const variant& a, const variant& b) const {
        ab_result frame;
        frame.variants = {a.info, b.info};
        frame.same = are_same(a, b);
        frame.rule = options_.rule;
        for (std::size_t i = 0; i < what_.compared; ++i)
            frame.pairs.push_back(
                {cell(what_.pairs[i].a).what.name(), cell(what_.pairs[i].b).what.name()});
        return frame;
    }

    result_builder side(const invocation& call, const variant& of, std::size_t first,
                        const std::vector<placement_choice>& placements) {
        const auto from = what_.cells.cells.begin() + static_cast<std::ptrdiff_t>(first);
        const std::vector<planned_cell> cells(from,
                                              from + static_cast<std::ptrdiff_t>(what_.compared));
        run_header header = make_header(call, options_.run, what_.cells, placements, here_.clock);
        header.watch = here_.machine.told({});
        header.plan.cells = cells.size();
        header.plan.reads = cells.front().what.reads;
        if (of.info.revision) header.build.git = {*of.info.revision, false};
        return {std::move(header), cells, options_.rule.looks.front().pairs};
    }

    const ab_options& options_;
    const paired_plan& what_;
    workplace here_;
    shared_clock clock_;
    ab_builder kept_;
    std::unique_ptr<journal> lines_;
    bool interrupted_ = false;
};

struct comparison {
    ab_result result;
    bool interrupted = false;
    std::size_t failed_cells = 0;
    std::unique_ptr<journal> lines;
};

/// Everything that it needs of the machine is given back at the end: another may follow.
comparison compare(const invocation& call, const ab_options& options, const variant& a,
                   const variant& b, const paired_plan& what,
                   const std::vector<placement_choice>& placements,
                   const std::string& journal_file) {
    comparison_run run(call, options, a, b, what, placements, journal_file);
    ab_result result = run.carry_out();
    return {std::move(result), run.interrupted(), run.failed_cells(), run.take_lines()};
}

void write_answer(const ab_options& options, const ab_result& result, const ab_judgement& judged) {
    const auto lines = ab_answer(result, judged);
    switch (options.format) {
        case ab_format::json:
            std::cout << json_text(to_tree(result), 1) << '\n';
            return;
        case ab_format::junit:
            std::cout << render_junit(result, judged);
            return;
        case ab_format::markdown:
            std::cout << render_ab_markdown(result, judged, most_summary_bytes);
            return;
        case ab_format::github:
            std::cout << github_annotations(result, judged);
            for (const auto& line : lines)
                std::cout << line << '\n';
            return;
        case ab_format::text:
            std::cout << render_text(view_of(result, judged),
                                     {.colour = colour_wanted(STDOUT_FILENO),
                                      .utf8 = locale_is_utf8(),
                                      .columns = terminal_columns(STDOUT_FILENO)});
            if (!options.run.html_file.empty())
                std::cout << "Report: " << options.run.html_file << "   ";
            std::cout << "Result: " << options.run.json_file << '\n';
    }
}

/// GitHub shows what is appended to this file below the job.
void append_step_summary(const ab_result& result, const ab_judgement& judged) {
    const char* file = std::getenv("GITHUB_STEP_SUMMARY");  // NOLINT(concurrency-mt-unsafe)
    if (file == nullptr || *file == '\0') return;
    std::ofstream summary(file, std::ios::app);
    summary << render_ab_markdown(result, judged, most_summary_bytes);
    if (!summary.flush())
        throw command_error(std::string("GITHUB_STEP_SUMMARY: ") + file + " cannot be written",
                            exit_environment_refused);
}

/// All of it is safe from here on, whatever becomes of the page and the comment.
void write_result(const ab_options& options, comparison& compared) {
    try {
        write_output(options.run.json_file, json_text(to_tree(compared.result), 1) + "\n");
        compared.lines->discard();
    } catch (const call_failed& e) {
        end_with_rescue(e, *compared.lines, [&] { return compared.result; });
    }
}

void write_files(const ab_options& options, const ab_result& result, const ab_judgement& judged) {
    if (!options.run.html_file.empty())
        write_output(options.run.html_file, render_html(view_of(result, judged)));
    if (!options.comment_file.empty())
        write_output(options.comment_file, render_ab_markdown(result, judged, most_comment_bytes));
    if (options.format == ab_format::github) append_step_summary(result, judged);
}

int exit_code_of(const ab_options& options, const ab_judgement& judged, bool interrupted,
                 std::size_t failed_cells, bool limit_missed) {
    if (interrupted) return exit_interrupted;
    if (failed_cells > 0) return exit_cell_failed;
    if (judged.machine_moved) return exit_inconclusive;
    if (judged.count(gate_role::primary, change::regressed) > 0 || limit_missed)
        return exit_gate_failed;
    if (options.require_conclusive && !judged.is_conclusive()) return exit_inconclusive;
    return exit_ok;
}

/// Before anything is measured.
void require_outputs(const ab_options& options, const variant& a, const variant& b) {
    const run_options& run = options.run;
    if (!run.html_file.empty() && !page_available().empty())
        throw command_error("--html: " + page_available(), exit_environment_refused);
    std::vector<named_file> inputs;
    for (const auto& [flag, side] : {std::pair{"--a", &a}, {"--b", &b}}) {
        inputs.push_back({flag, side->info.program.value_or("")});
        for (const auto& file : side->info.plugins)
            inputs.push_back({flag, file});
    }
    require_distinct(
        std::array{named_file{"--json", run.json_file}, named_file{"--html", run.html_file},
                   named_file{"--comment", options.comment_file}},
        inputs);
    for (const auto& file : {run.json_file, run.html_file, options.comment_file})
        if (!file.empty()) try_output(file);
}

int run_ab(const invocation& call) {
    auto options = parse_ab_options(call);
    if (!options) return exit_ok;
    std::optional<checkouts> built;
    if (!options->build.empty()) built.emplace(options->build, options->built);
    const auto resolve = [&](const variant_words& words) {
        return resolve_variant(words, call, built ? &*built : nullptr);
    };
    const variant a = resolve(options->a);
    const variant b = resolve(options->b);
    const known_mechanisms known(call, a, b);
    const invocation here{call.arguments, call.full, known.all, call.plugins};
    const auto placements = find_placements();
    const auto side = [&](const variant& of, const std::string& flag) {
        return plan_of_side(options->run, of, flag, options->mechanisms_named, known.all,
                            placements);
    };
    const paired_plan what = pair_up(side(a, "a"), side(b, "b"), known.all, placements);
    require_outputs(*options, a, b);
    const result_claim claim =
        options->run.json_named
            ? result_claim::named(options->run.json_file, options->run.journal_folder,
                                  options->run.force)
            : result_claim::numbered(options->run.json_file, options->run.journal_folder,
                                     options->run.force);
    options->run.json_file = claim.file();
    comparison compared = compare(here, *options, a, b, what, placements, claim.journal_file());
    if (options->confirm && !compared.interrupted)
        if (const paired_plan again = regressed_of(what, judge(compared.result));
            again.compared > 0) {
            std::cerr << "ipcmark: " << again.compared
                      << " compared once more, with another seed\n";
            comparison second = compare(here, *options, a, b, again, placements, {});
            compared.interrupted = second.interrupted;
            compared.result.confirmation.push_back(std::move(second.result));
        }
    const ab_judgement judged = judge(compared.result);
    write_result(*options, compared);
    write_files(*options, compared.result, judged);
    write_answer(*options, compared.result, judged);
    const bool limit_missed = misses_limits(options->run.plan, compared.result.results[1]);
    return exit_code_of(*options, judged, compared.interrupted, compared.failed_cells,
                        limit_missed);
}

}  // namespace

extern const subcommand ab_command{"ab", "is B slower than A? two variants, pair by pair", &run_ab};

}  // namespace ipcmark
