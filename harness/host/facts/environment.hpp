#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/host/facts/json_facts.hpp"

/// What a result says about its machine. Each fact is a value or {"unavailable": reason}.
namespace ipcmark {

/// What makes two machines comparable: kernel, CPU, topology, power and security settings, limits
/// of the control group. `host` and `user` are salted hashes unless `redact` is false.
tree identity_facts(bool redact = true, const host_files& files = host_files());

/// What changes by itself: load, pressure, steal, clock frequency, heat, memory.
tree state_facts(const host_files& files = host_files());

/// "fnv64:..." over identity without `host` and `user`, and limits: equal machines, equal text.
std::string fingerprint(const tree& identity, const tree& limits);

/// Google Benchmark's `context` block. `library_version` such as "v1.7.1"; `build_type` is
/// release or debug. mhz_per_cpu 0: the machine does not tell.
tree benchmark_context(const std::string& library_version, const std::string& build_type,
                       bool redact = true, const host_files& files = host_files());

/// FNV-1a, 64 bits.
std::uint64_t fnv64(std::string_view text);

/// "redacted-3f9a17c2": stable on one machine, different on another, even for the same word.
/// Without /etc/machine-id there is no salt and the text is "redacted".
std::string redacted(std::string_view word, const host_files& files = host_files());

/// This machine's name as the kernel tells it, redacted or not.
std::string host_name(bool redact, const host_files& files = host_files());

/// The hypervisor's name, "none", or unavailable.
tree hypervisor_fact(const host_files& files = host_files());

/// The container's kind ("docker", "podman", ...) or "none".
std::string container_kind(const host_files& files = host_files());

}  // namespace ipcmark
