#include <array>
#include <cstring>

#include "harness/host/facts/environment.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define IPCMARK_HAS_CPUID 1
#endif

namespace ipcmark {

namespace {

struct known_signature {
    std::string_view signature;
    std::string_view name;
};
constexpr std::array signatures{known_signature{"KVMKVMKVM", "KVM"},
                                known_signature{"Microsoft Hv", "Hyper-V"},
                                known_signature{"VMwareVMware", "VMware"},
                                known_signature{"XenVMMXenVMM", "Xen"},
                                known_signature{"bhyve bhyve ", "bhyve"},
                                known_signature{"TCGTCGTCGTCG", "QEMU (emulated)"},
                                known_signature{"VBoxVBoxVBox", "VirtualBox"},
                                known_signature{"ACRNACRNACRN", "ACRN"}};

/// The twelve letters of CPUID leaf 0x40000000; empty on other machines.
std::string hypervisor_signature() {
#ifdef IPCMARK_HAS_CPUID
    constexpr unsigned hypervisor_leaf = 0x40000000;
    unsigned eax = 0;
    std::array<unsigned, 3> letters{};
    __cpuid(hypervisor_leaf, eax, letters[0], letters[1], letters[2]);
    std::array<char, sizeof letters + 1> text{};
    std::memcpy(text.data(), letters.data(), sizeof letters);
    return text.data();
#else
    return {};
#endif
}

std::string name_of(const std::string& signature) {
    for (const auto& known : signatures)
        if (signature == known.signature) return std::string(known.name);
    return "unknown hypervisor";
}

bool has_word(const std::string& text, std::string_view wanted) {
    for (const auto& word : words_of(text))
        if (word == wanted) return true;
    return false;
}

}  // namespace

tree hypervisor_fact(const host_files& files) {
    if (const auto type = files.text("/sys/hypervisor/type"); type && !type->empty()) return *type;
    if (const auto tree = files.text("/proc/device-tree/hypervisor/compatible")) return *tree;
    const auto cpu = files.text("/proc/cpuinfo");
    if (!cpu) return unavailable("/proc/cpuinfo cannot be read");
    const auto flags = keyed_value(*cpu, "flags");
    if (!flags) return unavailable("this CPU has no flag that tells a hypervisor");
    if (!has_word(*flags, "hypervisor")) return "none";
    return files.real() ? name_of(hypervisor_signature()) : "unknown hypervisor";
}

std::string container_kind(const host_files& files) {
    if (const auto kind = files.text("/run/systemd/container"); kind && !kind->empty())
        return *kind;
    if (files.exists("/run/.containerenv")) return "podman";
    if (files.exists("/.dockerenv")) return "docker";
    const auto groups = files.text("/proc/self/cgroup").value_or("");
    for (const std::string_view kind : {"kubepods", "docker", "lxc", "libpod"})
        if (groups.find(kind) != std::string::npos) return std::string(kind);
    return "none";
}

}  // namespace ipcmark
