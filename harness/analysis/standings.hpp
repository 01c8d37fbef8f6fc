#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/analysis/repetition_figures.hpp"
#include "harness/base/enum_names.hpp"
#include "harness/contract/vocabulary.hpp"
#include "harness/result/metrics.hpp"
#include "harness/result/run_result.hpp"

/// How the mechanisms of one run stand to each other.
namespace ipcmark {

/// The instrument's own cost is a reference, never ranked.
inline constexpr std::string_view instrument_name = "null";

/// Cells that differ in nothing but the mechanism, and how it connects more than a pair.
struct cell_group {
    pattern kind = pattern::round_trip;
    placement place = placement::free;
    touch reads = touch::rw;
    std::size_t payload_bytes = 0;
    std::vector<std::size_t> cells;  // positions in the result, in its order
};

/// Every cell is in one group; groups in the order of their first cells.
std::vector<cell_group> groups_of(const run_result& result);

enum class standing : std::uint8_t {
    none,       // no figure, or one that is not ranked
    reference,  // the instrument
    apart,      // it lost messages, or could not keep the rate: another thing was measured
    best,
    level,   // no difference to the best is proven
    behind,  // it is proven
};

template <>
struct spelling<standing> {
    static constexpr std::array words{
        std::pair{standing::none, "none"},   std::pair{standing::reference, "reference"},
        std::pair{standing::apart, "apart"}, std::pair{standing::best, "best"},
        std::pair{standing::level, "level"}, std::pair{standing::behind, "behind"}};
};

/// Whether messages were lost, or are by the mechanism's nature: it keeps the latest value alone.
bool is_lossy(const run_result& result, const cell_result& cell);

/// What the consumer did while it waited in this cell, by its figures and not by its description.
enum class waiting : std::uint8_t {
    unknown,
    slept,       // the kernel put it to sleep for most messages
    spun,        // it sleeps when idle, but hardly did here
    burns_core,  // it spins while nothing arrives, too
};

template <>
struct spelling<waiting> {
    static constexpr std::array words{
        std::pair{waiting::unknown, "unknown"}, std::pair{waiting::slept, "slept"},
        std::pair{waiting::spun, "spun"}, std::pair{waiting::burns_core, "burns_core"}};
};

waiting waiting_of(const run_result& result, const cell_result& cell);

/// Differences below this share are not told apart: of the metric's own margin and of what the run
/// itself can tell the larger.
double margin_of(const run_result& result, const metric& of);

/// The same of two cells: the larger of their own limits, where a calibration tells both
/// (calibrated_limit.hpp), instead of the one that the run has for all.
double margin_between(const run_result& result, const cell_result& a, const cell_result& b,
                      const metric& of);

/// Where each cell of the group stands by one metric; nowhere by one without a margin. The best is
/// the one with the best median; the others are compared with it, as one family
/// (stats/decision.hpp, unpaired).
std::vector<standing> standings(const run_result& result, const repetition_figures& figures,
                                const cell_group& group, const metric& by);

/// The same among some of the group's cells; the others have no standing.
std::vector<standing> standings_among(const run_result& result, const repetition_figures& figures,
                                      const cell_group& group, const metric& by,
                                      const std::vector<bool>& among);

/// By the group's cells: positions of those with a worse median that are not proven to be behind
/// it, each time as one family. What somebody may say who leaves out the cells before it. A figure
/// pooled over repetitions proves nothing.
std::vector<std::vector<std::size_t>> unproven_behind(const run_result& result,
                                                      const repetition_figures& figures,
                                                      const cell_group& group, const metric& by);

}  // namespace ipcmark
