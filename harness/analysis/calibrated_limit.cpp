#include "harness/analysis/calibrated_limit.hpp"

#include <string>

#include "harness/analysis/standings.hpp"

namespace ipcmark {

namespace {

/// Of a list of repetitions and ratios.
std::optional<double> fitting_limit(const tree* list, std::size_t repetitions) {
    std::optional<double> found;
    if (list == nullptr || !list->is_list()) return found;
    for (const tree& each : list->elements()) {
        const tree* count = each.find("repetitions");
        const tree* ratio = each.find("ratio");
        if (count == nullptr || ratio == nullptr) continue;
        if (!found || count->as_uint() <= repetitions) found = ratio->as_double() - 1;
    }
    return found;
}

const tree* member(const tree* of, std::string_view key) {
    return of != nullptr && of->is_object() ? of->find(key) : nullptr;
}

/// The entry of a cell has its main metric's figures itself, the others below "metrics".
const tree* own_limits(const tree& calibration, const cell_result& cell, std::string_view metric) {
    const tree* cells = member(&calibration, "cells");
    if (cells == nullptr || !cells->is_list()) return nullptr;
    for (const tree& each : cells->elements()) {
        const tree* name = member(&each, "name");
        if (name == nullptr || !(*name == tree(cell.name))) continue;
        const tree* main = member(&each, "metric");
        const bool is_main = main != nullptr && *main == tree(std::string(metric));
        return member(is_main ? &each : member(member(&each, "metrics"), metric), "detectable");
    }
    return nullptr;
}

std::string_view kind_of(const run_result& result, const cell_result& cell) {
    if (cell.place == placement::same_cpu) return "same_cpu";
    switch (waiting_of(result, cell)) {
        case waiting::slept:
            return "sleeps";
        case waiting::spun:
        case waiting::burns_core:
            return "spins";
        case waiting::unknown:
            break;
    }
    return "";
}

}  // namespace

std::optional<double> calibrated_limit(const run_result& result, const cell_result& cell,
                                       std::string_view metric) {
    const tree& calibration = result.header.calibration;
    const std::size_t repetitions = cell.repetitions_ok;
    if (const auto own = fitting_limit(own_limits(calibration, cell, metric), repetitions))
        return own;
    const tree* of_kind = member(member(&calibration, "by_kind"), kind_of(result, cell));
    return fitting_limit(member(of_kind, metric), repetitions);
}

}  // namespace ipcmark
