#include "harness/run/clock_offset_measurement.hpp"

#include <set>

#include "harness/worker/probes/clock_offset_probe.hpp"

namespace ipcmark {

namespace {

std::set<std::array<int, 2>> pairs_of_cpus(const plan& what) {
    std::set<std::array<int, 2>> pairs;
    for (const auto& planned : what.cells)
        if (!planned.skipped && planned.cpus[0] != planned.cpus[1]) pairs.insert(planned.cpus);
    return pairs;
}

}  // namespace

std::vector<measured_offset> measure_clock_offsets(const plan& what, runner& pairs) {
    std::vector<measured_offset> measured;
    for (const auto& cpus : pairs_of_cpus(what)) {
        launch_request request;
        request.parties = pair_on(cpus);
        request.work.act = {task_kind::probe, std::string(clock_offset_probe)};
        const repetition_result outcome = pairs.run(request);
        const auto& notes = outcome.producer().notes;
        const auto out = notes.find("least_out_ticks");
        const auto back = notes.find("least_back_ticks");
        if (outcome.failed || out == notes.end() || back == notes.end()) continue;
        measured.push_back({cpus, {out->second, back->second}});
    }
    return measured;
}

}  // namespace ipcmark
