#include "bench/executor.hpp"

#include <algorithm>

#include "bench/google_benchmark.hpp"
#include "harness/analysis/clock_flags.hpp"
#include "harness/analysis/floor_ratios.hpp"
#include "harness/analysis/noise_verdict.hpp"
#include "harness/analysis/record_builder.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/result/metrics.hpp"
#include "harness/run/budget.hpp"
#include "harness/run/capacity_search.hpp"
#include "harness/run/clock_offset_measurement.hpp"
#include "harness/run/floor_measurement.hpp"
#include "harness/run/noise_monitor.hpp"
#include "harness/run/rerun_rule.hpp"
#include "harness/run/switch_decomposition.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

class conductor {
public:
    conductor(const plan& what, const run_options& options, runner& pairs,
              interrupt_watch& interrupts, const shared_clock& clock, sitting& result,
              progress& bar, const journal_writer& journal)
        : plan_(what),
          options_(options),
          pairs_(pairs),
          interrupts_(interrupts),
          clock_(clock),
          result_(result),
          bar_(bar),
          journal_(journal),
          start_ns_(shared_clock::raw_ns()),
          reruns_(options.reruns) {}

    conclusion run() {
        bar_.expect(expected_spawns());
        if (plan_.request.verify) pass(spawn_purpose::verify, 0);
        saturations_.measure(plan_, clock_, [this](const cell& what, const spawn_request& asked) {
            bar_.show(result_.spawns(), "saturation of " + what.name());
            return going_on() ? std::optional(pairs_.run(asked)) : std::nullopt;
        });
        note_clock_offsets("begin");
        probe_floors();
        for (std::uint64_t round = 0; going_on() && another_round(round); ++round) {
            const double before_s = elapsed_s();
            timed_round(round);
            if (!ended_.interrupted) ended_.rounds_done = round + 1;
            if (const auto cells = taking_part(round); cells > 0)
                longest_spawn_s_ = std::max(longest_spawn_s_,
                                            (elapsed_s() - before_s) / static_cast<double>(cells));
            if (floors_due()) probe_floors();
        }
        if (options_.time_budget_s && !floors_due()) probe_floors();
        for (std::uint64_t n = 0; n < plan_.request.counting_spawns && going_on(); ++n)
            pass(spawn_purpose::counting, n);
        idle_pass();
        if (!ended_.interrupted) note_clock_offsets("end");
        return ended_;
    }

private:
    std::size_t expected_spawns() const {
        const std::uint64_t per_cell =
            plan_.request.spawns + plan_.request.counting_spawns + (plan_.request.verify ? 1 : 0);
        return plan_.runnable() * per_cell + idle_cells().size();
    }

    std::vector<std::size_t> idle_cells() const {
        return plan_.idle_cells(
            [this](const planned_cell& planned) { return !result_.given_up(planned.what.name()); });
    }

    /// What waiting costs: once for each mechanism and placement.
    void idle_pass() {
        for (const std::size_t index : idle_cells()) {
            if (!going_on()) return;
            const planned_cell& planned = plan_.cells[index];
            if (auto outcome = spawn(planned, spawn_purpose::idle))
                keep(make_record(planned.what, spawn_purpose::idle, *outcome, clock_, nullptr));
        }
    }

    bool going_on() {
        if (ended_.interrupted || interrupts_.pending()) {
            ended_.interrupted = true;
            ended_.complete = false;
            ended_.incomplete_reason = "interrupted by a signal";
        }
        return ended_.complete;
    }

    double elapsed_s() const {
        return static_cast<double>(shared_clock::raw_ns() - start_ns_) / 1e9;
    }

    std::size_t taking_part(std::uint64_t round) const {
        std::size_t cells = 0;
        for (std::size_t i = 0; i < plan_.cells.size(); ++i)
            cells += runs_in(i, round) ? 1 : 0;
        return cells;
    }

    bool runs_in(std::size_t index, std::uint64_t round) const {
        return !result_.given_up(plan_.cells[index].what.name()) &&
               (!options_.time_budget_s || budget_.takes_part(index, round));
    }

    /// Without a budget as many as planned; with one as long as there is time and use for it.
    bool another_round(std::uint64_t round) {
        if (!options_.time_budget_s) return round < plan_.request.spawns;
        if (budget_.is_checkpoint(round)) {
            std::vector<cell_progress> progress;
            for (const auto& planned : plan_.cells)
                progress.push_back(result_.progress(planned.what.name()));
            budget_.checkpoint(round, progress);
        }
        if (budget_.all_rest() || !budget_allows(round)) return false;
        if (round >= budget_.rule().least_rounds)
            bar_.expect(result_.spawns() + spawns_through(round));
        return true;
    }

    /// Of this round and the counting passes.
    std::size_t spawns_through(std::uint64_t round) const {
        return taking_part(round) + plan_.request.counting_spawns * plan_.runnable();
    }

    /// Whole rounds only: stopping inside one would favour the cells that came first. The counting
    /// spawns at the end have their share set aside.
    bool budget_allows(std::uint64_t round) {
        const auto spawns = static_cast<double>(spawns_through(round));
        if (elapsed_s() + longest_spawn_s_ * spawns <= *options_.time_budget_s) return true;
        if (round >= budget_.rule().least_rounds) return false;
        ended_.complete = false;
        ended_.incomplete_reason =
            "the time budget was spent; a round more would not have fitted in";
        return false;
    }

    /// Before the first round, after the last and at most four times in between.
    bool floors_due() const {
        const std::uint64_t every = std::max<std::uint64_t>(plan_.request.spawns / 5, 1);
        return !ended_.interrupted &&
               (ended_.rounds_done % every == 0 || ended_.rounds_done == plan_.request.spawns);
    }

    void probe_floors() {
        if (!options_.floors) return;
        floors_.probe(ended_.rounds_done, [this](const std::string& what) {
            bar_.show(result_.spawns(), what);
            return going_on();
        });
        journal_(result_.amend({{"floors", floors_block(floors_.log())}}));
    }

    void note_clock_offsets(const char* when) {
        ordered_json clock = result_.header().at("clock");
        ordered_json& offsets = clock["offsets"];
        if (offsets.is_null()) offsets = ordered_json::array();
        for (const auto& [cpus, bound] : measure_clock_offsets(plan_, pairs_))
            offsets.push_back(offset_block(bound, clock_, cpus[0], cpus[1], when));
        journal_(result_.amend({{"clock", std::move(clock)}}));
    }

    spawn_request request_for(const planned_cell& planned, spawn_purpose purpose) {
        spawn_request request;
        request.what = planned.what;
        request.cpus = planned.cpus;
        request.tag = plan_.tag(sequence_);
        const auto saturation = saturations_.of(planned.what);
        request.layout = plan_.layout(sequence_);
        if (purpose == spawn_purpose::verify) {
            request.what.reads = touch::verify;
            request.what.kind = plain_pattern(planned.what.kind).value();
            request.work = plan_.verify_effort(planned.what);
        } else if (purpose == spawn_purpose::timed) {
            request.work = plan_.timed_effort(planned.what, saturation);
        } else if (purpose == spawn_purpose::idle) {
            request.what.kind = plain_pattern(planned.what.kind).value();
            request.work = plan_.idle_effort();
        } else {
            request.work = plan_.counting_effort(planned.what, saturation);
        }
        request.work.pace.seed = request.tag;
        return request;
    }

    /// Runs one spawn; nullopt when a signal ended it, which is no fault of the cell.
    std::optional<spawn_result> spawn(const planned_cell& planned, spawn_purpose purpose) {
        bar_.show(result_.spawns(), planned.what.name());
        const spawn_request asked = request_for(planned, purpose);
        spawn_result outcome =
            planned.what.kind == pattern::decompose
                ? decomposer_.run(asked, planned.spins, purpose == spawn_purpose::timed)
                : pairs_.run(asked);
        ++sequence_;
        if (outcome.interrupted) {
            going_on();
            return std::nullopt;
        }
        return outcome;
    }

    void keep(spawn_record record) {
        if (record.failed)
            bar_.say(record.cell_name + ": " + std::string(to_word(record.failed->ended)) + ": " +
                     record.failed->text);
        journal_(to_json(record));
        result_.add(std::move(record));
    }

    /// The passes that are not timed: every cell once, in the order of a round of their own.
    void pass(spawn_purpose purpose, std::uint64_t round) {
        constexpr std::uint64_t apart = 1u << 20;  // no timed round's order is repeated
        const std::uint64_t salt = apart * (1 + static_cast<std::uint64_t>(purpose)) + round;
        for (const std::size_t index : plan_.round_order(salt)) {
            const planned_cell& planned = plan_.cells[index];
            if (result_.given_up(planned.what.name()) || !plain_pattern(planned.what.kind))
                continue;
            if (!going_on()) return;
            if (auto outcome = spawn(planned, purpose))
                keep(make_record(planned.what, purpose, *outcome, clock_, nullptr));
        }
    }

    void timed_round(std::uint64_t round) {
        std::vector<spawn_slot> slots;
        std::vector<timed_try> tries;  // of the slot at hand
        for (const std::size_t index : plan_.round_order(round)) {
            const planned_cell& planned = plan_.cells[index];
            if (!runs_in(index, round)) continue;
            slots.push_back({planned.what.name(),
                             [this, &planned, &tries] { return run_slot(planned, tries); },
                             [this, &planned, &tries, round](const ordered_json& entry) {
                                 for (std::size_t n = 0; n < tries.size(); ++n)
                                     keep_timed(planned, tries, n, round, entry);
                             }});
        }
        run_round(slots);
    }

    /// One spawn, and while it is contaminated and the rule allows, another in its place. All stay.
    spawn_outcome run_slot(const planned_cell& planned, std::vector<timed_try>& tries) {
        tries.clear();
        bool again = true;
        while (again && going_on()) {
            auto done =
                watch_.run(planned, clock_, [&] { return spawn(planned, spawn_purpose::timed); });
            if (!done) break;
            again = reruns_.again(planned.what.name(), tries.size(), done->contaminated());
            if (again) bar_.expect_more(1);
            done->sequence = sequence_ - 1;
            tries.push_back(std::move(*done));
        }
        if (reruns_.gave_up_now())
            bar_.say(
                "most spawns are contaminated by other work on this machine: running them "
                "again is left off while that lasts; `ipcmark doctor` says what helps");
        if (tries.empty()) return {false, "interrupted", 0, 0};
        return outcome_of(planned, tries.back().outcome);
    }

    spawn_outcome outcome_of(const planned_cell& planned, const spawn_result& spawn) const {
        if (spawn.failed) return {false, spawn.failed->text, 0, 0};
        const spawn_view view{planned.what, spawn, clock_};
        const double counted = static_cast<double>(view.producer().counted_messages);
        const double cpu_ns = static_cast<double>(view.producer().consumed.cpu_ns() +
                                                  view.consumer().consumed.cpu_ns());
        return {true, "", view.elapsed_ns() / std::max(view.messages(), 1.0),
                cpu_ns / std::max(counted, 1.0)};
    }

    void keep_timed(const planned_cell& planned, const std::vector<timed_try>& tries,
                    std::size_t which, std::uint64_t round, ordered_json entry) {
        const auto& [spawn, noise, sequence] = tries[which];
        if (!spawn.failed) {
            const spawn_outcome figures = outcome_of(planned, spawn);
            entry["real_time"] = figures.real_ns;
            entry["cpu_time"] = figures.cpu_ns;
        }
        entry["ipc"] = {{"cell", planned.what.name()},
                        {"sequence", sequence},
                        {"round", round},
                        {"try", which},
                        {"t_start_s", spawn.started_s},
                        {"quality", to_word(noise.verdict)},
                        {"noise", noise_to_json(noise)}};
        const ordered_json& source = result_.header().at("clock");
        entry["ipc"]["clock"] = {{"source", source.at("source")},
                                 {"stamp_cost_ns", source.at("stamp_cost_ns")}};
        keep(make_record(planned.what, spawn_purpose::timed, spawn, clock_, std::move(entry)));
    }

    const plan& plan_;
    const run_options& options_;
    runner& pairs_;
    interrupt_watch& interrupts_;
    const shared_clock& clock_;
    sitting& result_;
    progress& bar_;
    const journal_writer& journal_;
    std::uint64_t start_ns_;
    spawn_watch watch_;
    rerun_rule reruns_;
    std::uint64_t sequence_ = 0;
    saturations saturations_;
    decomposer decomposer_{pairs_};
    double longest_spawn_s_ = 0;
    spawn_budget budget_{plan_.cells.size(), budget_rule_of(plan_.request.spawns)};
    floor_prober floors_{plan_, pairs_, [this](const std::string& text) { bar_.say(text); }};
    conclusion ended_;
};

}  // namespace

conclusion conduct(const plan& what, const run_options& options, runner& pairs,
                   interrupt_watch& interrupts, const shared_clock& clock, sitting& result,
                   progress& bar, const journal_writer& journal) {
    return conductor(what, options, pairs, interrupts, clock, result, bar, journal).run();
}

}  // namespace ipcmark
