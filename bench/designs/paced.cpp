#include "bench/designs/bare.hpp"
#include "bench/designs/channels.hpp"

/// Messages at a rate from one process to another: commands, audio blocks, camera frames, quotes.

namespace bare {
namespace {

std::int64_t due_of(std::uint64_t message, double rate_hz) {
    return static_cast<std::int64_t>(static_cast<double>(message) / rate_hz * 1e9);
}

void produce(channel& out, const task& what, const starting_line& line, double& cpu_used_ns) {
    const std::int64_t start = line.await();
    const auto messages = static_cast<std::uint64_t>(what.rate_hz * what.seconds) + 1;
    const usage_since sending;
    for (std::uint64_t i = 0; i < messages; ++i) {
        const std::int64_t from_ns = await_due(start + due_of(i, what.rate_hz), what.rate_hz);
        const bool last = i + 1 == messages;
        write_message(out.slot(), what.payload_bytes, {last ? last_message : i, from_ns});
        out.send();
    }
    cpu_used_ns = sending.cpu_used_ns();
}

/// The first message ends the silence, and begins what is measured.
figures consume(channel& in, const task& what, double& producer_cpu_ns, pid_t producer) {
    percentiles times(static_cast<std::size_t>(what.rate_hz * what.seconds) + 1);
    const auto take = [&] {
        const std::byte* message = in.receive();
        const std::int64_t arrived_ns = now_ns();
        const head first = read_message(message, what.payload_bytes);
        in.done();
        return std::pair(first, arrived_ns);
    };
    const usage_since waiting;
    take();
    const double idle_cpu = waiting.core_share();
    const usage_since receiving;
    for (bool last = false; !last;) {
        const auto [message, arrived_ns] = take();
        times.note(arrived_ns - message.from_ns);
        last = message.number == last_message;
    }
    const double elapsed_ns = receiving.elapsed_ns();
    const double consumer_cpu_ns = receiving.cpu_used_ns();
    await({producer});
    figures found;
    add_latencies(times, found);
    found.emplace_back("cpu", (consumer_cpu_ns + producer_cpu_ns) / elapsed_ns);
    found.emplace_back("idle_cpu", idle_cpu);
    found.emplace_back("rate", static_cast<double>(times.count()) / elapsed_ns * 1e9);
    found.emplace_back("messages", static_cast<double>(times.count()));
    return found;
}

figures measure(const task& what) {
    auto [first, second] = open_channel(what.mechanism, what.payload_bytes);
    auto* cpu_used_ns = shared<double>();
    auto* line = shared<starting_line>();
    const pid_t producer =
        fork_into([&, out = first.get()] { produce(*out, what, *line, *cpu_used_ns); });
    line->open();
    return consume(*second, what, *cpu_used_ns, producer);
}

}  // namespace
}  // namespace bare

int main(int count, char** words) {
    return bare::run_program(count, words, &bare::measure);
}
