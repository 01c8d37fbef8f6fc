#include "harness/worker/loops/setup.hpp"

namespace ipcmark::loops {

void setup_marks::note(std::map<std::string, double>& figures) const {
    figures["begun_ticks"] = static_cast<double>(begun);
    figures["constructed_ticks"] = static_cast<double>(constructed);
    figures["exchanged_ticks"] = static_cast<double>(exchanged);
    figures["teardown_ticks"] = static_cast<double>(closed - closing);
}

}  // namespace ipcmark::loops
