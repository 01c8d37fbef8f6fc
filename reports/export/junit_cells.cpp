#include <fmt/format.h>

#include "reports/export/export_format.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/xml.hpp"

namespace ipcmark {

namespace {

std::string case_of(const cell_result& cell) {
    std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n",
                                   to_word(cell.kind), xml_text(cell.name));
    const std::string why = xml_text(cell.why ? cell.why->text : std::string());
    if (cell.ended == status::skipped)
        text += "      <skipped message=\"" + why + "\"/>\n";
    else if (cell.ended != status::ok)
        text += "      <failure message=\"" + why + "\"/>\n";
    std::string properties;
    for (const auto& [key, figures] : cell.summary)
        if (figures.median)
            properties += fmt::format("        <property name=\"{}\" value=\"{}\"/>\n",
                                      xml_text(key), exact_text(*figures.median));
    if (!properties.empty()) text += "      <properties>\n" + properties + "      </properties>\n";
    return text + "    </testcase>\n";
}

}  // namespace

std::string export_junit(const view_model& model) {
    const run_result& result = model.results.front().result;
    std::size_t skipped = 0;
    std::size_t failed = 0;
    std::string cases;
    for (const cell_result& each : result.cells) {
        skipped += each.ended == status::skipped ? 1 : 0;
        failed += each.ended != status::skipped && each.ended != status::ok ? 1 : 0;
        cases += case_of(each);
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
        "name=\"ipcmark\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{}  "
        "</testsuite>\n</testsuites>\n",
        result.cells.size(), failed, skipped, cases);
}

}  // namespace ipcmark
