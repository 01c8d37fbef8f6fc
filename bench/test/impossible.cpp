#include <optional>
#include <string>

#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace {

/// Claims that it sleeps and spins instead, so it is faster than any wake-up can be: what the run's
/// check of itself must find.
struct impossible : ipcmark::ring_pair<ipcmark::spin_wait> {
    static constexpr ipcmark::transport_info info = ipcmark::ring_info(
        "impossible", "says that it sleeps and does not", "", ipcmark::wait_style::blocks);
    using ring_pair::ring_pair;
};

/// What no machine has.
struct lacking : ipcmark::ring_pair<ipcmark::spin_wait> {
    static constexpr ipcmark::transport_info info = ipcmark::ring_info(
        "unavailable", "needs what no machine has", "none", ipcmark::wait_style::spins);
    using ring_pair::ring_pair;
    static std::optional<std::string> unavailable() { return "no machine has it"; }
};

}  // namespace

extern "C" void ipcmark_register(ipcmark::registry& all);
extern "C" void ipcmark_register(ipcmark::registry& all) {
    all.add<impossible>();
    all.add<lacking>();
    all.add_missing("not_built", "its library was not found");
}
