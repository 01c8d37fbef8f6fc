#pragma once

#include <string>

#include "harness/contract/vocabulary.hpp"

namespace ipcmark {

inline constexpr int no_cpu = -1;

/// Why a repetition (or a whole cell) did not end ok. Data, never an exception across processes.
struct failure {
    status ended = status::failed;
    std::string code;   // limit, unavailable, placement, pattern, error, peer, integrity, protocol,
                        // stall, died, spawn, interrupted, service, service_lost
    std::string stage;  // empty: before any process
    std::string text;
};

/// A repetition's service ended and is started again: the cell goes on.
inline constexpr std::string_view service_lost_code = "service_lost";
/// The system could not give the processes or descriptors that a repetition needs, now.
inline constexpr std::string_view spawn_code = "spawn";

/// Whether it says nothing of the cell, which goes on in any case.
inline bool ends_its_cell(const failure& f) {
    return f.code != service_lost_code && f.code != spawn_code;
}

/// Whether the same may end well when it is tried again: somebody else may have ended a worker.
inline bool is_worth_a_retry(const failure& f) {
    return f.code == spawn_code ||
           (f.ended == status::failed && (f.code == "died" || f.code == "peer"));
}

/// Whether a cell that has figures keeps them, and goes on without this repetition: it was lost,
/// and nothing was found wrong with what the mechanism delivers.
inline bool is_a_loss(const failure& f) {
    return f.ended == status::timed_out ||
           (f.ended == status::failed && f.code != "integrity" && f.code != "protocol");
}

template <class Visitor>
void visit_fields(Visitor& visit, failure& f) {
    visit("status", f.ended);
    visit("code", f.code);
    visit("stage", f.stage);
    visit("text", f.text);
}

}  // namespace ipcmark
