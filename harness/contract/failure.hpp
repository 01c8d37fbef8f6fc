#pragma once

#include <string>

#include "harness/contract/vocabulary.hpp"

namespace ipcmark {

inline constexpr int no_cpu = -1;

/// Why a spawn (or a whole cell) did not end ok. Data, never an exception across processes.
struct failure {
    status ended = status::failed;
    std::string code;   // limit, unavailable, placement, pattern, error, peer, integrity, protocol,
                        // stall, interrupted
    std::string stage;  // empty: before any process
    std::string text;
};

template <class Visitor>
void visit_fields(Visitor& visit, failure& f) {
    visit("status", f.ended);
    visit("code", f.code);
    visit("stage", f.stage);
    visit("text", f.text);
}

}  // namespace ipcmark
