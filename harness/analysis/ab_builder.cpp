#include "harness/analysis/ab_builder.hpp"

#include <stdexcept>
#include <utility>

#include "harness/base/fields.hpp"

namespace ipcmark {

template <class Visitor>
void visit_fields(Visitor& visit, control_repetition& c) {
    visit("cell", c.cell);
    visit("metric", c.metric);
    visit("round", c.round);
    visit("side", c.side);
    visit("figure", c.figure);
}

namespace {

constexpr std::string_view journal_name = "ipcmark.ab";

const tree& side_of(const tree& first_line, std::size_t at) {
    const tree* sides = first_line.find("sides");
    if (sides == nullptr || !sides->is_list() || sides->size() != 2)
        throw bad_field("/sides", "two are wanted");
    return sides->elements()[at];
}

}  // namespace

bool is_ab_journal(const tree& first_line) {
    const tree* name = first_line.find("journal");
    return name != nullptr && *name == tree(journal_name);
}

ab_builder::ab_builder(ab_result frame, std::array<result_builder, 2> sides)
    : frame_(std::move(frame)), sides_(std::move(sides)) {}

ab_builder::ab_builder(const tree& first_line)
    : frame_(ab_frame_from_tree(first_line.at("frame"))),
      sides_{result_builder(side_of(first_line, 0)), result_builder(side_of(first_line, 1))} {}

tree ab_builder::first_line() const {
    tree line{{"journal", journal_name}};
    line["frame"] = ab_frame_to_tree(frame_);
    line["sides"] = tree::list{sides_[0].first_line(), sides_[1].first_line()};
    return line;
}

tree ab_builder::add(std::size_t side, repetition_record record) {
    tree line{{"cell", record.cell}, {"side", static_cast<std::uint64_t>(side)}};
    line["line"] = sides_.at(side).add(std::move(record));
    return line;
}

tree ab_builder::add(const control_repetition& control) {
    controls_[{control.cell, control.metric}][control.round].at(control.side) = control.figure;
    return tree{{"control", to_tree(control)}};
}

void ab_builder::restore(const tree& line) {
    if (const tree* control = line.find("control")) {
        const auto read = from_tree<control_repetition>(*control);
        if (read.side > 1) throw bad_field("/control/side", "0 or 1 is wanted");
        add(read);
        return;
    }
    const tree* side = line.find("side");
    const tree* of = line.find("line");
    if (side == nullptr || of == nullptr) throw std::runtime_error("no line of a comparison");
    sides_.at(side->as_uint()).restore(*of);
}

std::size_t ab_builder::repetitions() const {
    return sides_[0].repetitions() + sides_[1].repetitions();
}

std::size_t ab_builder::failed_cells() const {
    return sides_[0].failed_cells() + sides_[1].failed_cells();
}

std::vector<control_series> ab_builder::controls() const {
    std::vector<control_series> all;
    for (const auto& [key, rounds] : controls_) {
        control_series series{key.first, key.second, {}, {}};
        for (const auto& [round, both] : rounds) {
            if (!both[0] || !both[1]) continue;
            series.first.push_back(*both[0]);
            series.second.push_back(*both[1]);
        }
        all.push_back(std::move(series));
    }
    return all;
}

ab_result ab_builder::result(bool complete, const std::string& incomplete_reason) const {
    ab_result result = frame_;
    result.complete = complete;
    if (!complete) result.incomplete_reason = incomplete_reason;
    result.controls = controls();
    for (std::size_t i = 0; i < sides_.size(); ++i)
        result.results[i] = sides_[i].result(complete, incomplete_reason);
    return result;
}

}  // namespace ipcmark
