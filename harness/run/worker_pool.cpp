#include "harness/run/worker_pool.hpp"

#include <algorithm>
#include <poll.h>

#include "harness/base/clock.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/units.hpp"

namespace ipcmark {

namespace {

constexpr std::int64_t ending_patience_ms = 5'000;
constexpr std::uint64_t birth_patience_ns = 10'000'000'000;

}  // namespace

worker_pool::worker_pool(interrupt_watch& interrupts,
                         std::function<std::size_t()> environment_pad_bytes)
    : interrupts_(interrupts), environment_pad_bytes_(std::move(environment_pad_bytes)) {}

worker_pool::~worker_pool() {
    end_retired();
}

bool worker_pool::waits(const group_kind& kind) const {
    return std::any_of(waiting_.begin(), waiting_.end(),
                       [&](const auto& group) { return group->kind() == kind; });
}

void worker_pool::prepare(const group_kind& kind, std::size_t batch, bool settled) {
    bury_dead();
    if (waits(kind)) {
        if (settled && !settled_) settle();
        return;
    }
    if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end()) kinds_.push_back(kind);
    end_retired();
    bear(kind, batch);
    for (const group_kind& other : kinds_)
        if (!(other == kind)) bear(other, batch);
    settled_ = false;
    await_births();
    if (settled) settle();
}

/// No repetition is to blame for a worker that ended before it had a job.
void worker_pool::bury_dead() {
    std::erase_if(waiting_, [this](const auto& group) {
        const auto end = group->early_end();
        if (end) complaints_.push_back("a worker ended before it had anything to do: " + *end);
        return end.has_value();
    });
}

/// As many processes at once as of pairs. Where descriptors or processes run out, fewer will do,
/// and some are left to others.
void worker_pool::bear(const group_kind& kind, std::size_t batch) {
    const std::size_t groups =
        std::max<std::size_t>(2 * batch / std::max<std::size_t>(kind.cpus.size(), 2), 1);
    auto here = static_cast<std::size_t>(
        std::count_if(waiting_.begin(), waiting_.end(),
                      [&](const auto& group) { return group->kind() == kind; }));
    for (; here < groups; ++here)
        try {
            waiting_.push_back(std::make_unique<worker_group>(kind, environment_pad_bytes_()));
        } catch (const call_failed&) {
            if (waiting_.empty()) throw;
            waiting_.resize((waiting_.size() + 1) / 2);
            return;
        }
}

void worker_pool::await_births() {
    const std::uint64_t until_ns = shared_clock::raw_ns() + birth_patience_ns;
    for (const auto& group : waiting_)
        if (!group->await_waiting(until_ns, interrupts_)) break;
}

void worker_pool::settle() {
    pollfd interrupted{interrupts_.fd(), POLLIN, 0};
    ::poll(&interrupted, 1, static_cast<int>(settling_ns / ns_per_ms));
    settled_ = true;
}

std::unique_ptr<worker_group> worker_pool::take(const group_kind& kind) {
    const auto at = std::find_if(waiting_.begin(), waiting_.end(),
                                 [&](const auto& group) { return group->kind() == kind; });
    if (at == waiting_.end()) return nullptr;
    std::unique_ptr<worker_group> taken = std::move(*at);
    waiting_.erase(at);
    return taken;
}

void worker_pool::retire(std::unique_ptr<worker_group> done, std::string cell,
                         std::vector<party> parties) {
    retired_.push_back({std::move(done), std::move(cell), std::move(parties)});
}

void worker_pool::end_retired() {
    for (const retired& done : retired_)
        for (worker_process& worker : done.group->workers())
            worker.control.reset();
    for (const retired& done : retired_) {
        done.group->end(ending_patience_ms);
        if (const auto unclean = done.group->unclean_end(done.parties))
            complaints_.push_back(done.cell + ": " + unclean->text);
    }
    retired_.clear();
}

void worker_pool::end_all() {
    waiting_.clear();
    end_retired();
}

std::int64_t worker_pool::cpu_ns() const {
    std::int64_t sum = 0;
    for (const auto& group : waiting_)
        sum += group->cpu_ns();
    for (const retired& done : retired_)
        sum += done.group->cpu_ns();
    return sum;
}

}  // namespace ipcmark
