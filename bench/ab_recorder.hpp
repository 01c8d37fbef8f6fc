#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bench/machine_watch.hpp"
#include "bench/progress.hpp"
#include "harness/analysis/ab_builder.hpp"
#include "harness/analysis/ab_judgement.hpp"
#include "harness/run/executor.hpp"
#include "harness/run/journal.hpp"
#include "harness/run/schedule.hpp"

namespace ipcmark {

/// Keeps what the pairs of a comparison measure, a result for each side, and says which pairs go
/// on. All arguments outlive it.
class ab_recorder : public run_observer {
public:
    /// `cells`: of the plan that is run; `pairs` refer to it, controls included.
    ab_recorder(const plan& cells, const std::vector<cell_pair>& pairs, const ab_rule& rule,
                ab_builder& kept, journal& lines, progress& bar, const shared_clock& clock,
                machine_watch& machine);

    void attempted(const attempt& done) override;
    void about_to(const std::string& what) override { bar_.show(repetitions_, what); }
    void say(const std::string& sentence) override { bar_.say(sentence); }
    void expect_more(std::size_t repetitions) override { bar_.expect_more(repetitions); }

    run_progress so_far() const;
    /// For the schedule: not after a look that settled it, nor where a side failed.
    bool takes_part(std::size_t pair, std::uint64_t round);

private:
    /// What both sides measured in a round.
    struct both {
        std::array<std::optional<std::map<std::string, std::optional<double>>>, 2> metrics;
        bool a_first = true;
    };

    void keep(const attempt& done, const repetition_record& record);
    void keep_control(const attempt& done, const repetition_record& record);
    void look(std::uint64_t rounds);
    std::vector<measured_pair> measured() const;

    const plan& plan_;
    const std::vector<cell_pair>& pairs_;
    const ab_rule& rule_;
    ab_builder& kept_;
    journal& lines_;
    progress& bar_;
    const shared_clock& clock_;
    machine_watch& machine_;
    std::size_t repetitions_ = 0;
    std::map<std::size_t, std::map<std::uint64_t, both>> rounds_;         // by pair
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> pair_of_;  // by side and cell
    std::set<std::size_t> settled_;
    std::uint64_t looked_at_ = 0;
};

}  // namespace ipcmark
