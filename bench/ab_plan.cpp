#include "bench/ab_plan.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "transports/register_all.hpp"

namespace ipcmark {

namespace {

struct control_cell {
    const char* mechanism;
    std::uint64_t payload_bytes;
};

/// What computes, writing and reading 64 KiB without a system call, and what the kernel does.
constexpr control_cell control_cells[] = {{"null", 64 * 1024}, {"pipe", 64}};

/// By the workers of this program.
void add_controls(paired_plan& to, const registry& mechanisms,
                  const std::vector<placement_choice>& placements) {
    plan_request request = to.cells.request;
    request.patterns = {pattern::round_trip};
    request.filters.clear();
    request.reads = touch::rw;
    request.depth.reset();
    for (const control_cell& control : control_cells) {
        request.mechanisms = {control.mechanism};
        request.payloads = {control.payload_bytes};
        for (planned_cell& each : expand(request, to.cells.seed, mechanisms, placements).cells) {
            if (each.skipped) continue;
            const std::size_t at = to.cells.cells.size();
            to.cells.cells.push_back(std::move(each));
            to.pairs.push_back({at, at, true});
        }
    }
}

}  // namespace

known_mechanisms::known_mechanisms(const invocation& call, const variant& a, const variant& b) {
    register_all(all);
    for (const auto& file : call.plugins)
        load(file);
    for (const registration& each : call.mechanisms.all())
        if (each.external) all.add_external(each.external);
    for (const variant* side : {&a, &b})
        for (std::size_t i = call.plugins.size(); i < side->program.plugins.size(); ++i)
            if (std::any_of(side->added.begin(), side->added.end(),
                            [this](const auto& name) { return all.find(name) == nullptr; }))
                load(side->program.plugins[i]);
}

void known_mechanisms::load(const std::string& file) {
    std::vector<std::string> arguments{"--plugin", file};
    loaded.push_back(std::make_unique<plugin_set>(arguments, all));
}

plan plan_of_side(const run_options& run, const variant& side, const std::string& flag,
                  bool mechanisms_named, const registry& mechanisms,
                  const std::vector<placement_choice>& placements) {
    run_options own = run;
    if (!side.added.empty() && !mechanisms_named) own.plan.mechanisms = side.added;
    side.apply_to(own.plan, flag);
    for (const auto& name : own.plan.mechanisms)
        if (mechanisms.find(name) == nullptr)
            throw command_error(
                fmt::format("--{}: this program has no mechanism '{}' whose cells it "
                            "could plan; give a plug-in that has it with --plugin",
                            flag, name));
    plan result;
    try {
        result = expand(own.plan, own.seed, mechanisms, placements);
    } catch (const std::invalid_argument& e) {
        throw command_error("--" + flag + ": " + e.what());
    }
    for (planned_cell& each : result.cells) {
        if (is_share_of_capacity(each.what.varied))
            throw command_error(
                "a load is a share of what a side can carry, so that A and B would be offered "
                "different rates: give --rate");
        if (!side.known.empty() && !each.skipped &&
            std::find(side.known.begin(), side.known.end(), each.what.transport) ==
                side.known.end())
            each.skipped = failure{status::skipped, "unavailable", "",
                                   "the program of --" + flag + " has no mechanism of this name"};
    }
    return result;
}

paired_plan pair_up(const plan& a, const plan& b, const registry& mechanisms,
                    const std::vector<placement_choice>& placements) {
    if (a.cells.empty() || b.cells.empty())
        throw command_error("no cell matches", exit_nothing_matched);
    bool alike = a.cells.size() == b.cells.size();
    for (std::size_t i = 0; alike && i < a.cells.size(); ++i)
        alike = a.cells[i].what.kind == b.cells[i].what.kind;
    if (!alike)
        throw command_error("the cells of A and B do not pair up: A has " +
                            std::to_string(a.cells.size()) + " (" + a.cells.front().what.name() +
                            " first), B " + std::to_string(b.cells.size()) + " (" +
                            b.cells.front().what.name() +
                            "); name one mechanism for each side, or the same patterns and sizes");
    paired_plan result{a, {}, a.cells.size()};
    result.cells.cells.insert(result.cells.cells.end(), b.cells.begin(), b.cells.end());
    for (std::size_t i = 0; i < a.cells.size(); ++i)
        result.pairs.push_back({i, a.cells.size() + i, false});
    skip_beyond(memory_limit(), mechanisms, result.cells);
    const bool none = std::all_of(result.pairs.begin(), result.pairs.end(), [&](const auto& pair) {
        return result.cells.cells[pair.a].skipped || result.cells.cells[pair.b].skipped;
    });
    if (none) {
        const auto& first = result.cells.cells;
        const auto& why =
            first[result.pairs[0].a].skipped ? first[result.pairs[0].a] : first[result.pairs[0].b];
        throw command_error(
            "no pair of cells can run here: " + why.what.name() + ": " + why.skipped->text,
            exit_nothing_matched);
    }
    add_controls(result, mechanisms, placements);
    return result;
}

paired_plan regressed_of(const paired_plan& all, const ab_judgement& judged) {
    constexpr std::uint64_t other_seed = 0x9e37'79b9'7f4a'7c15;
    std::vector<bool> regressed(all.compared);
    for (const ab_figure& each : judged.figures)
        if (each.by.role == gate_role::primary && each.seen.verdict == change::regressed)
            regressed[each.pair] = true;
    paired_plan again{{all.cells.request, {}, all.cells.seed ^ other_seed}, {}, 0};
    const auto take = [&](std::size_t cell) {
        again.cells.cells.push_back(all.cells.cells[cell]);
        return again.cells.cells.size() - 1;
    };
    std::vector<std::size_t> taken;
    for (std::size_t i = 0; i < all.compared; ++i)
        if (regressed[i]) taken.push_back(i);
    again.compared = taken.size();
    for (const std::size_t i : taken)
        again.pairs.push_back({take(all.pairs[i].a), 0, false});
    for (std::size_t i = 0; i < taken.size(); ++i)
        again.pairs[i].b = take(all.pairs[taken[i]].b);
    for (const cell_pair& each : all.pairs) {
        if (!each.control) continue;
        const std::size_t at = take(each.a);
        again.pairs.push_back({at, at, true});
    }
    return again;
}

}  // namespace ipcmark
