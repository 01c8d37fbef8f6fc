#include "harness/worker/cpu_sharing.hpp"

#include <algorithm>
#include <sched.h>

namespace ipcmark {

namespace {

constexpr std::uint64_t fewest_for_a_median = 100;

/// Those of `all` that are not among `some`.
histogram without(const histogram& all, const histogram& some) {
    std::map<std::size_t, std::uint64_t> left;
    for (const auto& [bucket, count] : all.buckets())
        left[bucket] = count;
    for (const auto& [bucket, count] : some.buckets())
        left[bucket] -= count;
    histogram others;
    for (const auto& [bucket, count] : left)
        others.add_bucket(bucket, count);
    return others;
}

void add_median(std::map<std::string, double>& figures, const char* key, const histogram& of) {
    if (of.count() >= fewest_for_a_median) figures[key] = of.quantile_ns(0.5);
}

}  // namespace

cpu_sharing::cpu_sharing(shared_state& shared, std::span<const party> parties, std::size_t position)
    : own_(shared.worker(position)) {
    const auto partners = partners_of(position, parties);
    if (parties[position].cpu != no_cpu || partners.size() != 1 ||
        partners_of(partners.front(), parties).size() != 1)
        return;
    same_cpu_.emplace();
    others_.push_back(&shared.worker(partners.front()));
}

void cpu_sharing::look() noexcept {
    const int now = ::sched_getcpu();
    if (now == cpu_) return;
    cpu_ = now;
    own_.cpu.store(now, std::memory_order_relaxed);
}

bool cpu_sharing::together() const noexcept {
    return std::all_of(others_.begin(), others_.end(), [this](const worker_status* other) {
        return other->cpu.load(std::memory_order_relaxed) == cpu_;
    });
}

void cpu_sharing::record(std::int64_t latency_ns) noexcept {
    look();
    if (together()) same_cpu_->record(latency_ns);
}

void cpu_sharing::add_to(std::map<std::string, double>& figures, const histogram& all) const {
    if (!watches() || all.count() == 0) return;
    const bool told = std::all_of(others_.begin(), others_.end(), [](const worker_status* other) {
        return other->cpu.load(std::memory_order_relaxed) != no_cpu;
    });
    if (!told) return;
    figures["same_cpu_share"] =
        static_cast<double>(same_cpu_->count()) / static_cast<double>(all.count());
    add_median(figures, "same_cpu_p50_ns", *same_cpu_);
    add_median(figures, "apart_p50_ns", without(all, *same_cpu_));
}

}  // namespace ipcmark
