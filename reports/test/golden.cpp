#include "reports/test/golden.hpp"

namespace ipcmark {

run_result sample() {
    return read_result(IPCMARK_GOLDEN "/sample.result.json");
}

run_result full() {
    return read_result(IPCMARK_GOLDEN "/full.result.json");
}

}  // namespace ipcmark
