#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/interrupt.hpp"
#include "harness/run/worker_group.hpp"

namespace ipcmark {

/// Groups of workers that were spawned together and wait for their jobs. For some 50 ms after a
/// process was born or has ended, wake-ups on the same CPUs can be a quarter quicker than they are
/// from then on; so groups are born in batches, what they do to the machine is waited for once a
/// batch, and those that are done stay until the next batch is born. Each group still carries out
/// one repetition and no more.
class worker_pool {
public:
    /// After the last birth, before the first job whose times count: with the warm-up of what
    /// sleeps (plan::timed_effort) more than 50 ms.
    static constexpr std::int64_t settling_ns = 40'000'000;

    /// `environment_pad_bytes` is asked once a group, `interrupts` outlives this.
    worker_pool(interrupt_watch& interrupts, std::function<std::size_t()> environment_pad_bytes);
    ~worker_pool();
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    /// Sees to it that a group of this kind waits: if none does, ends those that are done and
    /// brings every kind that was asked for up to `batch` groups. `settled`: what is measured next
    /// is times, so what the births did to the machine is waited for. Throws call_failed when not
    /// one can be spawned.
    void prepare(const group_kind& kind, std::size_t batch, bool settled);
    /// nullptr: none waits.
    std::unique_ptr<worker_group> take(const group_kind& kind);
    /// Keeps one that has carried out a repetition of `cell` until the next batch.
    void retire(std::unique_ptr<worker_group> done, std::string cell, std::vector<party> parties);
    /// Nobody waits any more, nobody lives.
    void end_all();
    /// Of workers that ended badly after their repetition, a sentence each, once.
    std::vector<std::string> take_complaints() { return std::exchange(complaints_, {}); }
    /// CPU time that living workers have used.
    std::int64_t cpu_ns() const;

private:
    struct retired {
        std::unique_ptr<worker_group> group;
        std::string cell;
        std::vector<party> parties;
    };

    void bury_dead();
    bool waits(const group_kind& kind) const;
    void bear(const group_kind& kind, std::size_t batch);
    void end_retired();
    void await_births();
    void settle();

    interrupt_watch& interrupts_;
    std::function<std::size_t()> environment_pad_bytes_;
    std::vector<group_kind> kinds_;
    std::vector<std::unique_ptr<worker_group>> waiting_;
    std::vector<retired> retired_;
    std::vector<std::string> complaints_;
    bool settled_ = true;
};

}  // namespace ipcmark
