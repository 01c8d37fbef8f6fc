#include "harness/measure/perf_counters.hpp"

#include <cerrno>
#include <cstring>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ipcmark {

namespace {

constexpr std::array<std::uint64_t, perf_counts::event_count> configs{
    PERF_COUNT_SW_CONTEXT_SWITCHES, PERF_COUNT_SW_CPU_MIGRATIONS, PERF_COUNT_SW_PAGE_FAULTS,
    PERF_COUNT_SW_TASK_CLOCK};

unique_fd open_event(std::uint64_t config) {
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.size = sizeof attributes;
    attributes.config = config;
    attributes.disabled = 1;
    attributes.inherit = 1;
    return unique_fd(static_cast<int>(
        ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
}

std::string describe_refusal(int error) {
    std::string text = std::string("perf_event_open: ") + std::strerror(error);
    if (error == EACCES || error == EPERM)
        text += " (needs kernel.perf_event_paranoid <= 1 or CAP_PERFMON)";
    return text;
}

}  // namespace

perf_counters::perf_counters(bool wanted) {
    if (!wanted) return;
    for (std::size_t i = 0; i < configs.size(); ++i) {
        events_[i] = open_event(configs[i]);
        if (!events_[i] && unavailable_.empty()) unavailable_ = describe_refusal(errno);
    }
}

void perf_counters::start() noexcept {
    for (const auto& event : events_)
        if (event) ::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0);
}

void perf_counters::stop() noexcept {
    for (const auto& event : events_)
        if (event) ::ioctl(event.get(), PERF_EVENT_IOC_DISABLE, 0);
}

perf_counts perf_counters::read() const {
    perf_counts counts;
    counts.unavailable = unavailable_;
    for (std::size_t i = 0; i < events_.size(); ++i) {
        std::uint64_t value = 0;
        if (events_[i] && ::read(events_[i].get(), &value, sizeof value) == sizeof value)
            counts.values[i] = value;
    }
    return counts;
}

}  // namespace ipcmark
