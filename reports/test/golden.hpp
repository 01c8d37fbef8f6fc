#pragma once

#include "reports/read_result.hpp"

namespace ipcmark {

/// The recorded results of ../golden.
run_result sample();
run_result full();

}  // namespace ipcmark
