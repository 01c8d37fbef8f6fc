#include <algorithm>

#include "harness/base/json_text.hpp"
#include "reports/export/export_format.hpp"

namespace ipcmark {

namespace {

/// Bencher's measures have slugs of letters, digits and dashes.
std::string slug_of(std::string_view key) {
    std::string slug(key);
    std::replace_if(
        slug.begin(), slug.end(), [](char c) { return c == '_' || c == '.'; }, '-');
    return slug;
}

}  // namespace

std::string export_bmf(const view_model& model) {
    tree cells = tree::object();
    for (const auto& [cell, of, figures] : exported_figures(model.results.front().result)) {
        tree measure{{"value", *figures.median}};
        if (figures.low) measure["lower_value"] = *figures.low;
        if (figures.high) measure["upper_value"] = *figures.high;
        cells[cell.name][slug_of(of.key)] = std::move(measure);
    }
    return json_text(cells, 1) + "\n";
}

}  // namespace ipcmark
