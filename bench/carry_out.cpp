#include "bench/carry_out.hpp"

#include "bench/progress.hpp"
#include "bench/recorder.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t others_told = 5;

}  // namespace

run_outcome carry_out(const run_options& options, const plan& what, workplace& here,
                      result_builder& result, journal& lines) {
    const shared_clock clock(here.clock);
    progress bar(0, options.quiet);
    recorder records(result, lines, bar, clock, here.machine);
    executor by(what, here.pairs, here.interrupts, clock, {options.reruns, options.retries},
                records, here.machine.gate());
    rounds_schedule rounds(what, options.time_budget_s, options.floors);
    bar.expect(rounds.expected());
    bar.say(effort_text(what, options));
    run_outcome ended = run_schedule(rounds, by, records.so_far());
    result.header().watch = here.machine.told(by.others(others_told));
    return ended;
}

}  // namespace ipcmark
