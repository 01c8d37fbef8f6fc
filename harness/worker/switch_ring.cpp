#include "harness/worker/switch_ring.hpp"

#include <array>
#include <deque>
#include <fcntl.h>
#include <numeric>
#include <stdexcept>
#include <unistd.h>
#include <vector>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/forked.hpp"
#include "harness/base/posix/io.hpp"

namespace ipcmark {

namespace {

constexpr std::uint64_t warm_up_laps = 100;

struct pipe_ends {
    unique_fd read;
    unique_fd write;
    static pipe_ends make() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            throw_errno("pipe2", "raise RLIMIT_NOFILE (ulimit -n) if descriptors ran out");
        return {unique_fd(ends[0]), unique_fd(ends[1])};
    }
};

/// What a process must find in its caches again after each switch.
class working_set {
public:
    explicit working_set(std::size_t bytes) : words_(bytes / sizeof(std::uint64_t), 1) {}
    /// Reads every byte; the sum goes where the compiler cannot drop it.
    void visit() {
        sum_ = std::accumulate(words_.begin(), words_.end(), sum_);
        asm volatile("" : : "r"(sum_));
    }

private:
    std::vector<std::uint64_t> words_;
    std::uint64_t sum_ = 0;
};

using token = std::array<std::byte, 1>;

/// False: the process before this one has closed its end.
bool take(const pipe_ends& from, token& held) {
    return read_exact(from.read.get(), held);
}

void pass(const pipe_ends& to, const token& held) {
    write_exact(to.write.get(), held);
}

/// Keeps one reading and one writing end of the ring, and passes the token on until there is none.
void pass_on(std::vector<pipe_ends>& pipes, std::size_t own, std::size_t working_set_bytes) {
    const std::size_t next = (own + 1) % pipes.size();
    for (std::size_t i = 0; i < pipes.size(); ++i) {
        if (i != own) pipes[i].read.reset();
        if (i != next) pipes[i].write.reset();
    }
    working_set mine(working_set_bytes);
    token held{};
    while (take(pipes[own], held)) {
        mine.visit();
        pass(pipes[next], held);
    }
}

/// Times laps of `lap` for the span; the nanoseconds of one hop, of which a lap has `hops`.
template <class Lap>
histogram time_laps(const session& run, std::size_t hops, std::uint64_t& laps, Lap lap) {
    histogram per_hop;
    for (std::uint64_t i = 0; i < warm_up_laps; ++i)
        lap();
    std::uint64_t before = run.clock.now();
    const std::uint64_t end = before + run.clock.to_ticks(run.work.timed_ns);
    for (; before < end; ++laps) {
        lap();
        const std::uint64_t now = run.clock.now();
        per_hop.record(run.clock.to_ns(before, now) / static_cast<std::int64_t>(hops));
        before = now;
    }
    return per_hop;
}

/// The same pipes, reads and writes by one process: nothing ever waits.
histogram walk_alone(const session& run, std::vector<pipe_ends>& pipes, working_set& mine) {
    std::uint64_t laps = 0;
    token held{};
    return time_laps(run, pipes.size(), laps, [&] {
        for (pipe_ends& each : pipes) {
            pass(each, held);
            take(each, held);
            mine.visit();
        }
    });
}

histogram walk_together(session& run, std::vector<pipe_ends>& pipes, std::size_t working_set_bytes,
                        working_set& mine) {
    std::deque<forked_copy> others;  // they do not move
    for (std::size_t i = 1; i < pipes.size(); ++i)
        others.emplace_back([&, i] { pass_on(pipes, i, working_set_bytes); });
    token held{};
    const std::size_t hops = pipes.size();
    histogram per_hop = time_laps(run, hops, run.result.messages, [&] {
        pass(pipes[1], held);
        if (!take(pipes[0], held)) throw std::runtime_error("a process of the ring has ended");
        mine.visit();
    });
    for (pipe_ends& each : pipes)
        each.write.reset();
    for (forked_copy& other : others)
        other.join();
    return per_hop;
}

}  // namespace

void measure_switch_ring(session& run, unsigned processes, std::size_t working_set_bytes) {
    if (processes < 2) throw std::invalid_argument("a ring has two processes at least");
    std::vector<pipe_ends> pipes;
    for (unsigned i = 0; i < processes; ++i)
        pipes.push_back(pipe_ends::make());
    working_set mine(working_set_bytes);
    run.enter(stage::timing);
    const histogram alone = walk_alone(run, pipes, mine);
    run.result.first_ticks = run.clock.now();
    run.latencies = walk_together(run, pipes, working_set_bytes, mine);
    run.result.last_ticks = run.clock.now();
    const double hop_ns = run.latencies.quantile_ns(0.5);
    const double overhead_ns = alone.quantile_ns(0.5);
    run.result.figures = {{"hop_ns", hop_ns},
                          {"overhead_ns", overhead_ns},
                          {"context_switch_ns", hop_ns - overhead_ns}};
}

}  // namespace ipcmark
