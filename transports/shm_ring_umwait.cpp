#include "harness/endpoints/ring_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/user_wait.hpp"

namespace ipcmark::transports {

/// The spinning ring, its waiting side in the CPU's light sleep until the line it watches is
/// written (umwait) or for a time (tpause). Needs an Intel CPU with WAITPKG.
template <class Wait, const transport_info& Info>
struct light_sleep_ring : ring_pair<Wait> {
    static constexpr const transport_info& info = Info;
    static std::optional<std::string> unavailable() { return waitpkg_unavailable(); }
    using ring_pair<Wait>::ring_pair;
};

namespace {
constexpr transport_info umwait_info =
    ring_info("shm_ring_umwait", "shared-memory ring (memfd), zero copy; light sleep by umwait",
              "Intel SDM, UMWAIT", wait_style::spins);
constexpr transport_info tpause_info =
    ring_info("shm_ring_tpause", "shared-memory ring (memfd), zero copy; light sleep by tpause",
              "Intel SDM, TPAUSE", wait_style::spins);
}  // namespace

void register_shm_ring_umwait(registry& all) {
    all.add<light_sleep_ring<umwait_wait, umwait_info>>();
    all.add<light_sleep_ring<tpause_wait, tpause_info>>();
}

}  // namespace ipcmark::transports
