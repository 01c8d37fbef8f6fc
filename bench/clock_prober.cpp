#include "bench/clock_prober.hpp"

#include <set>

#include "harness/measure/clock_offset.hpp"
#include "harness/result/clock_flags.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

std::set<std::array<int, 2>> pairs_of_cpus(const plan& what) {
    std::set<std::array<int, 2>> pairs;
    for (const auto& planned : what.cells)
        if (!planned.skipped && planned.cpus[0] != planned.cpus[1]) pairs.insert(planned.cpus);
    return pairs;
}

}  // namespace

void clock_prober::probe(const char* when) {
    ordered_json clock = result_.header().at("clock");
    ordered_json& offsets = clock["offsets"];
    if (offsets.is_null()) offsets = ordered_json::array();
    for (const auto& cpus : pairs_of_cpus(plan_)) {
        spawn_request request;
        request.cpus = cpus;
        request.floor = std::string(clock_offset_probe);
        const spawn_result outcome = pairs_.run(request);
        const auto& notes = outcome.producer().notes;
        const auto out = notes.find("least_out_ticks");
        const auto back = notes.find("least_back_ticks");
        if (outcome.failed || out == notes.end() || back == notes.end()) continue;
        offsets.push_back(
            offset_block({out->second, back->second}, clock_, cpus[0], cpus[1], when));
    }
    journal_(result_.amend({{"clock", std::move(clock)}}));
}

}  // namespace ipcmark
