#include "harness/host/noise/host_baseline.hpp"

#include <algorithm>

#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

constexpr std::int64_t window_ns = 20'000'000;
constexpr std::size_t windows_a_cpu = 12;
constexpr std::size_t windows_at_least = 3;
constexpr std::int64_t others_at_most = 100;  // a hundredth of the window

double nine_tenths(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[(values.size() * 9 - 1) / 10];
}

}  // namespace

host_baseline baseline_of(const std::vector<timer_gaps>& windows) {
    host_baseline found;
    std::vector<double> shares;
    std::vector<double> pauses;
    std::int64_t span_ns = 0;
    for (const timer_gaps& window : windows) {
        if (window.waited_ns * others_at_most > window.span_ns) continue;
        shares.push_back(window.ppm());
        span_ns += window.span_ns;
        found.longest_us = std::max(found.longest_us, static_cast<double>(window.longest_ns) / 1e3);
        for (const std::int64_t pause_ns : window.pauses_ns)
            pauses.push_back(static_cast<double>(pause_ns) / 1e3);
    }
    if (shares.size() < windows_at_least) return {};
    found.windows = shares.size();
    found.window_ms = static_cast<double>(span_ns) / 1e6 / static_cast<double>(shares.size());
    found.gap_ppm_p90 = nine_tenths(shares);
    found.gap_ppm_median = median(std::move(shares));
    found.pauses_per_s = static_cast<double>(pauses.size()) * 1e9 / static_cast<double>(span_ns);
    if (!pauses.empty()) found.pause_us = median(std::move(pauses));
    return found;
}

host_baseline take_baseline(const std::vector<int>& cpus) {
    std::vector<timer_gaps> windows;
    for (const int cpu : cpus)
        for (std::size_t i = 0; i < windows_a_cpu; ++i)
            if (timer_gaps window = look_for_gaps({cpu}, window_ns); window.span_ns > 0)
                windows.push_back(std::move(window));
    return baseline_of(windows);
}

}  // namespace ipcmark
