#pragma once

#include <cstdint>

namespace ipcmark {

/// By how much a repetition's memory is shifted, so that one lucky layout is not the result: the
/// size of the environment alone changed conclusions on every machine that Mytkowicz et al. tried
/// ("Producing wrong data without doing anything obviously wrong!", ASPLOS 2009). Both processes of
/// a pair have the same. Address space randomisation stays as the system has it.
struct memory_layout {
    static constexpr std::uint32_t pad_range_bytes = 4096;
    static constexpr std::uint32_t region_range_bytes = 2u << 20;
    /// Two cache lines: what lies in shared memory keeps its lines apart by as much.
    static constexpr std::uint32_t region_step_bytes = 128;

    std::uint32_t environment_pad_bytes = 0;  // below pad_range_bytes
    std::uint32_t stack_pad_bytes = 0;        // below pad_range_bytes; the ABI rounds it up to 16
    /// Where in 2 MiB of address space the shared memory that the harness makes begins, a multiple
    /// of region_step_bytes; 0 leaves it to the kernel.
    std::uint32_t region_offset_bytes = 0;

    friend bool operator==(const memory_layout&, const memory_layout&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, memory_layout& l) {
    visit("environment_pad_bytes", l.environment_pad_bytes);
    visit("stack_pad_bytes", l.stack_pad_bytes);
    visit("region_offset_bytes", l.region_offset_bytes);
}

/// From 64 random bits.
constexpr memory_layout draw_layout(std::uint64_t bits) {
    const auto take = [&bits](std::uint64_t range) {
        const auto part = static_cast<std::uint32_t>(bits % range);
        bits /= range;
        return part;
    };
    memory_layout layout;
    layout.environment_pad_bytes = take(memory_layout::pad_range_bytes);
    layout.stack_pad_bytes = take(memory_layout::pad_range_bytes);
    layout.region_offset_bytes =
        memory_layout::region_step_bytes *
        take(memory_layout::region_range_bytes / memory_layout::region_step_bytes);
    return layout;
}

}  // namespace ipcmark
