#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "harness/history/store.hpp"

/// A history as text that another store takes: ipcmark.history 1.0, a JSON value a line. The first
/// says what it is, then a line a run, then a line a judged change.
namespace ipcmark {

void write_exchange(const history_store& store, std::ostream& to);

/// What a text has, run after run. Throws history_error (unreadable) that names the line.
struct exchange_reader {
    std::function<void(recorded_run)> take_run;
    std::function<void(judged_change)> take_change;

    void read(std::istream& from, const std::string& name) const;
};

}  // namespace ipcmark
