#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace {

/// Claims that it sleeps and spins instead, so it is faster than any wake-up can be: what the run's
/// check of itself must find.
struct impossible : ipcmark::ring_pair<ipcmark::spin_wait> {
    static constexpr ipcmark::transport_info info = ipcmark::ring_card(
        "impossible", "says that it sleeps and does not", "", ipcmark::wait_style::blocks);
    using ring_pair::ring_pair;
};

}  // namespace

extern "C" void ipcmark_register(ipcmark::registry& all);
extern "C" void ipcmark_register(ipcmark::registry& all) {
    all.add<impossible>();
}
