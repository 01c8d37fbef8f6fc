#pragma once

#include <string>

#include "harness/contract/vocabulary.hpp"

namespace ipcmark {

inline constexpr int no_cpu = -1;

/// Why a repetition (or a whole cell) did not end ok. Data, never an exception across processes.
struct failure {
    status ended = status::failed;
    std::string code;   // limit, unavailable, placement, pattern, error, peer, integrity, protocol,
                        // stall, interrupted, service, service_lost
    std::string stage;  // empty: before any process
    std::string text;
};

/// A repetition's service ended and is started again: the cell goes on. Any other failure of a
/// repetition ends its cell.
inline constexpr std::string_view service_lost_code = "service_lost";
inline bool ends_its_cell(const failure& f) {
    return f.code != service_lost_code;
}

template <class Visitor>
void visit_fields(Visitor& visit, failure& f) {
    visit("status", f.ended);
    visit("code", f.code);
    visit("stage", f.stage);
    visit("text", f.text);
}

}  // namespace ipcmark
