#pragma once

#include <string>

#include "reports/read_result.hpp"

namespace ipcmark {

/// The recorded results of ../golden.
inline run_result sample() {
    return read_result(IPCMARK_GOLDEN "/sample.result.json");
}

inline run_result full() {
    return read_result(IPCMARK_GOLDEN "/full.result.json");
}

}  // namespace ipcmark
