#pragma once

#include <cstdint>
#include <string>

namespace ipcmark {

/// Tells on standard error how far a run is: a bar with the remaining time on a terminal, otherwise
/// a plain line at most every ten seconds. Writes only between repetitions.
class progress {
public:
    progress(std::size_t repetitions_expected, bool quiet);
    ~progress();
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    /// `what` is done or about to run; `done` repetitions are behind us.
    void show(std::size_t done, const std::string& what);
    /// Repetitions that will not happen after all.
    void expect(std::size_t repetitions_expected) { expected_ = repetitions_expected; }
    void expect_more(std::size_t repetitions) { expected_ += repetitions; }
    /// A line of its own, above the bar.
    void say(const std::string& line);

private:
    void clear_bar();
    double remaining_s(std::size_t done) const;

    std::size_t expected_;
    bool quiet_;
    bool terminal_;
    bool bar_shown_ = false;
    double share_ = 0;  // of the bar; never goes down
    std::uint64_t start_ns_;
    std::uint64_t last_line_ns_ = 0;
};

}  // namespace ipcmark
