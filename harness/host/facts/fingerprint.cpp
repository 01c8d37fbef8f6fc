#include <fmt/format.h>

#include "harness/base/json_text.hpp"
#include "harness/host/facts/environment.hpp"

namespace ipcmark {

namespace {

/// FNV leaves its last bytes visible in the low bits: splitmix64's finaliser spreads them.
std::uint64_t spread(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

/// Keys sorted at every depth, so that the order of collection does not matter.
std::string canonical(const tree& facts) {
    return json_text(facts.sorted());
}

}  // namespace

std::uint64_t fnv64(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

std::string fingerprint(const tree& identity, const tree& limits) {
    tree machine = identity;
    machine.erase("host");
    machine.erase("user");
    const std::string text = canonical(machine) + '\n' + canonical(limits);
    return fmt::format("fnv64:{:016x}", fnv64(text));
}

std::string redacted(std::string_view word, const host_files& files) {
    const auto salt = files.text("/etc/machine-id");
    if (!salt || salt->empty()) return "redacted";
    const std::string salted = *salt + '\0' + std::string(word) + '\0' + *salt;
    constexpr std::uint64_t shown_bits = 0xffffffff;
    return fmt::format("redacted-{:08x}", spread(fnv64(salted)) & shown_bits);
}

std::string host_name(bool redact, const host_files& files) {
    const std::string name = files.text("/proc/sys/kernel/hostname").value_or("unknown");
    return redact ? redacted(name, files) : name;
}

}  // namespace ipcmark
