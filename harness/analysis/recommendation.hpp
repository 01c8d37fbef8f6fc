#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/design.hpp"
#include "harness/result/metric_summary.hpp"
#include "harness/result/run_result.hpp"

/// Which mechanisms meet a design, by what was measured of them.
namespace ipcmark {

struct requirement_verdict {
    limit_outcome outcome = limit_outcome::absent;
    std::optional<metric_summary> figures;  // times the requirement's factor
    /// Limit over figure, or figure over limit where more is better: above 1 there is room.
    std::optional<double> headroom;
};

enum class fit : std::uint8_t {
    meets,       // every requirement
    unproven,    // none is missed, and some are not proven
    misses,      // one at least
    unmeasured,  // no figure: it failed, or was left out
    excluded,    // by what it is
};

template <>
struct spelling<fit> {
    static constexpr std::array words{
        std::pair{fit::meets, "meets"}, std::pair{fit::unproven, "unproven"},
        std::pair{fit::misses, "misses"}, std::pair{fit::unmeasured, "unmeasured"},
        std::pair{fit::excluded, "excluded"}};
};

struct candidate {
    mechanism_info mechanism;
    fit how = fit::unmeasured;
    std::string why;                            // excluded or unmeasured: the reason
    std::string trait;                          // excluded: the trait that says so; empty: none
    std::vector<requirement_verdict> verdicts;  // by the flow's requirements
    std::optional<metric_summary> preferred;    // what ranks it
    bool level = false;  // with the first of its kind of fit: no difference is proven
    bool twice = false;  // it meets everything that depends on the rate at twice the rate as well
    bool twice_measured = false;
    bool screened = false;  // by less than half of the repetitions of the others
    std::string cell;       // where its figures are from
};

/// A limit that nothing that sleeps can keep here.
struct contradiction {
    std::string requirement;
    std::string limit;
    std::string floor;   // the quickest way to wake a process
    double wake_ns = 0;  // at best, as often as a message wakes one
    unsigned wakes = 1;  // there, and back
};

struct flow_recommendation {
    design_flow flow;
    std::vector<requirement> requirements;
    std::vector<candidate> candidates;  // the best first; the excluded last
    std::string ranked_by;              // requirement word
    std::vector<contradiction> contradictions;

    std::size_t count(fit how) const;
    /// nullptr: none meets everything.
    const candidate* best() const;
    const candidate* find(const std::string& mechanism) const;
};

/// Of an interval as a whole; of a figure without one only where it is better than the limit by
/// half of it, or worse.
requirement_verdict judge(const requirement& wanted, const metric_summary* figures);

/// The requirement that is missed by most: 1 is at its limit, above there is room. What is not
/// known is 0.
double worst_headroom(const candidate& one);

/// `results`: what was measured, in the order of time; of each mechanism the last counts.
/// `mechanisms`: all that there are. The order: what meets all, by the first preference, and where
/// no difference is proven the simpler first (no daemon, no library that allocates, a kernel
/// channel before shared memory); then what is not proven to, then what misses, each by its worst
/// requirement and the preference; what was only screened comes after the rest of its like, and of
/// the latter two after both: a few repetitions leave open what many have decided.
flow_recommendation recommend(const design_flow& flow,
                              const std::vector<mechanism_info>& mechanisms,
                              const std::vector<const run_result*>& results);

}  // namespace ipcmark
