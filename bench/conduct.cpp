#include "bench/conduct.hpp"

#include <algorithm>

#include "bench/clock_prober.hpp"
#include "bench/floor_prober.hpp"
#include "bench/pairs.hpp"
#include "harness/result/metrics.hpp"

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
          start_ns_(shared_clock::raw_ns()) {}

    conclusion run() {
        bar_.expect(expected_spawns());
        if (plan_.request.verify) pass(spawn_purpose::verify, 0);
        clocks_.probe("begin");
        probe_floors();
        double longest_round_s = 0;
        for (std::uint64_t round = 0; round < plan_.request.spawns && going_on(); ++round) {
            if (!budget_allows(longest_round_s)) break;
            const double before_s = elapsed_s();
            timed_round(round);
            if (!ended_.interrupted) ended_.rounds_done = round + 1;
            longest_round_s = std::max(longest_round_s, elapsed_s() - before_s);
            if (floors_due()) probe_floors();
        }
        for (std::uint64_t n = 0; n < plan_.request.counting_spawns && going_on(); ++n)
            pass(spawn_purpose::counting, n);
        idle_pass();
        if (!ended_.interrupted) clocks_.probe("end");
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

    /// Whole rounds only: stopping inside one would favour the cells that came first.
    bool budget_allows(double longest_round_s) {
        if (!options_.time_budget_s || elapsed_s() + longest_round_s <= *options_.time_budget_s)
            return true;
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
        journal_(result_.amend({{"floors", floors_.log().block()}}));
    }

    spawn_request request_for(const planned_cell& planned, spawn_purpose purpose) {
        spawn_request request;
        request.what = planned.what;
        request.cpus = planned.cpus;
        request.tag = plan_.tag(sequence_);
        request.layout = plan_.layout(sequence_);
        if (purpose == spawn_purpose::verify) {
            request.what.reads = touch::verify;
            request.work = plan_.verify_effort(planned.what);
        } else if (purpose == spawn_purpose::idle) {
            request.work = plan_.idle_effort();
        } else {
            request.work =
                purpose == spawn_purpose::timed ? plan_.timed_effort() : plan_.counting_effort();
        }
        return request;
    }

    /// Runs one spawn; nullopt when a signal ended it, which is no fault of the cell.
    std::optional<spawn_result> spawn(const planned_cell& planned, spawn_purpose purpose) {
        bar_.show(result_.spawns(), planned.what.name());
        spawn_result outcome = pairs_.run(request_for(planned, purpose));
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
            if (result_.given_up(planned.what.name())) continue;
            if (!going_on()) return;
            if (auto outcome = spawn(planned, purpose))
                keep(make_record(planned.what, purpose, *outcome, clock_, nullptr));
        }
    }

    void timed_round(std::uint64_t round) {
        std::vector<spawn_slot> slots;
        std::optional<spawn_result> latest;
        for (const std::size_t index : plan_.round_order(round)) {
            const planned_cell& planned = plan_.cells[index];
            if (result_.given_up(planned.what.name())) continue;
            slots.push_back({planned.what.name(),
                             [this, &planned, &latest] { return run_slot(planned, latest); },
                             [this, &planned, &latest, round](ordered_json entry) {
                                 if (latest) keep_timed(planned, *latest, round, std::move(entry));
                             }});
        }
        run_round(slots);
    }

    spawn_outcome run_slot(const planned_cell& planned, std::optional<spawn_result>& latest) {
        latest.reset();
        if (!going_on()) return {false, "interrupted", 0, 0};
        latest = spawn(planned, spawn_purpose::timed);
        if (!latest) return {false, "interrupted", 0, 0};
        if (latest->failed) return {false, latest->failed->text, 0, 0};
        const spawn_view view{planned.what, *latest, clock_};
        const double counted = static_cast<double>(view.producer().counted_messages);
        const double cpu_ns = static_cast<double>(view.producer().consumed.cpu_ns() +
                                                  view.consumer().consumed.cpu_ns());
        return {true, "", view.elapsed_ns() / std::max(view.messages(), 1.0),
                cpu_ns / std::max(counted, 1.0)};
    }

    void keep_timed(const planned_cell& planned, const spawn_result& spawn, std::uint64_t round,
                    ordered_json entry) {
        entry["ipc"] = {{"cell", planned.what.name()},
                        {"sequence", sequence_ - 1},
                        {"round", round},
                        {"t_start_s", spawn.started_s}};
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
    std::uint64_t sequence_ = 0;
    floor_prober floors_{plan_, pairs_, [this](const std::string& text) { bar_.say(text); }};
    clock_prober clocks_{plan_, pairs_, clock_, result_, journal_};
    conclusion ended_;
};

}  // namespace

conclusion conduct(const plan& what, const run_options& options, runner& pairs,
                   interrupt_watch& interrupts, const shared_clock& clock, sitting& result,
                   progress& bar, const journal_writer& journal) {
    return conductor(what, options, pairs, interrupts, clock, result, bar, journal).run();
}

}  // namespace ipcmark
