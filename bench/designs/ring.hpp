#pragma once

#include "bench/designs/channels.hpp"

namespace bare {

/// A ring of slots in shared memory for each direction; who waits sleeps in futex(2), or spins.
channel_ends over_rings(std::size_t payload_bytes, bool sleeps);

}  // namespace bare
