#pragma once

#include "harness/registry.hpp"

namespace ipcmark::conform {

/// Registers two honest mechanisms, honest_packets and honest_bytes, and for every law some that
/// break it in one point each.
void register_liars(registry& all);

}  // namespace ipcmark::conform
