#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "harness/base/sizes.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t names_told = 6;

std::string reason_text(const cell_result& cell) {
    if (!cell.why) return std::string(title_of(cell.ended));
    return cell.why->text + (cell.why->stage ? " (stage: " + *cell.why->stage + ")" : "");
}

/// The text without the cell's payload: the same limit for several payloads is one reason.
std::string without_payload(const std::string& text, std::size_t payload_bytes) {
    const std::string number = std::to_string(payload_bytes);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::string found;
    for (std::size_t at = 0; at < text.size();) {
        const bool whole =
            text.compare(at, number.size(), number) == 0 && (at == 0 || !is_digit(text[at - 1])) &&
            (at + number.size() == text.size() || !is_digit(text[at + number.size()]));
        found += whole ? '\0' : text[at];
        at += whole ? number.size() : 1;
    }
    return found;
}

template <class Of>
std::vector<std::string> each_once(const run_result& result, const std::vector<std::size_t>& cells,
                                   Of of) {
    std::vector<std::string> all;
    for (const std::size_t i : cells)
        if (auto text = of(result.cells[i]); std::find(all.begin(), all.end(), text) == all.end())
            all.push_back(std::move(text));
    return all;
}

std::string where(const run_result& result, const problem& of) {
    const auto told = [&](auto text) {
        return some_of(each_once(result, of.cells, text), names_told);
    };
    std::vector<std::size_t> by_size = of.cells;
    std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) {
        return result.cells[a].payload_bytes < result.cells[b].payload_bytes;
    });
    const auto sizes = each_once(result, by_size, [](const cell_result& cell) {
        return cell.payload_bytes == 0 ? "no payload" : payload_text(cell.payload_bytes);
    });
    return told([](const cell_result& cell) { return cell.mechanism; }) + "; " +
           told([](const cell_result& cell) { return std::string(pattern_of(cell.kind).title); }) +
           "; " + some_of(sizes, names_told) + "; " +
           told([](const cell_result& cell) { return std::string(title_of(cell.place)); });
}

int severity(status ended) {
    return ended == status::failed ? 0 : ended == status::timed_out ? 1 : 2;
}

}  // namespace

std::vector<problem> problems_of(const run_result& result) {
    std::map<std::tuple<status, std::string, std::string>, std::size_t> known;
    std::vector<problem> all;
    for (std::size_t i = 0; i < result.cells.size(); ++i) {
        const cell_result& cell = result.cells[i];
        if (cell.ended == status::ok) continue;
        const std::string text = reason_text(cell);
        const std::string code = cell.why ? cell.why->code : "";
        const auto [at, is_new] = known.try_emplace(
            {cell.ended, code, without_payload(text, cell.payload_bytes)}, all.size());
        if (is_new) all.push_back({cell.ended, code, text, "", {}});
        problem& found = all[at->second];
        // Of the largest payload: what it needs is enough for the others.
        if (!is_new && cell.payload_bytes > result.cells[found.cells.back()].payload_bytes)
            found.text = text;
        found.cells.push_back(i);
    }
    for (auto& each : all)
        each.where = where(result, each);
    std::stable_sort(all.begin(), all.end(), [](const problem& a, const problem& b) {
        return std::tuple(severity(a.ended), b.cells.size()) <
               std::tuple(severity(b.ended), a.cells.size());
    });
    return all;
}

std::vector<named_reason> unavailable_mechanisms(const run_result& result) {
    std::vector<named_reason> all;
    for (const auto& each : result.header.mechanisms)
        if (!each.available) all.push_back({each.name, each.reason.value_or("no reason given")});
    return all;
}

std::vector<named_reason> partial_cells(const run_result& result) {
    std::vector<named_reason> all;
    for (const auto& cell : result.cells) {
        if (cell.ended != status::ok || cell.failures.empty()) continue;
        std::set<std::string> texts;
        for (const auto& failed : cell.failures)
            texts.insert(failed.text);
        std::string text = std::to_string(cell.repetitions_ok) + " of " +
                           std::to_string(cell.repetitions_planned) + " repetitions ended ok";
        for (const auto& each : texts)
            text += (each == *texts.begin() ? ": " : "; ") + each;
        all.push_back({cell.name, text});
    }
    return all;
}

}  // namespace ipcmark
