#include "harness/run/clock_offset_measurement.hpp"

#include <iterator>
#include <set>
#include <utility>

#include "harness/worker/probes/clock_offset_probe.hpp"

namespace ipcmark {

namespace {

std::set<std::pair<int, int>> pairs_of_cpus(const plan& what) {
    std::set<std::pair<int, int>> pairs;
    for (const auto& planned : what.cells) {
        if (planned.skipped) continue;
        const std::vector<int> cpus = distinct_cpus_of(planned.parties);
        for (auto first = cpus.begin(); first != cpus.end(); ++first)
            for (auto second = std::next(first); second != cpus.end(); ++second)
                pairs.emplace(*first, *second);
    }
    return pairs;
}

}  // namespace

std::vector<measured_offset> measure_clock_offsets(const plan& what, runner& pairs) {
    std::vector<measured_offset> measured;
    for (const auto& [first, second] : pairs_of_cpus(what)) {
        launch_request request;
        request.parties = pair_on(first, second);
        request.work.act = {task_kind::probe, std::string(clock_offset_probe)};
        const repetition_result outcome = pairs.run(request);
        const auto& notes = outcome.producer().notes;
        const auto out = notes.find("least_out_ticks");
        const auto back = notes.find("least_back_ticks");
        if (outcome.failed || out == notes.end() || back == notes.end()) continue;
        measured.push_back({{first, second}, {out->second, back->second}});
    }
    return measured;
}

}  // namespace ipcmark
