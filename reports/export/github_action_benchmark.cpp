#include <fmt/format.h>

#include "harness/base/json_text.hpp"
#include "reports/export/export_format.hpp"
#include "reports/view/figure_text.hpp"

namespace ipcmark {

namespace {

/// The tool compares a name's value with the one before: one file a direction.
std::string entries_of(const view_model& model, better direction) {
    tree::list entries;
    for (const auto& [cell, of, figures] : exported_figures(model.results.front().result)) {
        if (of.direction != direction) continue;
        tree entry{{"name", fmt::format("{} {}", cell.name, of.label)},
                   {"unit", std::string(of.unit)},
                   {"value", *figures.median}};
        if (const auto half = half_width_text(figures)) entry["range"] = "\u00b1 " + *half;
        entry["extra"] = fmt::format("{} repetitions, {}", figures.n, of.meaning);
        entries.push_back(std::move(entry));
    }
    return json_text(tree(std::move(entries)), 1) + "\n";
}

}  // namespace

std::string export_smaller_is_better(const view_model& model) {
    return entries_of(model, better::lower);
}

std::string export_bigger_is_better(const view_model& model) {
    return entries_of(model, better::higher);
}

}  // namespace ipcmark
