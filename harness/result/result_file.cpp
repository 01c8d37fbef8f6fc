#include "harness/result/result_file.hpp"

#include <algorithm>
#include <unordered_map>

#include "harness/base/fields.hpp"
#include "harness/result/benchmark_entries.hpp"
#include "harness/result/metrics.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view schema_name = "ipcmark.result";
constexpr std::string_view schema_version = "1.0";

struct schema_info {
    std::string name{schema_name};
    std::string version{schema_version};
};

template <class Visitor>
void visit_fields(Visitor& visit, schema_info& s) {
    visit("name", s.name);
    visit("version", s.version);
}

constexpr std::string_view per_message_suffix = "_per_message";

/// Counted events stand beside the words on them, not in a group of their own.
tree counting_tree(const counting_facts& counted) {
    tree block;
    block["source"] = counted.source;
    block["messages"] = counted.messages;
    for (const auto& [key, value] : counted.per_message)
        block[key] = value;
    block["sources"] = to_tree(counted.sources);
    block["unavailable"] = to_tree(counted.unavailable);
    if (counted.repetitions) block["repetitions"] = *counted.repetitions;
    return block;
}

counting_facts counting_from(const tree& block) {
    counting_facts counted = from_tree<counting_facts>(block);
    counted.per_message.clear();
    for (const auto& [key, value] : block.named())
        if (key.ends_with(per_message_suffix))
            counted.per_message[key] =
                value.is_null() ? std::nullopt : std::optional(value.as_double());
    return counted;
}

/// The metric table's order is kept: members of a tree have one.
tree summary_tree(const cell_result& cell) {
    tree::members named;
    for (const auto& [key, figures] : cell.summary)
        named.emplace_back(key, to_tree(figures));
    return named;
}

template <class Visitor>
void visit_outcome(Visitor& visit, cell_result& c) {
    visit("status", c.ended);
    visit("reason", c.why);
    visit("repetitions_planned", c.repetitions_planned);
    visit("repetitions_ok", c.repetitions_ok);
    visit("repetitions_disturbed", c.repetitions_disturbed);
    visit("repetitions_excluded", c.repetitions_excluded);
    visit("failures", c.failures);
}

template <class Visitor>
void visit_conclusions(Visitor& visit, cell_result& c) {
    visit("histogram", c.histogram);
    visit("verify", c.verify);
    visit("floor", c.floor);
    visit("flags", c.flags);
    visit.when_there("saturated", c.saturated);
    visit.when_there("hop_note", c.hop_note);
}

tree cell_tree(const cell_result& of) {
    cell_result cell = of;
    detail::field_writer writer;
    visit_identity(writer, cell);
    visit_outcome(writer, cell);
    writer.to.emplace_back("summary", summary_tree(of));
    visit_conclusions(writer, cell);
    writer.to.emplace_back("counting", of.counting ? counting_tree(*of.counting) : tree());
    return std::move(writer.to);
}

cell_result cell_from(const tree& block, const detail::path& where) {
    cell_result cell;
    detail::field_reader reader{block, where};
    visit_identity(reader, cell);
    visit_outcome(reader, cell);
    visit_conclusions(reader, cell);
    if (const tree* summary = block.find("summary"); summary != nullptr && summary->is_object()) {
        const detail::path below{&where, "summary"};
        for (const auto& [key, figures] : summary->named()) {
            cell.summary.emplace_back(key, metric_summary{});
            metric_summary& read = cell.summary.back().second;
            detail::read(figures, read, detail::path{&below, key});
            if (const metric* known = find_metric(key)) read.unit = known->unit;
        }
    }
    if (const tree* counting = block.find("counting"); counting != nullptr && !counting->is_null())
        cell.counting = counting_from(*counting);
    return cell;
}

const tree::list& list_at(const tree& document, std::string_view key) {
    static const tree::list none;
    const tree* found = document.find(key);
    return found != nullptr && found->is_list() ? found->elements() : none;
}

/// By cell, in the order in which they ran: a file has them in that of the tools that read it.
std::vector<repetition_record> repetitions_from(const tree& document, const detail::path& root,
                                                const std::vector<cell_result>& cells) {
    std::vector<repetition_record> all;
    for (const char* key : {"benchmarks", "set_aside"}) {
        const detail::path entries{&root, key};
        const tree::list& list = list_at(document, key);
        for (std::size_t i = 0; i < list.size(); ++i)
            if (is_repetition(list[i]))
                all.push_back(repetition_from(list[i], detail::path{&entries, {}, i}));
    }
    std::unordered_map<std::string_view, std::size_t> position;
    for (const auto& cell : cells)
        position.emplace(cell.name, position.size());
    const auto place = [&](const repetition_record& record) {
        const auto found = position.find(record.cell);
        return std::pair(found == position.end() ? position.size() : found->second,
                         record.timed->sequence);
    };
    std::stable_sort(all.begin(), all.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return all;
}

}  // namespace

tree to_tree(const run_result& result) {
    tree document;
    document["schema"] = to_tree(schema_info{});
    document["complete"] = result.complete;
    document["incomplete_reason"] = result.incomplete_reason;
    document.update(to_tree(result.header));
    document["floors"] = to_tree(result.floors);
    tree::list cells;
    for (const auto& cell : result.cells)
        cells.push_back(cell_tree(cell));
    document["cells"] = std::move(cells);
    benchmark_entries entries = entries_of(result);
    document["benchmarks"] = std::move(entries.benchmarks);
    document["set_aside"] = std::move(entries.set_aside);
    document["noise"] = to_tree(result.noise);
    return document;
}

run_result run_result_from_tree(const tree& document) {
    run_result result;
    const detail::path root;
    detail::field_reader reader{document, root};
    reader("complete", result.complete);
    reader("incomplete_reason", result.incomplete_reason);
    visit_fields(reader, result.header);
    reader("floors", result.floors);
    const detail::path cells{&root, "cells"};
    for (std::size_t i = 0; i < list_at(document, "cells").size(); ++i)
        result.cells.push_back(
            cell_from(list_at(document, "cells")[i], detail::path{&cells, {}, i}));
    result.repetitions = repetitions_from(document, root, result.cells);
    reader("noise", result.noise);
    return result;
}

}  // namespace ipcmark
