#include "harness/history/schema.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipcmark {

namespace {

/// "ipcm", by which `file` tells a store, too.
constexpr std::int64_t application = 0x6970636d;

constexpr const char* version_1 = R"sql(
CREATE TABLE fingerprint (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    facts TEXT NOT NULL              -- JSON: what it is made of
);
CREATE TABLE build (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    type TEXT NOT NULL,
    compiler TEXT NOT NULL,
    flags TEXT NOT NULL,
    revision TEXT NOT NULL,
    dirty INTEGER NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (revision, digest, version, type, compiler, flags, dirty)
);
CREATE TABLE cell (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    pattern TEXT NOT NULL,
    touch TEXT NOT NULL,
    UNIQUE (name, touch)
);
CREATE TABLE metric (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    cell INTEGER NOT NULL REFERENCES cell,
    metric INTEGER NOT NULL REFERENCES metric,
    UNIQUE (cell, metric)
);
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    started TEXT NOT NULL,
    file TEXT NOT NULL,
    host TEXT NOT NULL,
    profile TEXT NOT NULL,
    complete INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL REFERENCES fingerprint,
    build INTEGER NOT NULL REFERENCES build,
    golden INTEGER REFERENCES build  -- the build that the figures are held against
);
CREATE INDEX run_by_time ON run (started, id);
CREATE TABLE figure (
    series INTEGER NOT NULL REFERENCES series,
    run INTEGER NOT NULL,            -- of run; no reference, which would search all of it
    median REAL NOT NULL,
    low REAL,
    high REAL,
    n INTEGER NOT NULL,
    golden REAL,
    PRIMARY KEY (series, run)
) WITHOUT ROWID;
CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    series INTEGER NOT NULL REFERENCES series,
    last_good INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    first_bad INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    fixed_by INTEGER REFERENCES run ON DELETE SET NULL,
    ratio REAL NOT NULL,
    adjusted_p REAL NOT NULL,
    worse INTEGER NOT NULL,
    decides INTEGER NOT NULL,        -- by a primary metric
    state TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX change_by_run ON change (first_bad);
)sql";

constexpr const char* all_versions[]{version_1};

std::int64_t pragma_of(const database& store, const char* text) {
    statement asked = store.prepare(text);
    return asked.step() ? asked.whole(0) : 0;
}

}  // namespace

std::span<const char* const> history_schema() {
    return all_versions;
}

void migrate(const database& store, const std::filesystem::path& file,
             std::span<const char* const> steps) {
    const auto newest = static_cast<std::int64_t>(steps.size());
    const auto version = [&] { return pragma_of(store, "PRAGMA user_version"); };
    if (version() == newest && pragma_of(store, "PRAGMA application_id") == application) return;
    transaction all(store);
    const std::int64_t owner = pragma_of(store, "PRAGMA application_id");
    if (owner != application &&
        (owner != 0 || pragma_of(store, "SELECT count(*) FROM sqlite_schema") > 0))
        throw history_error(history_error::kind::unreadable,
                            file.string() + " is a database of another program");
    const std::int64_t found = version();
    if (found > newest)
        throw history_error(
            history_error::kind::unreadable,
            fmt::format("the history {} is of version {}, and this ipcmark reads up to {}; a newer "
                        "ipcmark wrote it",
                        file.string(), found, newest));
    for (const char* step :
         steps.subspan(static_cast<std::size_t>(std::max<std::int64_t>(found, 0))))
        store.execute(step);
    store.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", application, newest)
            .c_str());
    all.commit();
}

}  // namespace ipcmark
