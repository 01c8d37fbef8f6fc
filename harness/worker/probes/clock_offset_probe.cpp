#include "harness/worker/probes/clock_offset_probe.hpp"

#include "harness/base/clock_offset.hpp"
#include "harness/endpoints/storages.hpp"

namespace ipcmark {

void probe_clock_offset(setup& cell, const shared_clock& clock) {
    cell.peer.meet();
    const mapping memory = memfd_storage(cell, sizeof(clock_offset_line));
    auto& line = *reinterpret_cast<clock_offset_line*>(memory.data());
    if (cell.producer()) {
        const clock_offset_bound bound = lead_offset(line, clock, clock_offset_exchanges);
        cell.notes["least_out_ticks"] = bound.least_out_ticks;
        cell.notes["least_back_ticks"] = bound.least_back_ticks;
    } else {
        follow_offset(line, clock);
    }
    cell.peer.meet();
}

}  // namespace ipcmark
