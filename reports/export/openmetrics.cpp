#include <fmt/format.h>
#include <map>

#include "reports/export/export_format.hpp"

namespace ipcmark {

namespace {

/// OpenMetrics wants base units, and the unit at the end of the name.
struct family {
    std::string name;
    std::string unit;  // empty: none
    double scale = 1;
};

family family_of(const metric& of) {
    std::string name = "ipcmark_" + std::string(of.key);
    for (char& c : name)
        if (c == '.') c = '_';
    const auto ends = [&name](std::string_view end) { return name.ends_with(end); };
    if (ends("_ns")) return {name.substr(0, name.size() - 3) + "_seconds", "seconds", 1e-9};
    if (of.key == "cpu_ns_per_message") return {"ipcmark_cpu_per_message_seconds", "seconds", 1e-9};
    return {name, "", 1};
}

std::string label_text(std::string_view text) {
    std::string escaped;
    for (const char c : text)
        escaped += c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
    return escaped;
}

std::string labels_of(const cell_result& cell) {
    std::string text = fmt::format(
        R"(pattern="{}",mechanism="{}",payload_bytes="{}",placement="{}")", to_word(cell.kind),
        label_text(cell.mechanism), cell.payload_bytes, to_word(cell.place));
    if (cell.parameter)
        text += fmt::format(",{}=\"{}\"", cell.parameter->name, exact_text(cell.parameter->value));
    if (cell.parties) text += fmt::format(",parties=\"{}\"", label_text(cell.parties->text));
    return text;
}

struct family_text {
    std::string head;
    std::string samples;
};

}  // namespace

std::string export_openmetrics(const view_model& model) {
    std::map<std::string, family_text> families;  // one after the other, as the format wants it
    for (const auto& [cell, of, figures] : exported_figures(model.results.front().result)) {
        const family to = family_of(of);
        family_text& text = families[to.name];
        if (text.head.empty()) {
            text.head = fmt::format("# TYPE {} gauge\n", to.name);
            if (!to.unit.empty()) text.head += fmt::format("# UNIT {} {}\n", to.name, to.unit);
            text.head += fmt::format("# HELP {} {}\n", to.name, label_text(of.meaning));
        }
        text.samples += fmt::format("{}{{{}}} {}\n", to.name, labels_of(cell),
                                    exact_text(*figures.median * to.scale));
    }
    std::string all;
    for (const auto& [name, text] : families)
        all += text.head + text.samples;
    return all + "# EOF\n";
}

}  // namespace ipcmark
