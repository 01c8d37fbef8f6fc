// The instrument's own hot pieces, one thread, in plain Google Benchmark.
#include <benchmark/benchmark.h>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/base/clock_calibration.hpp"
#include "harness/endpoints/shm_ring.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/stats/histogram.hpp"
#include "harness/worker/counters/usage.hpp"
#include "harness/worker/payload.hpp"

namespace ipcmark {
namespace {

void clock_stamp(benchmark::State& state) {
    const shared_clock clock(calibrate_clock(0, 0));
    for (auto _ : state)
        benchmark::DoNotOptimize(clock.now());
}
BENCHMARK(clock_stamp);

void histogram_record(benchmark::State& state) {
    histogram h;
    std::int64_t value = 1;
    for (auto _ : state) {
        h.record(value);
        value = value * 5 % 1'000'003;
    }
    benchmark::DoNotOptimize(h.count());
}
BENCHMARK(histogram_record);

void usage_read(benchmark::State& state) {
    const usage_reader reader;
    for (auto _ : state)
        benchmark::DoNotOptimize(reader.read());
}
BENCHMARK(usage_read);

void payload_pass(benchmark::State& state, touch how) {
    const auto bytes = static_cast<std::size_t>(state.range(0));
    const payload_plan plan{how, bytes, 12345};
    payload_writer out(plan);
    payload_checker in(plan, sequence_rule::strict);
    std::vector<std::byte> buffer(bytes);
    for (auto _ : state) {
        out.write(buffer);
        in.check(buffer);
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(payload_pass, desc, touch::desc)->Arg(64)->Arg(65'536);
BENCHMARK_CAPTURE(payload_pass, line, touch::line)->Arg(64)->Arg(65'536);
BENCHMARK_CAPTURE(payload_pass, rw, touch::rw)->Arg(8)->Arg(64)->Arg(4'096)->Arg(65'536);
BENCHMARK_CAPTURE(payload_pass, copy, touch::copy)->Arg(64)->Arg(65'536);
BENCHMARK_CAPTURE(payload_pass, verify, touch::verify)->Arg(65'536);

void ring_pass(benchmark::State& state) {
    const auto bytes = static_cast<std::size_t>(state.range(0));
    constexpr std::size_t depth = 64;
    const mapping memory = mapping::anonymous(shm_ring<spin_wait>::bytes_for(bytes, depth));
    rendezvous nobody{unique_fd()};
    setup cell{{}, nobody};
    nothing_shared none;
    spin_wait wait(cell, none);
    shm_ring<spin_wait> writer(memory.data(), bytes, depth, true, wait);
    shm_ring<spin_wait> reader(memory.data(), bytes, depth, false, wait);
    for (auto _ : state) {
        writer.send([](writable slot) { benchmark::DoNotOptimize(slot.data()); });
        reader.recv([](readable slot) { benchmark::DoNotOptimize(slot.data()); });
    }
}
BENCHMARK(ring_pass)->Arg(8)->Arg(64)->Arg(4'096);

}  // namespace
}  // namespace ipcmark

BENCHMARK_MAIN();
