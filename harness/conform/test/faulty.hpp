#pragma once

#include "harness/worker/registry.hpp"

/// Two honest mechanisms, honest_packets and honest_bytes, and for every check some that break it
/// in one point each.
namespace ipcmark::conform {

/// Those whose messages suffer.
void register_faulty_by_delivery(registry& all);
/// Those whose description claims what is not so, or hides what is; and the honest ones.
void register_faulty_by_trait(registry& all);
/// Those that leave something behind or open, or notice nothing.
void register_faulty_by_trace(registry& all);

}  // namespace ipcmark::conform
