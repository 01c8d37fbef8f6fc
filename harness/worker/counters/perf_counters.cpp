#include "harness/worker/counters/perf_counters.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ipcmark {

namespace {

constexpr std::uint64_t from_tracefs = ~std::uint64_t{0};

struct event_kind {
    std::uint32_t type;
    std::uint64_t config;
    bool user_side_will_do;  // worth having without the kernel's part
    const char* source;
};

constexpr std::array<event_kind, perf_counts::event_count> kinds{{
    {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES, false, "perf software event"},
    {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS, false, "perf software event"},
    {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, false, "perf software event"},
    {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, false, "perf software event"},
    {PERF_TYPE_TRACEPOINT, from_tracefs, false, "tracepoint raw_syscalls:sys_enter"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, true, "PMU"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, true, "PMU"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, true, "PMU"},
}};

bool refused(int error) {
    return error == EACCES || error == EPERM;
}

unique_fd open_event(const event_kind& kind, std::uint64_t config, pid_t task, bool user_side) {
    perf_event_attr attributes{};
    attributes.type = kind.type;
    attributes.size = sizeof attributes;
    attributes.config = config;
    attributes.disabled = 1;
    attributes.inherit = 1;
    attributes.exclude_kernel = user_side ? 1 : 0;
    attributes.exclude_hv = user_side ? 1 : 0;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return unique_fd(static_cast<int>(
        ::syscall(SYS_perf_event_open, &attributes, task, -1, -1, PERF_FLAG_FD_CLOEXEC)));
}

std::string describe_refusal(const event_kind& kind, int error, const host_files& files) {
    std::string call = std::string("perf_event_open: ") + std::strerror(error);
    if (refused(error)) {
        const auto level = files.number("/proc/sys/kernel/perf_event_paranoid");
        return call + " (kernel.perf_event_paranoid is " +
               (level ? std::to_string(*level) : "unknown") +
               ", and without its kernel side this event would silently read 0; as root: sysctl -w "
               "kernel.perf_event_paranoid=" +
               (kind.type == PERF_TYPE_TRACEPOINT ? "-1" : "1") + ", or grant CAP_PERFMON)";
    }
    if (kind.type == PERF_TYPE_HARDWARE &&
        (error == ENOENT || error == ENODEV || error == EOPNOTSUPP))
        return call + " (no PMU here: a virtual machine has one only if its host passes it on)";
    return call;
}

}  // namespace

std::optional<std::uint64_t> tracepoint_id(const host_files& files, std::string_view event) {
    for (const char* mount : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"})
        if (const auto id =
                files.number(std::string(mount) + "/events/" + std::string(event) + "/id"))
            return static_cast<std::uint64_t>(*id);
    return std::nullopt;
}

std::optional<std::uint64_t> scaled_count(std::uint64_t value, std::uint64_t enabled_ns,
                                          std::uint64_t running_ns) {
    if (running_ns == enabled_ns) return value;
    if (running_ns == 0) return std::nullopt;
    return static_cast<std::uint64_t>(
        std::llround(static_cast<double>(value) * static_cast<double>(enabled_ns) /
                     static_cast<double>(running_ns)));
}

perf_counters::perf_counters(bool wanted, const std::vector<pid_t>& tasks,
                             const host_files& files) {
    if (!wanted) return;
    for (std::size_t i = 0; i < kinds.size(); ++i)
        open_all(i, tasks, files);
}

void perf_counters::open_all(std::size_t event, const std::vector<pid_t>& tasks,
                             const host_files& files) {
    const event_kind& kind = kinds[event];
    std::uint64_t config = kind.config;
    if (config == from_tracefs) {
        const auto id = tracepoint_id(files, "raw_syscalls/sys_enter");
        if (!id) {
            notes_[event] =
                "tracefs is not mounted or not readable (as root: mount -t tracefs "
                "tracefs /sys/kernel/tracing)";
            return;
        }
        config = *id;
    }
    bool user_side = false;
    for (const pid_t task : tasks) {
        unique_fd opened = open_event(kind, config, task, user_side);
        if (!opened && kind.user_side_will_do && refused(errno) && events_[event].empty()) {
            user_side = true;
            opened = open_event(kind, config, task, user_side);
        }
        if (!opened) {
            notes_[event] = describe_refusal(kind, errno, files);
            events_[event].clear();
            return;
        }
        events_[event].push_back(std::move(opened));
    }
    notes_[event] = std::string(kind.source) + (user_side ? ", user side only" : "");
}

void perf_counters::start() noexcept {
    for (const auto& tasks : events_)
        for (const auto& event : tasks)
            ::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0);
}

void perf_counters::stop() noexcept {
    for (const auto& tasks : events_)
        for (const auto& event : tasks)
            ::ioctl(event.get(), PERF_EVENT_IOC_DISABLE, 0);
}

perf_counts perf_counters::read() const {
    struct reading {
        std::uint64_t value = 0;
        std::uint64_t enabled_ns = 0;
        std::uint64_t running_ns = 0;
    };
    perf_counts counts;
    counts.notes = notes_;
    for (std::size_t i = 0; i < events_.size(); ++i)
        for (const auto& event : events_[i]) {
            reading got;
            if (::read(event.get(), &got, sizeof got) != sizeof got) continue;
            const auto count = scaled_count(got.value, got.enabled_ns, got.running_ns);
            if (!count) {
                counts.values[i].reset();
                counts.notes[i] = "the event never got a hardware counter of its own";
                break;
            }
            counts.values[i] = counts.values[i].value_or(0) + *count;
            if (got.running_ns < got.enabled_ns)
                counts.notes[i] = notes_[i] + ", scaled: it shared its counter with others";
        }
    return counts;
}

}  // namespace ipcmark
