#include <fmt/format.h>

#include "reports/ab_report.hpp"
#include "reports/view/ab_comparison.hpp"
#include "reports/xml.hpp"

namespace ipcmark {

namespace {

std::string property(std::string_view name, double value) {
    return fmt::format("        <property name=\"{}\" value=\"{:.6g}\"/>\n", name, value);
}

std::string test_case(const ab_result& compared, const ab_judgement& judged,
                      const ab_figure& figure) {
    std::string text = fmt::format(
        "    <testcase classname=\"{}\" name=\"{}\">\n      "
        "<properties>\n",
        xml_text(compared.pairs[figure.pair].b), figure.by.of->key);
    text += property("ratio", figure.ratio);
    if (figure.low && figure.high)
        text += property("ratio_low", *figure.low) + property("ratio_high", *figure.high);
    text += property("adjusted_p", figure.seen.adjusted_p) +
            property("pairs", static_cast<double>(figure.seen.pairs)) + "      </properties>\n";
    const std::string told = xml_text(figure_sentence(compared, figure));
    if (figure.seen.verdict == change::regressed && !judged.machine_moved)
        text += "      <failure message=\"" + told + "\"/>\n";
    else if (figure.seen.verdict == change::inconclusive || judged.machine_moved)
        text += "      <skipped message=\"" + told + "\"/>\n";
    return text + "    </testcase>\n";
}

/// Of the cells of B, and of A where that alone has no figures.
std::string unmeasured_cases(const ab_result& compared, std::size_t& failed, std::size_t& skipped) {
    std::string text;
    for (std::size_t side = 0; side < compared.results.size(); ++side)
        for (const cell_result& each : compared.results[side].cells) {
            if (each.ended == status::ok) continue;
            const bool is_skip = each.ended == status::skipped;
            ++(is_skip ? skipped : failed);
            text += fmt::format(
                "    <testcase classname=\"{}\" name=\"{} measured\">\n      <{} "
                "message=\"{}\"/>\n    </testcase>\n",
                xml_text(each.name), side == 0 ? "A" : "B", is_skip ? "skipped" : "failure",
                xml_text(each.why ? each.why->text : std::string()));
        }
    return text;
}

}  // namespace

std::string render_junit(const ab_result& compared, const ab_judgement& judged) {
    std::string cases;
    std::size_t all = 0;
    std::size_t failed =
        judged.machine_moved ? 0 : judged.count(gate_role::primary, change::regressed);
    std::size_t skipped = 0;
    for (const ab_figure& each : judged.figures) {
        if (each.by.role != gate_role::primary) continue;
        ++all;
        skipped += each.seen.verdict == change::inconclusive || judged.machine_moved ? 1 : 0;
        cases += test_case(compared, judged, each);
    }
    const std::size_t before = failed + skipped;
    cases += unmeasured_cases(compared, failed, skipped);
    all += failed + skipped - before;
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
        "name=\"ipcmark ab\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{}    "
        "<system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n",
        all, failed, skipped, cases, xml_text(verdict_sentence(compared, judged)));
}

}  // namespace ipcmark
