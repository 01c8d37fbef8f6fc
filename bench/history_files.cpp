#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bench/history_options.hpp"
#include "bench/history_place.hpp"
#include "bench/outputs.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/history/exchange.hpp"
#include "harness/history/store.hpp"
#include "reports/read_result.hpp"
#include "reports/view/figure_text.hpp"

namespace ipcmark {

namespace {

recorded_run run_in(const std::string& file) {
    auto read = read_result_or_ab(file);
    if (const auto* compared = std::get_if<ab_result>(&read)) return recorded_of(*compared, file);
    return recorded_of(std::get<run_result>(read), file);
}

recorded_run run_to_add(const history_options& options, const std::string& file) {
    recorded_run run = run_in(file);
    if (run.started.empty() || run.fingerprint.empty())
        throw command_error(file + " does not say when or where it was measured", exit_unreadable);
    if (run.cells.empty())
        throw command_error(file + " has no cell with a figure that a history keeps",
                            exit_nothing_matched);
    if (!options.revision.empty()) {
        run.build.revision = options.revision;
        run.build.dirty = false;
    }
    if (options.golden.empty()) return run;
    const run_result golden = read_result(options.golden);
    if (golden.header.environment.fingerprint != run.fingerprint)
        throw command_error(
            fmt::format("--golden {}: it was measured on another machine or under other limits "
                        "than {}",
                        options.golden, file),
            exit_environment_refused);
    if (hold_against(run, golden) == 0)
        throw command_error(fmt::format("--golden {} has no cell of {}", options.golden, file),
                            exit_nothing_matched);
    return run;
}

std::string counted_runs(const std::vector<bool>& added) {
    const auto fresh = static_cast<std::size_t>(std::count(added.begin(), added.end(), true));
    std::string text = plural(fresh, "run") + " added";
    if (const std::size_t old = added.size() - fresh; old > 0)
        text += fmt::format(", {} there already", plural(old, "run"));
    return text;
}

/// Runs of an import, some at a time: each part is kept wholly or not at all.
class importer {
public:
    explicit importer(history_store& to) : to_(to) {}

    void read(const std::string& file) {
        exchange_reader reader;
        reader.take_run = [this](recorded_run run) { take(std::move(run)); };
        reader.take_change = [this](judged_change change) {
            changes_.push_back(std::move(change));
        };
        if (file == "-") {
            reader.read(std::cin, "standard input");
        } else {
            std::ifstream from(file, std::ios::binary);
            if (!from) throw command_error(file + " cannot be read", exit_unreadable);
            reader.read(from, file);
        }
        flush();
        judged_ += to_.take_judgements(changes_);
        changes_.clear();
    }

    std::string told() const {
        return counted_runs(added_) + ", " + plural(judged_, "change") + " taken over";
    }

private:
    void take(recorded_run run) {
        constexpr std::size_t at_once = 100;
        waiting_.push_back(std::move(run));
        if (waiting_.size() >= at_once) flush();
    }
    void flush() {
        const auto added = to_.add(waiting_);
        added_.insert(added_.end(), added.begin(), added.end());
        waiting_.clear();
    }

    history_store& to_;
    std::vector<recorded_run> waiting_;
    std::vector<judged_change> changes_;
    std::vector<bool> added_;
    std::size_t judged_ = 0;
};

}  // namespace

int history_add(const history_options& options) try {
    if (!options.golden.empty() && options.words.size() > 1)
        throw command_error("--golden belongs to one result: add that one alone");
    std::vector<recorded_run> runs;
    for (const std::string& file : options.words)
        runs.push_back(run_to_add(options, file));
    history_store store(history_folder(options.store));
    const auto added = store.add(runs);
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (!added[i]) std::cerr << "ipcmark: " << runs[i].file << " is in the history already\n";
    std::cout << counted_runs(added) << " to " << store.file().string() << '\n';
    return exit_ok;
} catch (const unreadable_result& e) {
    throw command_error(e.what(), exit_unreadable);
}

int history_export(const history_options& options) {
    const auto store = history_store::existing(history_folder(options.store));
    if (options.output == "-") {
        write_exchange(store, std::cout);
        return exit_ok;
    }
    require_writable(options.output);
    std::ostringstream text;
    write_exchange(store, text);
    write_output(options.output, text.str());
    return exit_ok;
}

int history_import(const history_options& options) {
    history_store store(history_folder(options.store));
    importer into(store);
    for (const std::string& file : options.words)
        into.read(file);
    std::cout << into.told() << " to " << store.file().string() << '\n';
    return exit_ok;
}

int history_prune(const history_options& options) {
    if (options.keep.has_value() == !options.before.empty())
        throw command_error("history prune needs --keep N or --before DATE, one of them");
    auto store = history_store::existing(history_folder(options.store));
    const std::size_t gone =
        options.keep ? store.prune_to(*options.keep) : store.prune_before(options.before);
    std::cout << plural(gone, "run") << " removed\n";
    return exit_ok;
}

}  // namespace ipcmark
