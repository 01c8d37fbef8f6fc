#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/analysis/kept_change.hpp"
#include "harness/analysis/recorded_run.hpp"
#include "harness/analysis/trend.hpp"
#include "harness/history/database.hpp"

/// Runs, and what changed between them, kept in a folder: history.sqlite. Safe under several
/// processes at once and their end at any moment: every command is one transaction.
namespace ipcmark {

/// A change as stores tell each other of it.
struct judged_change {
    std::string cell;
    touch reads = touch::rw;
    std::string metric;
    std::string last_good;  // identities of runs
    std::string first_bad;
    double ratio = 1;
    double adjusted_p = 1;
    bool worse = false;
    bool decides = false;
    change_state state = change_state::detected;
    std::string note;
};

template <class Visitor>
void visit_fields(Visitor& visit, judged_change& c) {
    visit("cell", c.cell);
    visit("touch", c.reads);
    visit("metric", c.metric);
    visit("last_good", c.last_good);
    visit("first_bad", c.first_bad);
    visit("ratio", c.ratio);
    visit("adjusted_p", c.adjusted_p);
    visit("worse", c.worse);
    visit("decides", c.decides);
    visit("state", c.state);
    visit("note", c.note);
}

class history_store {
public:
    /// Makes it where there is none. Throws history_error.
    explicit history_store(const std::filesystem::path& folder);
    /// Throws history_error also where there is none.
    static history_store existing(const std::filesystem::path& folder);

    const std::filesystem::path& file() const noexcept { return file_; }

    /// All of them or none; of each whether it is new.
    std::vector<bool> add(const std::vector<recorded_run>& runs);

    /// In the order in which they started.
    std::vector<past_run> runs() const;
    std::vector<fingerprint_facts> fingerprints() const;
    /// One by one, by cell and metric; only cells whose names `wanted` takes.
    void for_each_series(const std::vector<past_run>& runs,
                         const std::function<bool(const std::string& cell)>& wanted,
                         const std::function<void(past_series)>& take) const;
    std::optional<recorded_run> run(std::int64_t id) const;

    std::vector<kept_change> changes() const;
    /// Takes over what an analysis of these series found: a change that was known keeps its number,
    /// state and note; one that is no longer found goes, unless somebody has judged it.
    void record(const std::vector<trend>& found, const std::vector<past_run>& runs);
    /// Whether there is such a change.
    bool set_state(std::int64_t change, change_state state, const std::string& note);
    /// Judgements of another store, of changes between runs that this one has. How many it took.
    std::size_t take_judgements(const std::vector<judged_change>& judged);
    std::vector<judged_change> judgements() const;

    /// Removes runs with their figures and changes, and gives the room back. How many.
    std::size_t prune_before(const std::string& started);
    std::size_t prune_to(std::size_t newest);

private:
    std::size_t removed(statement& runs);

    std::filesystem::path file_;
    database data_;
};

}  // namespace ipcmark
