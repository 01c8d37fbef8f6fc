#pragma once

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// Gives each round trip of a mechanism `touch_share`: how much of it goes into filling and
/// checking the payload, which is the instrument's work or the application's, not the
/// mechanism's. That of `null`, which does nothing else, of the same size, touch and placement,
/// twice: a round trip fills and checks there and back. Where null was not measured at that
/// placement any other one's will do, since it never leaves its CPU.
void add_touch_shares(run_result& result);

}  // namespace ipcmark
