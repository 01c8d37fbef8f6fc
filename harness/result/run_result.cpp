#include "harness/result/run_result.hpp"

#include "harness/base/posix/affinity.hpp"

namespace ipcmark {

reason reason_of(const failure& failed) {
    return {failed.code, failed.stage.empty() ? std::nullopt : std::optional(failed.stage),
            failed.text};
}

namespace {

parties_info parties_info_of(const planned_cell& planned) {
    parties_info told{planned.what.among.text(), {}, 0, 0, allowed_cpus().size(), false};
    if (planned.what.how != topology::pair) told.topology = to_word(planned.what.how);
    for (const party& each : planned.parties)
        ++(each.side == role::producer ? told.producers : told.consumers);
    told.oversubscribed = told.producers + told.consumers > told.cpus;
    return told;
}

}  // namespace

cell_result cell_result_of(const planned_cell& planned, std::uint64_t repetitions_planned) {
    const cell& what = planned.what;
    cell_result result;
    result.name = what.name();
    result.mechanism = what.transport;
    result.kind = what.kind;
    result.payload_bytes = what.payload_bytes;
    result.place = what.place;
    result.reads = what.reads;
    result.depth = what.depth;
    for (const party& each : planned.parties)
        if (each.cpu != no_cpu) result.cpus.push_back(each.cpu);
    if (const cell_parameter& varied = what.varied; !varied.name.empty()) {
        result.parameter = parameter_info{varied.name, varied.value, varied.text, {}};
        if (varied.name == "processes")
            result.parameter->working_set_bytes = varied.working_set_bytes;
    }
    if (!what.among.is_pair()) result.parties = parties_info_of(planned);
    if (planned.skipped) {
        result.ended = planned.skipped->ended;
        result.why = reason_of(*planned.skipped);
    }
    result.repetitions_planned = repetitions_planned;
    return result;
}

}  // namespace ipcmark
