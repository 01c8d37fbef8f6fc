#include "bench/pair_recorder.hpp"

#include "harness/analysis/record_builder.hpp"

namespace ipcmark {

pair_recorder::pair_recorder(const plan& what, progress& bar, const shared_clock& clock)
    : bar_(bar), clock_(clock) {
    for (const auto& planned : what.cells)
        if (planned.skipped) figures_.fail(planned.what.name(), *planned.skipped);
}

void pair_recorder::attempted(const attempt& done) {
    ++repetitions_;
    if (!done.last) return;
    if (!done.outcome.failed) {
        ++rests_on_.kept;
        rests_on_.disturbed += done.noise.verdict == quality::disturbed ? 1 : 0;
    }
    figures_.add(make_record(done.planned.what, done.asked.why, done.outcome, clock_),
                 done.asked.round, done.asked.variant);
}

run_progress pair_recorder::so_far() const {
    return {[this](const std::string& cell) { return figures_.given_up(cell); },
            [](const std::string&) { return cell_progress{}; }, [](std::size_t) {}};
}

}  // namespace ipcmark
