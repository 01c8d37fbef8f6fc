#include "harness/history/store.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>
#include <unordered_map>

#include "harness/base/json_text.hpp"
#include "harness/history/schema.hpp"

namespace ipcmark {

namespace {

namespace fs = std::filesystem;

constexpr const char* store_name = "history.sqlite";

fs::path file_in(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        throw history_error(history_error::kind::refused,
                            fmt::format("the folder {} cannot be made: {}; --store FOLDER takes "
                                        "another one",
                                        folder.string(), failed.message()));
    return folder / store_name;
}

/// Writes one run: the rows that others have already are found by what they say.
class run_writer {
public:
    explicit run_writer(const database& to)
        : to_(to),
          fingerprint_(to.prepare("INSERT OR IGNORE INTO fingerprint (text, facts) VALUES (?, ?)")),
          fingerprint_id_(to.prepare("SELECT id FROM fingerprint WHERE text = ?")),
          build_(
              to.prepare("INSERT OR IGNORE INTO build (version, type, compiler, flags, revision, "
                         "dirty, digest) VALUES (?, ?, ?, ?, ?, ?, ?)")),
          build_id_(
              to.prepare("SELECT id FROM build WHERE version = ? AND type = ? AND compiler = ? "
                         "AND flags = ? AND revision = ? AND dirty = ? AND digest = ?")),
          cell_(to.prepare("INSERT OR IGNORE INTO cell (name, pattern, touch) VALUES (?, ?, ?)")),
          cell_id_(to.prepare("SELECT id FROM cell WHERE name = ? AND touch = ?")),
          metric_(to.prepare("INSERT OR IGNORE INTO metric (key) VALUES (?)")),
          metric_id_(to.prepare("SELECT id FROM metric WHERE key = ?")),
          series_(to.prepare("INSERT OR IGNORE INTO series (cell, metric) VALUES (?, ?)")),
          series_id_(to.prepare("SELECT id FROM series WHERE cell = ? AND metric = ?")),
          run_(to.prepare(
              "INSERT OR IGNORE INTO run (identity, started, file, host, profile, "
              "complete, fingerprint, build, golden) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")),
          figure_(to.prepare("INSERT INTO figure (series, run, median, low, high, n, golden) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?)")),
          changed_(to.prepare("SELECT changes()")) {}

    /// false: it is there already.
    bool write(const recorded_run& run) {
        fingerprint_.bind(run.fingerprint, json_text(run.facts)).run();
        const std::int64_t fingerprint = id_by(fingerprint_id_.bind(run.fingerprint));
        const std::int64_t build = id_of(run.build);
        const std::optional golden =
            run.golden ? std::optional(id_of(*run.golden)) : std::optional<std::int64_t>();
        run_.bind(run.identity, run.started, run.file, run.host, run.profile, run.complete,
                  fingerprint, build, golden)
            .run();
        changed_.bind().step();
        if (changed_.whole(0) == 0) return false;
        const std::int64_t row = to_.last_row();
        for (const recorded_cell& cell : run.cells)
            write_figures(row, cell);
        return true;
    }

private:
    static std::int64_t id_by(statement& find) {
        if (!find.step()) throw std::logic_error("a row that was just added is not there");
        return find.whole(0);
    }

    std::int64_t id_of(const recorded_build& b) {
        for (statement* each : {&build_, &build_id_})
            each->bind(b.version, b.type, b.compiler, b.flags, b.revision, b.dirty, b.digest);
        build_.run();
        return id_by(build_id_);
    }

    void write_figures(std::int64_t run, const recorded_cell& cell) {
        for (const auto& [key, figure] : cell.figures)
            figure_
                .bind(series_of(cell, key), run, figure.median, figure.low, figure.high, figure.n,
                      figure.golden)
                .run();
    }

    /// Looked up once: the runs of an import have the same cells.
    std::int64_t series_of(const recorded_cell& cell, const std::string& metric) {
        const auto [at, is_new] =
            known_.try_emplace({cell.name, cell.reads, metric}, std::int64_t{0});
        if (!is_new) return at->second;
        cell_.bind(cell.name, to_word(cell.kind), to_word(cell.reads)).run();
        const std::int64_t cell_row = id_by(cell_id_.bind(cell.name, to_word(cell.reads)));
        metric_.bind(metric).run();
        const std::int64_t metric_row = id_by(metric_id_.bind(metric));
        series_.bind(cell_row, metric_row).run();
        return at->second = id_by(series_id_.bind(cell_row, metric_row));
    }

    const database& to_;
    std::map<std::tuple<std::string, touch, std::string>, std::int64_t> known_;
    statement fingerprint_, fingerprint_id_, build_, build_id_, cell_, cell_id_, metric_,
        metric_id_, series_, series_id_, run_, figure_, changed_;
};

recorded_build build_of(const database& data, std::int64_t id) {
    statement asked = data.prepare(
        "SELECT version, type, compiler, flags, revision, dirty, digest FROM build WHERE id = ?");
    if (!asked.bind(id).step()) return {};
    return {asked.text(0), asked.text(1),       asked.text(2), asked.text(3),
            asked.text(4), asked.whole(5) != 0, asked.text(6)};
}

std::vector<recorded_cell> cells_of_run(const database& data, std::int64_t run) {
    statement asked = data.prepare(
        "SELECT cell.name, cell.pattern, cell.touch, metric.key, median, low, high, n, golden "
        "FROM series JOIN cell ON cell.id = series.cell JOIN metric ON metric.id = series.metric "
        "JOIN figure ON figure.series = series.id AND figure.run = ? ORDER BY series.cell");
    std::vector<recorded_cell> cells;
    asked.bind(run);
    while (asked.step()) {
        const std::string name = asked.text(0);
        const touch reads = from_word<touch>(asked.text(2)).value_or(touch::rw);
        if (cells.empty() || cells.back().name != name || cells.back().reads != reads)
            cells.push_back(
                {name, from_word<pattern>(asked.text(1)).value_or(pattern::round_trip), reads, {}});
        cells.back().figures[asked.text(3)] = {
            asked.number(4), asked.optional_number(5), asked.optional_number(6),
            static_cast<std::uint64_t>(asked.whole(7)), asked.optional_number(8)};
    }
    return cells;
}

}  // namespace

history_store::history_store(const fs::path& folder) : file_(file_in(folder)), data_(file_) {
    // What is committed outlives a crash of the machine; readers go on while somebody writes.
    data_.execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
        "PRAGMA cache_size = -65536;");
    migrate(data_, file_, history_schema());
}

history_store history_store::existing(const fs::path& folder) {
    std::error_code none;
    if (!fs::exists(folder / store_name, none))
        throw history_error(history_error::kind::unreadable,
                            fmt::format("there is no history in {}; `ipcmark history add FILE` "
                                        "makes one",
                                        folder.string()));
    return history_store(folder);
}

std::vector<bool> history_store::add(const std::vector<recorded_run>& runs) {
    transaction all(data_);
    std::vector<bool> added;
    {
        run_writer writer(data_);
        for (const recorded_run& each : runs)
            added.push_back(writer.write(each));
    }
    all.commit();
    return added;
}

std::vector<past_run> history_store::runs() const {
    statement asked = data_.prepare(
        "SELECT run.id, started, file, host, build.revision, build.dirty, fingerprint, golden "
        "FROM run JOIN build ON build.id = run.build ORDER BY started, run.id");
    std::vector<past_run> all;
    while (asked.step())
        all.push_back({asked.whole(0), asked.text(1), asked.text(2), asked.text(3), asked.text(4),
                       asked.whole(5) != 0, asked.whole(6), asked.whole(7)});
    return all;
}

std::vector<fingerprint_facts> history_store::fingerprints() const {
    statement asked = data_.prepare("SELECT id, text, facts FROM fingerprint");
    std::vector<fingerprint_facts> all;
    while (asked.step())
        all.push_back({asked.whole(0), asked.text(1), parse_json(asked.text(2))});
    return all;
}

void history_store::for_each_series(const std::vector<past_run>& runs,
                                    const std::function<bool(const std::string& cell)>& wanted,
                                    const std::function<void(past_series)>& take) const {
    std::unordered_map<std::int64_t, std::size_t> places;
    for (std::size_t i = 0; i < runs.size(); ++i)
        places.emplace(runs[i].id, i);
    statement heads = data_.prepare(
        "SELECT series.id, cell.name, cell.pattern, cell.touch, metric.key FROM series "
        "JOIN cell ON cell.id = series.cell JOIN metric ON metric.id = series.metric "
        "ORDER BY cell.id, metric.id");
    statement figures =
        data_.prepare("SELECT run, median, golden FROM figure WHERE series = ? ORDER BY run");
    struct figure_row {
        std::size_t run;
        double median;
        double golden;
    };
    std::vector<figure_row> rows;
    while (heads.step()) {
        const auto kind = from_word<pattern>(heads.text(2));
        const auto reads = from_word<touch>(heads.text(3));
        past_series one{heads.whole(0), heads.text(1), {}, {}, heads.text(4), {}, {}, {}};
        if (!kind || !reads || !wanted(one.cell)) continue;  // of a pattern that is no more
        one.kind = *kind;
        one.reads = *reads;
        rows.clear();
        figures.bind(one.id);
        while (figures.step())
            if (const auto at = places.find(figures.whole(0)); at != places.end())
                rows.push_back({at->second, figures.number(1), figures.number(2)});
        std::sort(rows.begin(), rows.end(),
                  [](const figure_row& a, const figure_row& b) { return a.run < b.run; });
        for (const figure_row& each : rows) {
            one.runs.push_back(each.run);
            one.figures.push_back(each.median);
            one.golden.push_back(each.golden);
        }
        if (!rows.empty()) take(std::move(one));
    }
}

std::optional<recorded_run> history_store::run(std::int64_t id) const {
    statement asked = data_.prepare(
        "SELECT identity, started, file, host, profile, complete, fingerprint.text, "
        "fingerprint.facts, build, golden FROM run "
        "JOIN fingerprint ON fingerprint.id = run.fingerprint WHERE run.id = ?");
    if (!asked.bind(id).step()) return std::nullopt;
    recorded_run run{asked.text(0),
                     asked.text(1),
                     asked.text(2),
                     asked.text(3),
                     asked.text(4),
                     asked.whole(5) != 0,
                     asked.text(6),
                     parse_json(asked.text(7)),
                     build_of(data_, asked.whole(8)),
                     {},
                     cells_of_run(data_, id)};
    if (asked.whole(9) != 0) run.golden = build_of(data_, asked.whole(9));
    return run;
}

/// Without those rows that only they needed; `runs` selects their numbers.
std::size_t history_store::removed(statement& runs) {
    std::size_t count = 0;
    {
        transaction all(data_);
        std::vector<std::int64_t> gone;
        while (runs.step())
            gone.push_back(runs.whole(0));
        data_.execute("CREATE TEMP TABLE IF NOT EXISTS gone (id INTEGER PRIMARY KEY)");
        statement note = data_.prepare("INSERT INTO gone (id) VALUES (?)");
        for (const std::int64_t each : gone)
            note.bind(each).run();
        // By key ranges that the cascade cannot use: figures are kept by series.
        data_.execute(
            "DELETE FROM figure WHERE run IN (SELECT id FROM gone);"
            "DELETE FROM run WHERE id IN (SELECT id FROM gone);"
            "DELETE FROM change WHERE series NOT IN (SELECT DISTINCT series FROM figure);"
            "DELETE FROM series WHERE id NOT IN (SELECT DISTINCT series FROM figure);"
            "DELETE FROM cell WHERE id NOT IN (SELECT cell FROM series);"
            "DELETE FROM fingerprint WHERE id NOT IN (SELECT fingerprint FROM run);"
            "DELETE FROM build WHERE id NOT IN (SELECT build FROM run) AND id NOT IN "
            "(SELECT golden FROM run WHERE golden IS NOT NULL);"
            "DELETE FROM gone;");
        all.commit();
        count = gone.size();
    }
    if (count > 0) data_.execute("VACUUM");
    return count;
}

std::size_t history_store::prune_before(const std::string& started) {
    statement old = data_.prepare("SELECT id FROM run WHERE started < ?");
    return removed(old.bind(started));
}

std::size_t history_store::prune_to(std::size_t newest) {
    statement old =
        data_.prepare("SELECT id FROM run ORDER BY started DESC, id DESC LIMIT -1 OFFSET ?");
    return removed(old.bind(std::uint64_t{newest}));
}

}  // namespace ipcmark
