#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/analysis/comparison.hpp"
#include "harness/analysis/standings.hpp"
#include "harness/base/tree.hpp"
#include "harness/contract/vocabulary.hpp"
#include "harness/result/metrics.hpp"

/// What people read where files hold words.
namespace ipcmark {

std::string_view title_of(placement place);
std::string_view title_of(touch reads);
std::string_view title_of(status ended);
std::string_view title_of(waiting waits);
std::string_view title_of(change verdict);

/// A few letters in place of a figure that is not there.
std::string_view absence_of(const cell_result& cell);

/// What that pattern sends: a message that comes back makes a trip, a stream of notifications,
/// which carry nothing and may be answered together, is of posts, and a state is written.
enum class sent : std::uint8_t { message, trip, post, write, run };
sent sent_by(pattern kind, std::size_t payload_bytes);
std::string_view title_of(sent unit);

/// A metric's label in tables of that pattern and payload: "CPU/msg" is "CPU/trip" or "CPU/post",
/// and the time of a state is its age.
std::string label_of(const metric& of, pattern kind, std::size_t payload_bytes);

/// The metrics that make up the hop of this cell of the pattern switch, in the order of what
/// happens: what stays inside one process, then transfer and wake-up, or the two in one where no
/// sibling polls. Empty where one of them is missing.
std::vector<std::string> hop_parts_of(const cell_result& cell);

/// Every table of words for the page: patterns, metrics, placements, touches, statuses, waits and
/// verdicts, each with its title; the quantiles of a latency_distribution; and which metrics make
/// up another one.
tree words_tree();

}  // namespace ipcmark
