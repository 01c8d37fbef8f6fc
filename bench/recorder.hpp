#pragma once

#include "bench/machine_watch.hpp"
#include "bench/progress.hpp"
#include "harness/analysis/result_builder.hpp"
#include "harness/run/executor.hpp"
#include "harness/run/journal.hpp"
#include "harness/run/schedule.hpp"

namespace ipcmark {

/// What is kept of an attempt; `told` is the clock as the result tells it.
repetition_record record_of(const attempt& done, const clock_info& told, const shared_clock& clock);

/// Keeps what a run measures: each attempt becomes a record in the result and a line of the
/// journal. All arguments outlive it.
class recorder : public run_observer {
public:
    recorder(result_builder& result, journal& lines, progress& bar, const shared_clock& clock,
             machine_watch& machine)
        : result_(result), lines_(lines), bar_(bar), clock_(clock), machine_(machine) {}

    void attempted(const attempt& done) override;
    void floors_measured(const floor_log& floors) override;
    void offsets_measured(const char* when, const std::vector<measured_offset>& offsets) override;
    void about_to(const std::string& what) override { bar_.show(result_.repetitions(), what); }
    void say(const std::string& sentence) override { bar_.say(sentence); }
    void expect_more(std::size_t repetitions) override { bar_.expect_more(repetitions); }

    run_progress so_far();

private:
    result_builder& result_;
    journal& lines_;
    progress& bar_;
    const shared_clock& clock_;
    machine_watch& machine_;
};

}  // namespace ipcmark
