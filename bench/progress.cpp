#include "bench/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/clock.hpp"
#include "harness/base/terminal.hpp"

namespace ipcmark {

namespace {

constexpr double line_every_s = 10;
constexpr std::size_t bar_width = 24;
constexpr std::size_t usual_columns = 80;

double seconds_since(std::uint64_t start_ns) {
    return static_cast<double>(shared_clock::raw_ns() - start_ns) / 1e9;
}

/// Nobody may be listening any more, which is no reason to end a run.
void tell(const std::string& text) {
    std::fputs(text.c_str(), stderr);
}

std::string duration_text(double seconds) {
    const auto whole = std::lround(seconds);
    return whole < 60 ? fmt::format("{} s", whole)
                      : fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

}  // namespace

progress::progress(std::size_t repetitions_expected, bool quiet)
    : expected_(repetitions_expected),
      quiet_(quiet),
      terminal_(is_capable_terminal(STDERR_FILENO)),
      start_ns_(shared_clock::raw_ns()) {}

progress::~progress() {
    clear_bar();
}

void progress::clear_bar() {
    if (bar_shown_) tell(in_place_of_line("", 0));
    bar_shown_ = false;
}

double progress::remaining_s(std::size_t done) const {
    if (done == 0) return 0;
    const auto left = static_cast<double>(expected_ > done ? expected_ - done : 0);
    return seconds_since(start_ns_) / static_cast<double>(done) * left;
}

void progress::say(const std::string& line) {
    clear_bar();
    if (!quiet_) tell(fmt::format("{}\n", line));
}

void progress::show(std::size_t done, const std::string& what) {
    if (quiet_ || expected_ == 0) return;
    // What is run again makes the whole longer, which is no step back.
    share_ =
        std::max(share_, std::min(1.0, static_cast<double>(done) / static_cast<double>(expected_)));
    const std::string left = done == 0 ? "" : ", " + duration_text(remaining_s(done)) + " left";
    if (!terminal_) {
        if (last_line_ns_ != 0 && seconds_since(last_line_ns_) < line_every_s) return;
        last_line_ns_ = shared_clock::raw_ns();
        tell(fmt::format("{} of {} repetitions{}: {}\n", done, expected_, left, what));
        return;
    }
    const auto filled = static_cast<std::size_t>(share_ * bar_width);
    const std::string line =
        fmt::format("[{}{}] {}/{}{}  {}", std::string(filled, '#'),
                    std::string(bar_width - filled, '.'), done, expected_, left, what);
    tell(in_place_of_line(line, window_columns(STDERR_FILENO).value_or(usual_columns)));
    std::fflush(stderr);
    bar_shown_ = true;
}

}  // namespace ipcmark
