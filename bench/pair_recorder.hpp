#pragma once

#include "bench/progress.hpp"
#include "harness/analysis/calibration_block.hpp"
#include "harness/analysis/paired_figures.hpp"
#include "harness/run/executor.hpp"
#include "harness/run/schedule.hpp"

namespace ipcmark {

/// Keeps the figures of two variants that run next to each other; nothing else of a repetition is
/// wanted. All arguments outlive it.
class pair_recorder : public run_observer {
public:
    pair_recorder(const plan& what, progress& bar, const shared_clock& clock);

    void attempted(const attempt& done) override;
    void about_to(const std::string& what) override { bar_.show(repetitions_, what); }
    void say(const std::string& sentence) override { bar_.say(sentence); }
    void expect_more(std::size_t repetitions) override { bar_.expect_more(repetitions); }

    run_progress so_far() const;
    const paired_figures& figures() const { return figures_; }
    std::size_t repetitions() const { return repetitions_; }
    const calibration_repetitions& rests_on() const { return rests_on_; }

private:
    progress& bar_;
    const shared_clock& clock_;
    paired_figures figures_;
    std::size_t repetitions_ = 0;
    calibration_repetitions rests_on_;
};

}  // namespace ipcmark
