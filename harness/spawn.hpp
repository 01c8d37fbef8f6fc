#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/board.hpp"
#include "harness/measure/clock.hpp"
#include "harness/measure/session.hpp"
#include "harness/plan/cell.hpp"

namespace ipcmark {

inline constexpr int no_cpu = -1;

/// What one worker is told.
struct job {
    cell what;
    role side = role::producer;
    int cpu = no_cpu;  // no_cpu: unpinned
    std::string name;
    std::string directory;
    std::uint64_t tag = 0;  // of messages that the producer sends; replies carry its complement
    effort work;
    clock_parameters clock;
    std::string law;                    // conformance: the law to act out instead of measuring
    std::string floor = {};             // the floor probe to act out instead of measuring
    std::optional<stage> die_entering;  // tests: SIGKILL oneself on entering that stage
};

/// Why a spawn (or a whole cell) did not end ok. Data, never an exception across processes.
struct failure {
    status ended = status::failed;
    std::string
        code;  // limit, unavailable, placement, pattern, error, peer, integrity, stall, interrupted
    std::string stage;  // empty: before any process
    std::string text;
};

/// What one worker says when it is through.
struct worker_report {
    std::optional<failure> failed;
    measurement measured;
    histogram latencies;
    std::vector<double> latencies_in_order;  // ns; evenly thinned out, see time_sample
    std::uint64_t order_stride = 1;          // latencies from one of them to the next
    std::optional<std::int64_t> peak_resident_bytes;
    int last_cpu = no_cpu;         // where it ran at the end
    std::uint64_t started_ns = 0;  // CLOCK_MONOTONIC_RAW when its main had begun
    std::map<std::string, std::int64_t> notes;
};

/// One process pair that ran one cell once.
struct spawn_result {
    std::optional<failure> failed;
    std::array<worker_report, 2> sides;  // producer, consumer
    std::array<int, 2> cpus{no_cpu, no_cpu};
    double wall_s = 0;
    double started_s = 0;          // since the sitting began
    std::uint64_t spawned_ns = 0;  // CLOCK_MONOTONIC_RAW before the first process was spawned
    bool interrupted = false;
    /// The pattern `switch`: the same exchange by one process and on one CPU, one each at most.
    std::vector<spawn_result> inside = {};
    std::vector<spawn_result> one_cpu = {};
    std::string parts_note = {};  // why one of them is missing

    const worker_report& producer() const { return sides[0]; }
    const worker_report& consumer() const { return sides[1]; }
};

}  // namespace ipcmark
