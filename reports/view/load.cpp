#include <fmt/format.h>

#include "harness/base/sizes.hpp"
#include "harness/base/units.hpp"
#include "harness/result/metrics.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t curves_told = 4;

/// Empty where a curve of one point that was kept says nothing.
std::string knee_text(const load_curve& curve) {
    const load_point& lowest = curve.points.front();
    const load_point& highest = curve.points.back();
    if (!curve.knee) {
        if (curve.points.size() == 1) return {};
        return fmt::format("{} has no knee up to {}", curve.mechanism,
                           rate_text(highest.offered_per_second));
    }
    const load_point& knee = curve.points[*curve.knee];
    const std::string rate = rate_text(knee.offered_per_second);
    if (knee.saturated && *curve.knee == 0)
        return fmt::format("{} cannot keep even {}", curve.mechanism, rate);
    if (knee.saturated) return fmt::format("{} cannot keep {}", curve.mechanism, rate);
    static_assert(knee_factor == 2);
    return fmt::format("the {} of {} at {} is more than twice that at {}",
                       find_metric(curve.metric)->label, curve.mechanism, rate,
                       rate_text(lowest.offered_per_second));
}

std::string load_text(const load_family& family) {
    std::vector<std::string> all;
    for (const auto& curve : family.curves)
        if (std::string text = knee_text(curve); !text.empty()) all.push_back(std::move(text));
    if (all.empty()) return {};
    const std::size_t told = all.size() <= curves_told + 1 ? all.size() : curves_told;
    std::string text = "Under load, ";
    if (family.payload_bytes > 0) text += payload_text(family.payload_bytes) + ", ";
    text += std::string(title_of(family.place)) + ": ";
    for (std::size_t i = 0; i < told; ++i)
        text += (i == 0 ? "" : "; ") + all[i];
    if (told < all.size()) text += fmt::format("; and {} more", all.size() - told);
    return text + ".";
}

}  // namespace

std::vector<load_view> load_views(const run_result& result) {
    std::vector<load_view> views;
    for (auto& family : load_families(result)) {
        std::string text = load_text(family);
        views.push_back({std::move(family), std::move(text)});
    }
    return views;
}

}  // namespace ipcmark
