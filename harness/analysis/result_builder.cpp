#include "harness/analysis/result_builder.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "harness/analysis/clock_flags.hpp"
#include "harness/analysis/floor_ratios.hpp"
#include "harness/analysis/noise_verdict.hpp"
#include "harness/analysis/touch_share.hpp"
#include "harness/analysis/within_repetition.hpp"
#include "harness/base/clock_offset.hpp"
#include "harness/base/fields.hpp"
#include "harness/result/counting_metrics.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

constexpr std::array<std::string_view, 3> better_words{"lower", "higher", "neither"};

/// A cell as the journal's first line has it.
struct journal_cell : cell_identity {
    std::optional<reason> skipped;
};

template <class Visitor>
void visit_fields(Visitor& visit, journal_cell& c) {
    visit_identity(visit, c);
    visit("skipped", c.skipped);
}

struct journal_head {
    std::string journal = "ipcmark.result";
    std::uint64_t repetitions_planned = 0;
    run_header header;
    std::vector<journal_cell> cells;
};

template <class Visitor>
void visit_fields(Visitor& visit, journal_head& h) {
    visit("journal", h.journal);
    visit("repetitions_planned", h.repetitions_planned);
    visit("header", h.header);
    visit("cells", h.cells);
}

cell_result cell_result_of(const journal_cell& cell, std::uint64_t repetitions_planned) {
    cell_result result;
    static_cast<cell_identity&>(result) = cell;
    result.why = cell.skipped;
    if (cell.skipped) result.ended = status::skipped;
    result.repetitions_planned = repetitions_planned;
    return result;
}

/// What the pattern `switch` says of its parts: the newest repetition's words, and what the
/// intervals do not let be told from zero.
std::optional<std::string> hop_note_of(const std::vector<repetition_record>& timed,
                                       const cell_result& cell) {
    std::string note;
    if (!timed.empty()) note = timed.back().timed->hop_note.value_or("");
    for (const char* part : {"syscall_copy_ns", "cross_core_transfer_ns", "wake_up_ns",
                             "sleep_and_transfer_ns", "context_switch_ns"}) {
        const metric_summary* figures = cell.find(part);
        if (figures == nullptr) continue;
        if ((figures->low ? *figures->low : figures->min.value_or(0)) <= 0)
            note += std::string(note.empty() ? "" : " ") + part +
                    " is not told apart from zero by this run.";
    }
    return note.empty() ? std::nullopt : std::optional(note);
}

bool is_percentile(std::string_view key) {
    return std::any_of(percentiles.begin(), percentiles.end(),
                       [&](const percentile& each) { return each.key == key; });
}

std::vector<std::string> flags_of(pattern kind,
                                  const std::map<std::string, std::vector<double>>& metrics,
                                  const std::vector<repetition_record>& timed) {
    const auto values = metrics.find(primary_metric(kind, metrics));
    std::vector<std::vector<std::string>> flags;
    for (const auto& record : timed)
        flags.push_back(record.timed->flags);
    return flags_of_cell(values == metrics.end() ? std::vector<double>{} : values->second, flags);
}

}  // namespace

void result_builder::pooled::add(const repetition_record& record) {
    for (const auto& [key, value] : record.metrics)
        if (value && std::isfinite(*value)) metrics[key].push_back(*value);
    messages.add(record);
}

bool result_builder::collected_cell::rests_on_accepted() const {
    return estimates_from_accepted(first_tries, accepted_tries);
}

result_builder::result_builder(run_header header, const std::vector<planned_cell>& cells,
                               std::uint64_t repetitions_planned)
    : header_(std::move(header)), repetitions_planned_(repetitions_planned) {
    for (const auto& planned : cells) {
        collected_cell& cell = cells_.emplace_back();
        cell.planned = cell_result_of(planned, repetitions_planned);
        cell.ended = planned.skipped.has_value();
    }
    index_cells();
}

result_builder::result_builder(const tree& first_line) {
    journal_head head = from_tree<journal_head>(first_line);
    header_ = std::move(head.header);
    repetitions_planned_ = head.repetitions_planned;
    for (const auto& planned : head.cells) {
        collected_cell& cell = cells_.emplace_back();
        cell.planned = cell_result_of(planned, repetitions_planned_);
        cell.ended = planned.skipped.has_value();
    }
    index_cells();
}

void result_builder::index_cells() {
    for (std::size_t i = 0; i < cells_.size(); ++i)
        index_[cells_[i].planned.name] = i;
}

result_builder::collected_cell& result_builder::at(const std::string& cell) {
    const auto found = index_.find(cell);
    if (found == index_.end()) throw std::runtime_error("no cell '" + cell + "' was planned");
    return cells_[found->second];
}

const result_builder::collected_cell& result_builder::at(const std::string& cell) const {
    return cells_.at(index_.at(cell));
}

tree result_builder::first_line() const {
    journal_head head;
    head.repetitions_planned = repetitions_planned_;
    head.header = header_;
    for (const auto& cell : cells_)
        head.cells.push_back({cell.planned, cell.planned.why});
    return to_tree(head);
}

tree result_builder::set_clock(clock_info clock) {
    header_.clock = std::move(clock);
    return tree::members{{"clock", to_tree(header_.clock)}};
}

tree result_builder::set_floors(std::vector<floor_info> floors) {
    floors_ = std::move(floors);
    return tree::members{{"floors", to_tree(floors_)}};
}

tree result_builder::add(repetition_record record) {
    tree line = to_tree(record);
    collected_cell& cell = at(record.cell);
    ++repetitions_;
    if (record.failed) {
        fail(cell, record);
    } else if (record.timed) {
        add_timed(cell, std::move(record));
    } else if (record.verify) {
        cell.verify = record.verify;
    } else if (record.counting) {
        cell.all.add(record);
        cell.accepted.add(record);
        note_countable(record);
        cell.counting.push_back(std::move(*record.counting));
    } else {
        share_idle(cell, record);
    }
    return line;
}

/// Whether anything can be counted that the timed repetitions do not tell.
void result_builder::note_countable(const repetition_record& record) {
    const bool counts = std::any_of(record.metrics.begin(), record.metrics.end(),
                                    [](const auto& each) { return each.second.has_value(); });
    if (counts || counted_something_) {
        counted_something_ = true;
        uncountable_.reset();
        return;
    }
    uncountable_.emplace();
    uncountable_->source = "left out: one repetition of " + record.cell + " could count nothing";
    uncountable_->repetitions = 0;
    uncountable_->unavailable = record.counting->unavailable;
    for (const auto& [key, source] : record.counting->sources)
        uncountable_->unavailable[key] = "left out with the others; see the cell's summary";
    for (const auto& [key, why] : uncountable_->unavailable)
        uncountable_->per_message[key] = std::nullopt;
}

/// A cell with figures survives a lost repetition, and not two in a row.
void result_builder::fail(collected_cell& cell, const repetition_record& record) {
    const failure& failed = *record.failed;
    cell.planned.failures.push_back(reason_of(failed));
    if (cell.ended || record.tried_again || !ends_its_cell(failed)) return;
    if (is_a_loss(failed) && !cell.timed.empty() && !std::exchange(cell.lost_the_latest, true))
        return;
    cell.ended = true;
    cell.planned.ended = failed.ended;
    cell.planned.why = reason_of(failed);
}

void result_builder::add_timed(collected_cell& cell, repetition_record record) {
    const bool accepted = !record.is_disturbed();
    cell.accepted_tries += accepted ? 1 : 0;
    cell.first_tries += record.timed->attempt == 0 ? 1 : 0;
    cell.lost_the_latest = false;
    cell.all.add(record);
    if (accepted) cell.accepted.add(record);
    measuring_s_ += static_cast<double>(record.timed->elapsed_ns) / 1e9;
    record.latency_buckets.clear();
    cell.timed.push_back(std::move(record));
}

/// How a mechanism waits does not depend on the cell: all that ran in that placement have it.
void result_builder::share_idle(const collected_cell& from, const repetition_record& record) {
    for (auto& cell : cells_) {
        const cell_result& planned = cell.planned;
        if (cell.ended && planned.ended == status::skipped) continue;
        if (planned.mechanism != from.planned.mechanism || planned.place != from.planned.place)
            continue;
        cell.all.add(record);
        cell.accepted.add(record);
    }
}

void result_builder::restore(const tree& line) {
    if (const tree* clock = line.find("clock"))
        set_clock(from_tree<clock_info>(*clock));
    else if (const tree* floors = line.find("floors"))
        set_floors(from_tree<std::vector<floor_info>>(*floors));
    else
        add(from_tree<repetition_record>(line));
}

bool result_builder::given_up(const std::string& cell) const {
    return at(cell).ended;
}

std::size_t result_builder::failed_cells() const {
    return static_cast<std::size_t>(
        std::count_if(cells_.begin(), cells_.end(), [](const collected_cell& cell) {
            return cell.ended && cell.planned.ended != status::skipped;
        }));
}

cell_progress result_builder::progress(const std::string& cell) {
    collected_cell& collected = at(cell);
    if (!collected.width_of_accepted) collected.width_of_accepted = collected.rests_on_accepted();
    const auto& metrics =
        (*collected.width_of_accepted ? collected.accepted : collected.all).metrics;
    const auto values = metrics.find(primary_metric(collected.planned.kind, metrics));
    return {collected.first_tries,
            values == metrics.end() ? std::nullopt : relative_half_width(values->second),
            collected.ended};
}

void result_builder::summarise(const collected_cell& cell, cell_result& result) const {
    const pooled& counted = cell.counted();
    const auto summarise_metric = [&](const metric& m, const std::string& source) {
        const auto at = counted.metrics.find(std::string(m.key));
        if (at == counted.metrics.end()) return;
        const auto word = better_words[static_cast<std::size_t>(m.direction)];
        if (auto figures = summary_of(at->second, "repetitions", m.unit, word, source))
            result.summary.emplace_back(m.key, std::move(*figures));
    };
    const bool has_percentiles = pattern_of(result.kind).has_messages();
    if (has_percentiles) summarise_percentiles(counted, result);
    for (const metric& m : all_metrics())
        if (!has_percentiles || !is_percentile(m.key)) summarise_metric(m, std::string(m.source));
    for (const metric& m : counting_metrics())
        summarise_metric(m, counting_source(cell.counting, m));
    for (const metric& m : idle_metrics())
        summarise_metric(m, std::string(m.source));
}

void result_builder::summarise_percentiles(const pooled& counted, cell_result& result) const {
    const bool by_two_clocks = pattern_of(result.kind).loop == pattern_loop::schedule &&
                               result.place != placement::same_cpu;
    double least_ns = 0;
    for (const percentile& each : percentiles) {
        const auto at = counted.metrics.find(std::string(each.key));
        auto figures = summary_of_percentile(
            each, at == counted.metrics.end() ? std::vector<double>{} : at->second,
            counted.messages, least_ns);
        if (!figures) continue;
        if (figures->pooled && by_two_clocks &&
            !one_way_is_meaningful(*figures->median, header_.clock.uncertainty_ns.value_or(0)))
            continue;
        least_ns = *figures->median;
        result.summary.emplace_back(each.key, std::move(*figures));
    }
}

cell_result result_builder::conclude(const collected_cell& cell) const {
    cell_result result = cell.planned;
    if (!cell.ended && cell.timed.empty()) {
        result.ended = status::skipped;
        result.why = reason{"interrupted", std::nullopt,
                            "the run ended before this cell had its first timed repetition"};
        if (!result.failures.empty()) result.why = result.failures.back();
    }
    const bool clean = cell.rests_on_accepted();
    const std::size_t disturbed = cell.timed.size() - cell.accepted_tries;
    result.repetitions_ok = cell.first_tries;
    result.repetitions_disturbed = disturbed;
    result.repetitions_excluded = clean ? disturbed : 0;
    const pooled& counted = cell.counted();
    summarise(cell, result);
    result.histogram = counted.messages.histogram();
    result.verify = cell.verify;
    result.counting = merged_counts(cell.counting);
    if (!result.counting && !cell.timed.empty() && pattern_of(result.kind).plain)
        result.counting = uncountable_;
    result.flags = flags_of(result.kind, counted.metrics, cell.timed);
    const bool has_rate = result.kind == pattern::paced || pattern_of(result.kind).at_will;
    if (has_rate && !cell.timed.empty()) result.saturated = result.has_flag("saturated");
    if (result.kind == pattern::decompose) result.hop_note = hop_note_of(cell.timed, result);
    return result;
}

run_result result_builder::result(bool complete, const std::string& incomplete_reason) const {
    run_result result;
    result.complete = complete;
    if (!complete) result.incomplete_reason = incomplete_reason;
    result.header = header_;
    result.header.run.repetitions = repetitions_;
    result.header.run.measuring_s = measuring_s_;
    result.floors = floors_;
    for (const auto& cell : cells_) {
        result.cells.push_back(conclude(cell));
        result.repetitions.insert(result.repetitions.end(), cell.timed.begin(), cell.timed.end());
    }
    add_disturbed_flags(result);
    add_floor_ratios(result);
    add_touch_shares(result);
    add_clock_flags(result);
    result.noise = noise_verdict(result);
    return result;
}

}  // namespace ipcmark
