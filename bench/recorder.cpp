#include "bench/recorder.hpp"

#include "harness/analysis/clock_flags.hpp"
#include "harness/analysis/floor_ratios.hpp"
#include "harness/analysis/record_builder.hpp"

namespace ipcmark {

repetition_record record_of(const attempt& done, const clock_info& told,
                            const shared_clock& clock) {
    const auto raw_cost_ns = done.outcome.raw_stamp_cost_ns;
    const clock_reading read = raw_cost_ns ? clock_reading{"CLOCK_MONOTONIC_RAW", *raw_cost_ns}
                                           : clock_reading{told.source, told.stamp_cost_ns};
    repetition_record record =
        make_record(done.planned.what, done.asked.why, done.outcome, clock,
                    {done.sequence, done.asked.round, done.number, done.noise, read});
    if (record.failed && !done.last) record.tried_again = true;
    return record;
}

void recorder::attempted(const attempt& done) {
    machine_.look();
    lines_.append(result_.add(record_of(done, result_.header().clock, clock_)));
}

void recorder::floors_measured(const floor_log& floors) {
    lines_.append(result_.set_floors(floors_of(floors)));
}

void recorder::offsets_measured(const char* when, const std::vector<measured_offset>& offsets) {
    clock_info clock = result_.header().clock;
    for (const auto& [cpus, bound] : offsets)
        clock.offsets.push_back(offset_info(bound, clock_, cpus, when));
    lines_.append(result_.set_clock(std::move(clock)));
}

run_progress recorder::so_far() {
    return {[this](const std::string& cell) { return result_.given_up(cell); },
            [this](const std::string& cell) { return result_.progress(cell); },
            [this](std::size_t further) { bar_.expect(result_.repetitions() + further); },
            [this] { return result_.nothing_to_count(); }};
}

}  // namespace ipcmark
