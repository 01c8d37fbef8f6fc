#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/plugins.hpp"
#include "bench/run_options.hpp"
#include "bench/subcommand.hpp"
#include "bench/variant.hpp"
#include "harness/analysis/ab_judgement.hpp"
#include "harness/run/placements.hpp"
#include "harness/run/schedule.hpp"

namespace ipcmark {

/// The mechanisms of this program, of --plugin and of the plug-ins of both sides; of two plug-ins
/// that bring a mechanism of one name the first describes it.
struct known_mechanisms {
    registry all;
    std::vector<std::unique_ptr<plugin_set>> loaded;

    known_mechanisms(const invocation& call, const variant& a, const variant& b);

private:
    void load(const std::string& file);
};

/// The cells of both sides in one plan: those of A, as many of B, then the controls.
struct paired_plan {
    plan cells;
    std::vector<cell_pair> pairs;
    std::size_t compared = 0;
};

/// What one side, --a or --b as `flag` says, measures. Throws command_error.
plan plan_of_side(const run_options& run, const variant& side, const std::string& flag,
                  bool mechanisms_named, const registry& mechanisms,
                  const std::vector<placement_choice>& placements);

/// The cells of both by their order, and the controls. Throws command_error where they do not pair
/// up, or none can run here.
paired_plan pair_up(const plan& a, const plan& b, const registry& mechanisms,
                    const std::vector<placement_choice>& placements);

/// The pairs with a figure that regressed, and the controls, with another seed.
paired_plan regressed_of(const paired_plan& all, const ab_judgement& judged);

}  // namespace ipcmark
