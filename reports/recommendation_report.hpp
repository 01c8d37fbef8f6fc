#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/analysis/recommendation.hpp"
#include "harness/base/tree.hpp"

/// What is recommended for a design, for people and for programs.
namespace ipcmark {

struct recommendation {
    design of;
    std::vector<flow_recommendation> flows;
    /// Of a trait the name of the conformance check that proves it.
    std::map<std::string, std::string> checks;
    std::string machine;                // machine, kernel, date and version in a line
    std::string beside;                 // what else ran; empty: nothing
    std::vector<std::string> cautions;  // sentences about how it was measured
};

/// Where and when a result was measured.
std::string machine_text(const run_result& result);

/// A sentence or a few for each flow: what to take, or why nothing fits. The last lines of every
/// format.
std::vector<std::string> recommendation_answer(const recommendation& of);

/// Why a mechanism is not the answer. Throws std::invalid_argument for one that is not there.
std::string why_not(const flow_recommendation& flow, const recommendation& of,
                    const std::string& mechanism);

/// A table for each flow, then the answer. `explain`: what was left out as well, and why.
std::string render_recommendation_text(const recommendation& of, bool explain);

/// A design record: what was asked, what was found, how to build it.
std::string render_recommendation_markdown(const recommendation& of);

/// ipcmark.recommendation 1.0
tree to_tree(const recommendation& of);

}  // namespace ipcmark
