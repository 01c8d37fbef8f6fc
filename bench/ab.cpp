#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <unistd.h>

#include "bench/ab_options.hpp"
#include "bench/ab_recorder.hpp"
#include "bench/header.hpp"
#include "bench/limits.hpp"
#include "bench/outputs.hpp"
#include "bench/plugins.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/ab_judgement.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/terminal.hpp"
#include "reports/ab_report.hpp"
#include "reports/html.hpp"
#include "reports/text.hpp"
#include "transports/register_all.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t most_summary_bytes = (std::size_t{1} << 20) - 1;
constexpr std::size_t most_comment_bytes = 65'535;

/// The mechanisms of this program, of --plugin and of the plug-ins of both sides; of two plug-ins
/// that bring a mechanism of one name the first describes it.
struct known_mechanisms {
    registry all;
    std::vector<std::unique_ptr<plugin_set>> loaded;

    known_mechanisms(const invocation& call, const variant& a, const variant& b) {
        register_all(all);
        for (const auto& file : call.plugins)
            load(file);
        for (const registration& each : call.mechanisms.all())
            if (each.external) all.add_external(each.external);
        for (const variant* side : {&a, &b})
            for (std::size_t i = call.plugins.size(); i < side->program.plugins.size(); ++i)
                if (std::any_of(side->added.begin(), side->added.end(),
                                [this](const auto& name) { return all.find(name) == nullptr; }))
                    load(side->program.plugins[i]);
    }

private:
    void load(const std::string& file) {
        std::vector<std::string> arguments{"--plugin", file};
        loaded.push_back(std::make_unique<plugin_set>(arguments, all));
    }
};

/// The cells of both sides in one plan: those of A, as many of B, then the controls.
struct paired_plan {
    plan cells;
    std::vector<cell_pair> pairs;
    std::size_t compared = 0;
};

plan plan_of_side(const run_options& run, const variant& side, const std::string& flag,
                  bool mechanisms_named, const registry& mechanisms,
                  const std::vector<placement_choice>& placements) {
    run_options own = run;
    if (!side.added.empty() && !mechanisms_named) own.plan.mechanisms = side.added;
    side.apply_to(own.plan, flag);
    for (const auto& name : own.plan.mechanisms)
        if (mechanisms.find(name) == nullptr)
            throw command_error(
                fmt::format("--{}: this program has no mechanism '{}' whose cells it "
                            "could plan; give a plug-in that has it with --plugin",
                            flag, name));
    plan result;
    try {
        result = expand(own.plan, own.seed, mechanisms, placements);
    } catch (const std::invalid_argument& e) {
        throw command_error("--" + flag + ": " + e.what());
    }
    for (planned_cell& each : result.cells)
        if (!side.known.empty() && !each.skipped &&
            std::find(side.known.begin(), side.known.end(), each.what.transport) ==
                side.known.end())
            each.skipped = failure{status::skipped, "unavailable", "",
                                   "the program of --" + flag + " has no mechanism of this name"};
    return result;
}

/// Of `null` and `pipe`, by the workers of this program.
void add_controls(paired_plan& to, const registry& mechanisms,
                  const std::vector<placement_choice>& placements) {
    plan_request request = to.cells.request;
    request.mechanisms = {"null", "pipe"};
    request.patterns = {pattern::round_trip};
    request.payloads = {64};
    request.filters.clear();
    request.reads = touch::rw;
    request.depth.reset();
    for (planned_cell& each : expand(request, to.cells.seed, mechanisms, placements).cells) {
        if (each.skipped) continue;
        const std::size_t at = to.cells.cells.size();
        to.cells.cells.push_back(std::move(each));
        to.pairs.push_back({at, at, true});
    }
}

paired_plan pair_up(const plan& a, const plan& b, const registry& mechanisms,
                    const std::vector<placement_choice>& placements) {
    if (a.cells.empty() || b.cells.empty())
        throw command_error("no cell matches", exit_nothing_matched);
    bool alike = a.cells.size() == b.cells.size();
    for (std::size_t i = 0; alike && i < a.cells.size(); ++i)
        alike = a.cells[i].what.kind == b.cells[i].what.kind;
    if (!alike)
        throw command_error("the cells of A and B do not pair up: A has " +
                            std::to_string(a.cells.size()) + " (" + a.cells.front().what.name() +
                            " first), B " + std::to_string(b.cells.size()) + " (" +
                            b.cells.front().what.name() +
                            "); name one mechanism for each side, or the same patterns and sizes");
    paired_plan result{a, {}, a.cells.size()};
    result.cells.cells.insert(result.cells.cells.end(), b.cells.begin(), b.cells.end());
    for (std::size_t i = 0; i < a.cells.size(); ++i)
        result.pairs.push_back({i, a.cells.size() + i, false});
    skip_beyond(memory_limit(), mechanisms, result.cells);
    const bool none = std::all_of(result.pairs.begin(), result.pairs.end(), [&](const auto& pair) {
        return result.cells.cells[pair.a].skipped || result.cells.cells[pair.b].skipped;
    });
    if (none) {
        const auto& first = result.cells.cells;
        const auto& why =
            first[result.pairs[0].a].skipped ? first[result.pairs[0].a] : first[result.pairs[0].b];
        throw command_error(
            "no pair of cells can run here: " + why.what.name() + ": " + why.skipped->text,
            exit_nothing_matched);
    }
    add_controls(result, mechanisms, placements);
    return result;
}

/// A program that is given runs all that it runs by its whole self: so does the other one then.
std::vector<variant_program> programs_of(const variant& a, const variant& b) {
    std::vector<variant_program> programs{a.program, b.program};
    if (a.has_own_program() || b.has_own_program())
        for (auto& each : programs)
            if (each.path.empty()) each.path = "/proc/self/exe";
    return programs;
}

class comparison_run {
public:
    comparison_run(const invocation& call, const ab_options& options, const variant& a,
                   const variant& b, const paired_plan& what,
                   const std::vector<placement_choice>& placements)
        : options_(options),
          what_(what),
          here_(call, options.run, what.cells, programs_of(a, b)),
          clock_(here_.clock),
          sides_{side(call, a, 0, placements), side(call, b, what.compared, placements)} {
        result_.variants = {a.info, b.info};
        result_.same = are_same(a, b);
        result_.rule = options.rule;
        for (std::size_t i = 0; i < what.compared; ++i)
            result_.pairs.push_back(
                {cell(what.pairs[i].a).what.name(), cell(what.pairs[i].b).what.name()});
    }

    /// Blocks until it is over.
    ab_result carry_out() {
        progress bar(2 * what_.pairs.size() * options_.rule.looks.front().pairs,
                     options_.run.quiet);
        ab_recorder records(what_.cells, what_.pairs, options_.rule, {&sides_[0], &sides_[1]}, bar,
                            clock_, here_.machine);
        executor by(what_.cells, here_.pairs, here_.interrupts, clock_,
                    {options_.run.reruns, options_.run.retries}, records, here_.machine.gate());
        pairs_schedule pairs(what_.cells, what_.pairs,
                             {options_.run.time_budget_s, what_.cells.request.verify, true,
                              [&records](std::size_t pair, std::uint64_t round) {
                                  return records.takes_part(pair, round);
                              }});
        const run_outcome ended = run_schedule(pairs, by, records.so_far());
        interrupted_ = ended.interrupted;
        result_.complete = ended.complete;
        if (!ended.complete) result_.incomplete_reason = ended.incomplete_reason;
        result_.controls = records.controls();
        const auto others = here_.machine.told(by.others(others_told));
        for (std::size_t i = 0; i < sides_.size(); ++i) {
            sides_[i].header().watch = others;
            finish_header(sides_[i].header(), here_.start_ns, ended.rounds_done, here_.clock,
                          here_.suspended_ns);
            result_.results[i] = sides_[i].result(ended.complete, ended.incomplete_reason);
        }
        return std::move(result_);
    }

    bool interrupted() const { return interrupted_; }
    std::size_t failed_cells() const { return sides_[0].failed_cells() + sides_[1].failed_cells(); }

private:
    static constexpr std::size_t others_told = 5;

    const planned_cell& cell(std::size_t at) const { return what_.cells.cells[at]; }

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
    std::array<result_builder, 2> sides_;
    ab_result result_;
    bool interrupted_ = false;
};

struct measured {
    ab_result result;
    bool interrupted = false;
    std::size_t failed_cells = 0;
};

measured measure(const invocation& call, const ab_options& options, const variant& a,
                 const variant& b, const paired_plan& what,
                 const std::vector<placement_choice>& placements) {
    comparison_run run(call, options, a, b, what, placements);
    ab_result result = run.carry_out();
    return {std::move(result), run.interrupted(), run.failed_cells()};
}

/// The other way round where two CPUs are used, so that neither is the consumer's in both.
void exchange_cpus(std::vector<party>& parties) {
    std::vector<int> cpus = cpus_of(parties);
    std::reverse(cpus.begin(), cpus.end());
    for (std::size_t i = 0; i < parties.size(); ++i)
        parties[i].cpu = cpus[i];
}

/// The pairs with a figure that regressed, and the controls.
paired_plan regressed_of(const paired_plan& all, const ab_judgement& judged) {
    constexpr std::uint64_t other_seed = 0x9e37'79b9'7f4a'7c15;
    std::vector<bool> regressed(all.compared);
    for (const ab_figure& each : judged.figures)
        if (each.by.role == gate_role::primary && each.seen.verdict == change::regressed)
            regressed[each.pair] = true;
    paired_plan again{{all.cells.request, {}, all.cells.seed ^ other_seed}, {}, 0};
    const auto take = [&](std::size_t cell) {
        again.cells.cells.push_back(all.cells.cells[cell]);
        exchange_cpus(again.cells.cells.back().parties);
        return again.cells.cells.size() - 1;
    };
    std::vector<std::size_t> taken;
    for (std::size_t i = 0; i < all.compared; ++i)
        if (regressed[i]) taken.push_back(i);
    again.compared = taken.size();
    for (const std::size_t i : taken)
        again.pairs.push_back({take(all.pairs[i].a), 0, false});
    for (std::size_t i = 0; i < taken.size(); ++i)
        again.pairs[i].b = take(all.pairs[taken[i]].b);
    for (const cell_pair& each : all.pairs) {
        if (!each.control) continue;
        const std::size_t at = take(each.a);
        again.pairs.push_back({at, at, true});
    }
    return again;
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

void write_files(const ab_options& options, const ab_result& result, const ab_judgement& judged) {
    write_output(options.run.json_file, json_text(to_tree(result), 1) + "\n");
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
    if (options.require_conclusive && judged.count(gate_role::primary, change::inconclusive) > 0)
        return exit_inconclusive;
    return exit_ok;
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
    if (!options->run.html_file.empty() && !page_available().empty())
        throw command_error("--html: " + page_available(), exit_environment_refused);
    const result_claim claim =
        options->run.json_named
            ? result_claim::named(options->run.json_file, "", options->run.force)
            : result_claim::numbered(options->run.json_file, "", options->run.force);
    options->run.json_file = claim.file();
    measured compared = measure(here, *options, a, b, what, placements);
    if (options->confirm && !compared.interrupted)
        if (const paired_plan again = regressed_of(what, judge(compared.result));
            again.compared > 0) {
            std::cerr << "ipcmark: " << again.compared
                      << " compared once more, with another seed and other CPUs\n";
            measured second = measure(here, *options, a, b, again, placements);
            compared.interrupted = second.interrupted;
            compared.result.confirmation.push_back(std::move(second.result));
        }
    const ab_judgement judged = judge(compared.result);
    write_files(*options, compared.result, judged);
    write_answer(*options, compared.result, judged);
    const bool limit_missed = misses_limits(options->run.plan, compared.result.results[1]);
    return exit_code_of(*options, judged, compared.interrupted, compared.failed_cells,
                        limit_missed);
}

}  // namespace

extern const subcommand ab_command{"ab", "is B slower than A? two variants, pair by pair", &run_ab};

}  // namespace ipcmark
