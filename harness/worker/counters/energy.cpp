#include "harness/worker/counters/energy.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>

#include "harness/base/clock.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view powercap = "/sys/class/powercap";

std::optional<std::uint64_t> read_counter(const unique_fd& file) noexcept {
    std::array<char, 32> text;
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
    std::uint64_t value = 0;
    if (got <= 0 || std::from_chars(text.data(), text.data() + got, value).ec != std::errc{})
        return std::nullopt;
    return value;
}

/// Packages and the memory beside them; core and uncore are parts of a package, psys holds all.
bool counts(const std::string& zone_name) {
    return zone_name.starts_with("package") || zone_name == "dram";
}

}  // namespace

energy_meter::energy_meter(bool wanted, const host_files& files) {
    if (!wanted) return;
    std::string names;
    for (const auto& folder : files.names(powercap)) {
        const std::string at = std::string(powercap) + '/' + folder;
        const auto name = files.text(at + "/name");
        const auto range = files.number(at + "/max_energy_range_uj");
        if (!name || !range || !counts(*name)) continue;
        unique_fd file(::open(files.at(at + "/energy_uj").c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) {
            zones_.clear();
            note_ = at + "/energy_uj cannot be read; run as root, or: chmod a+r " +
                    std::string(powercap) + "/*/energy_uj";
            return;
        }
        zones_.push_back({std::move(file), static_cast<std::uint64_t>(*range)});
        names += (names.empty() ? "" : ", ") + *name;
    }
    note_ = zones_.empty() ? "no RAPL zone in " + std::string(powercap) +
                                 " (a virtual machine has none; modprobe intel_rapl_msr on metal)"
                           : "powercap energy_uj of " + names + ", the whole machine";
}

void energy_meter::start() noexcept {
    start_ns_ = shared_clock::raw_ns();
    for (auto& each : zones_)
        each.before = read_counter(each.file);
}

void energy_meter::stop() noexcept {
    for (auto& each : zones_)
        each.after = read_counter(each.file);
    stop_ns_ = shared_clock::raw_ns();
}

energy_count energy_meter::read() const {
    if (zones_.empty()) return {std::nullopt, note_};
    if (stop_ns_ - start_ns_ < static_cast<std::uint64_t>(least_span_ns))
        return {std::nullopt,
                "the repetition was shorter than the 10 ms that RAPL needs; raise "
                "--repetition-ms"};
    std::uint64_t sum = 0;
    for (const auto& each : zones_) {
        if (!each.before || !each.after) return {std::nullopt, "energy_uj cannot be read"};
        sum += counted_since(*each.before, *each.after, each.range_uj);
    }
    return {sum, note_};
}

}  // namespace ipcmark
