#include "harness/run/floor_measurement.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/worker/probes/floors.hpp"

namespace ipcmark {

namespace {

/// Where and for what one probe is measured.
struct floor_spot {
    std::vector<party> parties = unpinned_pair();
    std::optional<placement> place = {};
    std::optional<std::size_t> block_bytes = {};
};

/// A probe is of two processes, however many the cell has.
std::vector<party> first_pair_of(const std::vector<party>& all) {
    return pair_on(all[first_of(role::producer, all)].cpu, all[first_of(role::consumer, all)].cpu);
}

std::vector<floor_spot> floor_spots(const plan& what, const floors::probe& each) {
    std::vector<floor_spot> spots;
    const auto add = [&spots](const floor_spot& spot) {
        const auto same = [&](const floor_spot& known) {
            return known.place == spot.place && known.block_bytes == spot.block_bytes;
        };
        if (std::none_of(spots.begin(), spots.end(), same)) spots.push_back(spot);
    };
    for (const auto& planned : what.cells) {
        const cell& c = planned.what;
        if (planned.skipped) continue;
        // Two processes that work at once on one CPU would measure its time slices.
        if (each.needs_two_cpus && share_a_cpu(planned.parties)) continue;
        floor_spot spot{first_pair_of(planned.parties)};
        if (each.by_placement) spot.place = c.place;
        if (each.by_block) spot.block_bytes = floor_block_bytes(c.payload_bytes);
        if (each.by_block && !spot.block_bytes) continue;
        add(spot);
    }
    return spots;
}

launch_request request_for(const floors::probe& each, const floor_spot& spot) {
    constexpr std::int64_t span_ns = 20'000'000;
    launch_request request;
    request.what.payload_bytes = spot.block_bytes.value_or(0);
    request.parties = spot.parties;
    request.work.act = {task_kind::probe, std::string(each.name)};
    request.work.timed_ns = span_ns;
    return request;
}

}  // namespace

void floor_measurement::probe(std::uint64_t rounds_done,
                              const std::function<bool(const std::string&)>& next) {
    for (const floors::probe& each : floors::all_probes())
        for (const floor_spot& spot : floor_spots(plan_, each)) {
            const std::string name(each.name);
            if (!next("floor " + name)) return;
            const repetition_result outcome = pairs_.run(request_for(each, spot));
            if (outcome.interrupted) continue;
            const auto& notes = outcome.producer().notes;
            const auto figure = notes.find("floor_milli");
            if (outcome.failed || figure == notes.end()) {
                complain_("floor " + name + ": " +
                          (outcome.failed ? outcome.failed->text : "no figure"));
                continue;
            }
            log_.add({name,
                      std::string(each.unit),
                      std::string(each.meaning),
                      spot.place,
                      spot.block_bytes,
                      {}},
                     rounds_done, floors::figure_from_note(figure->second));
        }
}

}  // namespace ipcmark
