#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/posix/child.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/failure.hpp"
#include "harness/contract/party.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/worker_program.hpp"
#include "harness/worker/shared_state_region.hpp"

namespace ipcmark {

/// Which processes can do each other's part: one a party, and where it is pinned.
struct group_kind {
    std::vector<int> cpus;  // by party; no_cpu: unpinned
    bool shared_memory = true;
    worker_program program = {};

    friend bool operator==(const group_kind&, const group_kind&) = default;
};

/// One worker as its parent sees it.
struct worker_process {
    child process;
    unique_fd control;
    unique_fd printed = {};  // a memory file; of external workers
    bool waiting = false;    // for its job
    std::string early = {};  // what it sent instead of waiting
    std::string fault = {};  // why that could not be read
    std::optional<child_end> end = {};

    /// "; it printed: ..." with the last line; empty: nothing.
    std::string last_words() const;
};

/// The processes of one repetition: spawned from one program, connected to each other, and
/// waiting for their jobs until told. The destructor kills and reaps those that are left.
class worker_group {
public:
    /// Throws call_failed when this process cannot spawn; nothing is left then.
    worker_group(group_kind kind, std::size_t environment_pad_bytes);

    const group_kind& kind() const noexcept { return kind_; }
    std::size_t environment_pad_bytes() const noexcept { return environment_pad_bytes_; }
    std::vector<worker_process>& workers() noexcept { return workers_; }
    shared_state& state() noexcept { return *shared_; }

    /// Blocks until every worker waits for its job. False: one did not get there in time, or a
    /// signal came.
    bool await_waiting(std::uint64_t until_ns, interrupt_watch& interrupts);
    /// How one ended that should wait.
    std::optional<std::string> early_end() const;
    /// CPU time that the living workers have used.
    std::int64_t cpu_ns() const;
    /// Lets the workers end, which have nothing more to do than that, and reaps them; kills those
    /// that have not ended after `patience_ms`.
    void end(std::int64_t patience_ms);
    /// Of a worker that was ended and did not exit with 0.
    std::optional<failure> unclean_end(std::span<const party> parties) const;

private:
    worker_process spawn(std::size_t position, std::vector<std::pair<int, int>> inherited);
    bool hear(worker_process& worker);

    group_kind kind_;
    std::size_t environment_pad_bytes_;
    shared_state_region shared_;
    std::vector<worker_process> workers_;
};

}  // namespace ipcmark
