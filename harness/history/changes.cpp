#include <algorithm>
#include <map>

#include "harness/history/store.hpp"

namespace ipcmark {

namespace {

/// More runs move a change a little.
constexpr std::size_t same_place = 5;

constexpr const char* change_columns =
    "SELECT change.id, change.series, cell.name, cell.pattern, cell.touch, metric.key, last_good, "
    "first_bad, fixed_by, ratio, adjusted_p, worse, decides, state, note FROM change "
    "JOIN series ON series.id = change.series JOIN cell ON cell.id = series.cell "
    "JOIN metric ON metric.id = series.metric JOIN run ON run.id = first_bad "
    "ORDER BY run.started DESC, change.id";

kept_change change_in(const statement& row) {
    kept_change change;
    change.id = row.whole(0);
    change.series = row.whole(1);
    change.cell = row.text(2);
    change.kind = from_word<pattern>(row.text(3)).value_or(pattern::round_trip);
    change.reads = from_word<touch>(row.text(4)).value_or(touch::rw);
    change.metric = row.text(5);
    change.last_good = row.whole(6);
    change.first_bad = row.whole(7);
    if (row.whole(8) != 0) change.fixed_by = row.whole(8);
    change.ratio = row.number(9);
    change.adjusted_p = row.number(10);
    change.worse = row.whole(11) != 0;
    change.decides = row.whole(12) != 0;
    change.state = from_word<change_state>(row.text(13)).value_or(change_state::detected);
    change.note = row.text(14);
    return change;
}

/// What people have said stays; the rest follows what the runs show.
change_state state_of(change_state before, const trend_change& found) {
    const bool undone = found.worse && found.undone_by.has_value();
    if (undone && (before == change_state::detected || before == change_state::confirmed))
        return change_state::fixed;
    if (!undone && before == change_state::fixed) return change_state::detected;
    return before;
}

class change_recorder {
public:
    change_recorder(const database& to, const std::vector<past_run>& runs,
                    const std::vector<kept_change>& known)
        : to_(to), runs_(runs) {
        for (std::size_t i = 0; i < runs.size(); ++i)
            places_.emplace(runs[i].id, i);
        for (const kept_change& each : known)
            known_[each.series].push_back(each);
    }

    void record(const trend& found) {
        auto& before = known_[found.series];
        for (const trend_change& each : found.changes) {
            const auto same = std::find_if(before.begin(), before.end(), [&](const auto& old) {
                return old.worse == each.worse && is_near(old.first_bad, each.first_bad);
            });
            change_state state = state_of(change_state::detected, each);
            std::string note;
            if (same != before.end()) {
                state = state_of(same->state, each);
                note = same->note;
            }
            write(found, each, state, note,
                  same == before.end() ? std::optional<std::int64_t>() : same->id);
            if (same != before.end()) before.erase(same);
        }
        for (const kept_change& each : before)
            if (each.state == change_state::detected || each.state == change_state::fixed)
                gone_.bind(each.id).run();
        before.clear();
    }

private:
    bool is_near(std::int64_t run, std::size_t place) const {
        const auto at = places_.find(run);
        if (at == places_.end()) return false;
        return std::max(at->second, place) - std::min(at->second, place) <= same_place;
    }

    void write(const trend& found, const trend_change& change, change_state state,
               const std::string& note, const std::optional<std::int64_t>& id) {
        const auto undone = change.undone_by ? std::optional(runs_[*change.undone_by].id)
                                             : std::optional<std::int64_t>();
        kept_
            .bind(id, found.series, runs_[change.last_good].id, runs_[change.first_bad].id, undone,
                  change.ratio, change.adjusted_p, change.worse,
                  found.by.role == gate_role::primary, to_word(state), note)
            .run();
    }

    const database& to_;
    const std::vector<past_run>& runs_;
    std::map<std::int64_t, std::size_t> places_;
    std::map<std::int64_t, std::vector<kept_change>> known_;
    statement kept_ = to_.prepare(
        "INSERT OR REPLACE INTO change (id, series, last_good, first_bad, fixed_by, ratio, "
        "adjusted_p, worse, decides, state, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement gone_ = to_.prepare("DELETE FROM change WHERE id = ?");
};

}  // namespace

std::vector<kept_change> history_store::changes() const {
    statement asked = data_.prepare(change_columns);
    std::vector<kept_change> all;
    while (asked.step())
        all.push_back(change_in(asked));
    return all;
}

void history_store::record(const std::vector<trend>& found, const std::vector<past_run>& runs) {
    transaction all(data_);
    {
        change_recorder recorder(data_, runs, changes());
        for (const trend& each : found)
            recorder.record(each);
    }
    all.commit();
}

bool history_store::set_state(std::int64_t change, change_state state, const std::string& note) {
    transaction all(data_);
    statement set = data_.prepare(
        "UPDATE change SET state = ?, note = CASE WHEN ?2 = '' THEN note ELSE ?2 END WHERE id = ?3 "
        "RETURNING id");
    const bool there = set.bind(to_word(state), note, change).step();
    set.run();
    all.commit();
    return there;
}

std::vector<judged_change> history_store::judgements() const {
    statement asked = data_.prepare(
        "SELECT cell.name, cell.touch, metric.key, good.identity, bad.identity, ratio, adjusted_p, "
        "worse, decides, state, note FROM change JOIN series ON series.id = change.series "
        "JOIN cell ON cell.id = series.cell JOIN metric ON metric.id = series.metric "
        "JOIN run AS good ON good.id = last_good JOIN run AS bad ON bad.id = first_bad "
        "ORDER BY change.id");
    std::vector<judged_change> all;
    while (asked.step())
        all.push_back({asked.text(0), from_word<touch>(asked.text(1)).value_or(touch::rw),
                       asked.text(2), asked.text(3), asked.text(4), asked.number(5),
                       asked.number(6), asked.whole(7) != 0, asked.whole(8) != 0,
                       from_word<change_state>(asked.text(9)).value_or(change_state::detected),
                       asked.text(10)});
    return all;
}

std::size_t history_store::take_judgements(const std::vector<judged_change>& judged) {
    transaction all(data_);
    std::size_t taken = 0;
    {
        statement place = data_.prepare(
            "SELECT series.id, good.id, bad.id FROM series JOIN cell ON cell.id = series.cell "
            "JOIN metric ON metric.id = series.metric JOIN run AS good ON good.identity = ? "
            "JOIN run AS bad ON bad.identity = ? "
            "WHERE cell.name = ? AND cell.touch = ? AND metric.key = ?");
        statement known =
            data_.prepare("SELECT id FROM change WHERE series = ? AND first_bad = ? AND worse = ?");
        statement kept = data_.prepare(
            "INSERT OR REPLACE INTO change (id, series, last_good, first_bad, ratio, adjusted_p, "
            "worse, decides, state, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        for (const judged_change& each : judged) {
            place.bind(each.last_good, each.first_bad, each.cell, to_word(each.reads), each.metric);
            if (!place.step()) continue;
            known.bind(place.whole(0), place.whole(2), each.worse);
            const auto id =
                known.step() ? std::optional(known.whole(0)) : std::optional<std::int64_t>();
            kept.bind(id, place.whole(0), place.whole(1), place.whole(2), each.ratio,
                      each.adjusted_p, each.worse, each.decides, to_word(each.state), each.note)
                .run();
            ++taken;
        }
    }
    all.commit();
    return taken;
}

}  // namespace ipcmark
