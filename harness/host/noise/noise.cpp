#include "harness/host/noise/noise.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/clock.hpp"
#include "harness/host/facts/cgroup.hpp"

namespace ipcmark {

namespace {

std::int64_t cpu_ns_of(int whom) {
    rusage raw{};
    ::getrusage(whom, &raw);
    const auto ns = [](const timeval& time) {
        return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1'000;
    };
    return ns(raw.ru_utime) + ns(raw.ru_stime);
}

std::optional<std::int64_t> pressure_us(const host_files& files) {
    const auto text = files.text("/proc/pressure/cpu");
    if (!text) return std::nullopt;
    for (const auto& word : words_of(text->substr(0, text->find('\n'))))
        if (word.starts_with("total=")) return whole_number(std::string_view(word).substr(6));
    return std::nullopt;
}

std::optional<std::int64_t> other_running(const host_files& files) {
    const auto tasks = runnable_tasks(files);
    if (!tasks) return std::nullopt;
    return std::max<std::int64_t>(*tasks - 1, 0);
}

std::vector<std::int64_t> frequencies(const host_files& files, const std::vector<int>& cpus) {
    std::vector<std::int64_t> khz;
    for (const int cpu : cpus)
        if (const auto value = files.number(
                fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/scaling_cur_freq", cpu)))
            khz.push_back(*value);
    return khz;
}

const gate_row& row_of(std::string_view key) {
    return *std::find_if(gate.begin(), gate.end(), [&](const auto& row) { return row.key == key; });
}

/// A jiffy as /proc/stat counts them (USER_HZ).
double jiffy_ns() {
    return 1e9 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

class judge {
public:
    judge(const noise_reading& before, const noise_reading& after, const worker_readings& workers,
          const noise_gate& by)
        : before_(before),
          after_(after),
          workers_(workers),
          by_(by),
          wall_ns_(static_cast<double>(after.at_ns - before.at_ns)) {}

    repetition_noise verdict(const timer_gaps& gaps) {
        look_at_machine();
        look_at_workers();
        if (gaps.span_ns > 0) look_at_gaps(gaps);
        if (noise_.verdict == quality::quiet) noise_.reasons.clear();
        return std::move(noise_);
    }

private:
    /// Compares a reading with its row; what `uncertainty` could explain convicts nobody.
    void grade(std::string_view key, double reading, double uncertainty) {
        const gate_row row = by_.bounds(row_of(key));
        if (uncertainty > row.usable && row.usable > 0) noise_.coarse.emplace_back(key);
        const double proven = reading - uncertainty;
        const quality how = proven > row.usable  ? quality::disturbed
                            : proven > row.quiet ? quality::usable
                                                 : quality::quiet;
        if (how == quality::quiet) return;
        if (how > noise_.verdict) noise_.reasons.clear();
        noise_.verdict = std::max(noise_.verdict, how);
        if (how < noise_.verdict) return;
        const double bound = how == quality::disturbed ? row.usable : row.quiet;
        noise_.reasons.push_back(
            uncertainty > 0
                ? fmt::format("{} {:.3g} > {:g} + {:.2g}", key, reading, bound, uncertainty)
                : fmt::format("{} {:.3g} > {:g}", key, reading, bound));
    }

    void look_at_machine() {
        if (wall_ns_ <= 0) return;
        if (before_.cpus && after_.cpus) look_at_jiffies(*after_.cpus - *before_.cpus);
        if (before_.pressure_us && after_.pressure_us) {
            noise_.psi_cpu =
                static_cast<double>(*after_.pressure_us - *before_.pressure_us) * 1e3 / wall_ns_;
            // Only where the pair itself cannot be what waits.
            const bool needed = !noise_.foreign_cpu || is_coarse("foreign_cpu");
            if (needed && workers_.pinned_apart() && !workers_.helped)
                grade("psi_cpu", *noise_.psi_cpu, 0);
        }
        if (before_.throttled_periods && after_.throttled_periods) {
            noise_.throttled =
                static_cast<double>(*after_.throttled_periods - *before_.throttled_periods);
            grade("throttled", *noise_.throttled, 0);
        }
        if (before_.other_running && after_.other_running)
            noise_.other_runnable =
                static_cast<double>(*before_.other_running + *after_.other_running) / 2;
        for (std::size_t i = 0; i < std::min(before_.khz.size(), after_.khz.size()); ++i) {
            if (before_.khz[i] <= 0) continue;
            const double change = std::abs(
                static_cast<double>(after_.khz[i]) / static_cast<double>(before_.khz[i]) - 1);
            noise_.frequency_change = std::max(noise_.frequency_change.value_or(0), change);
        }
    }

    void look_at_jiffies(const cpu_time& spent) {
        const double jiffy = jiffy_ns();
        const double interrupts_ns = static_cast<double>(spent.irq + spent.softirq) * jiffy;
        double busy_ns = static_cast<double>(spent.busy) * jiffy;
        // Where interrupts are accounted apart, a pair's own loopback traffic is among them and
        // not in its CPU time: it would look foreign.
        if (after_.interrupts_apart) busy_ns -= interrupts_ns;
        const auto own_ns = static_cast<double>(after_.own_cpu_ns - before_.own_cpu_ns);
        noise_.foreign_cpu = std::max(busy_ns - own_ns, 0.0) / wall_ns_;
        noise_.interrupt_cpu = interrupts_ns / wall_ns_;
        const auto counted_on =
            static_cast<double>(workers_.pinned() ? workers_.cpus_in_use() : workers_.cpus.size());
        grade("foreign_cpu", *noise_.foreign_cpu, counted_on * jiffy / wall_ns_);
        if (spent.total <= 0) return;
        const auto total = static_cast<double>(spent.total);
        noise_.steal = static_cast<double>(spent.steal) / total;
        grade("steal", *noise_.steal, 1 / total);
    }

    void look_at_workers() {
        noise_.stall_ms = static_cast<double>(workers_.launcher_late_ns) / 1e6;
        grade("stall_ms", noise_.stall_ms, 0);
        name_pause();
        noise_.major_faults = static_cast<double>(workers_.major_faults);
        grade("major_faults", noise_.major_faults, 0);
        if (workers_.migrations) {
            noise_.migrations = static_cast<double>(*workers_.migrations);
            if (workers_.pinned()) grade("migrations", *noise_.migrations, 0);
        }
        if (workers_.elapsed_ns <= 0) return;
        const auto involuntary = static_cast<double>(workers_.involuntary_switches);
        noise_.involuntary_per_s = involuntary * 1e9 / workers_.elapsed_ns;
        if (workers_.pinned_apart() && workers_.messages > 0)
            noise_.involuntary_per_message = involuntary / workers_.messages;
        if (!workers_.run_delay_ns) return;
        const double waited_of_ns = static_cast<double>(workers_.cpus.size()) * workers_.elapsed_ns;
        noise_.run_delay = static_cast<double>(*workers_.run_delay_ns) / waited_of_ns;
        const auto own_ns =
            static_cast<double>(workers_.voluntary_switches * own_delay_per_switch_ns);
        if (workers_.pinned_apart() && !workers_.helped)
            grade("run_delay", *noise_.run_delay, own_ns / waited_of_ns);
    }

    /// No scheduler keeps a process waiting for so long: the container, the machine or its host
    /// stood still.
    void name_pause() {
        constexpr double pause_ms = 500;
        if (noise_.stall_ms < pause_ms) return;
        for (std::string& reason : noise_.reasons)
            if (reason.starts_with("stall_ms"))
                reason +=
                    fmt::format(": everything stood still for {:.1f} s", noise_.stall_ms / 1e3);
    }

    void look_at_gaps(const timer_gaps& gaps) {
        noise_.gap_ppm = gaps.ppm();
        noise_.gap_max_us = static_cast<double>(gaps.longest_ns) / 1e3;
        const auto chance_ns =
            static_cast<double>(std::min(gaps.longest_ns, longest_single_gap_ns));
        grade("gap_ppm", *noise_.gap_ppm, 1e6 * chance_ns / static_cast<double>(gaps.span_ns));
    }

    bool is_coarse(std::string_view key) const {
        return std::find(noise_.coarse.begin(), noise_.coarse.end(), key) != noise_.coarse.end();
    }

    const noise_reading& before_;
    const noise_reading& after_;
    const worker_readings& workers_;
    const noise_gate& by_;
    double wall_ns_;
    repetition_noise noise_;
};

}  // namespace

noise_reading read_noise(const host_files& files, const std::vector<int>& allowed,
                         const std::vector<int>& in_use) {
    noise_reading reading;
    reading.other_running = other_running(files);
    reading.pressure_us = pressure_us(files);
    reading.throttled_periods = control_groups(files).throttled_periods();
    reading.khz = frequencies(files, in_use);
    reading.cpus = read_cpu_time(files, allowed);
    // A tick cannot interrupt a hard interrupt, so that ticks alone never count one.
    reading.interrupts_apart = reading.cpus && reading.cpus->irq > 0;
    reading.own_cpu_ns = cpu_ns_of(RUSAGE_SELF) + cpu_ns_of(RUSAGE_CHILDREN);
    reading.at_ns = shared_clock::raw_ns();
    return reading;
}

gate_row noise_gate::bounds(const gate_row& row) const {
    constexpr double quiet_excess = 2;
    constexpr double usable_excess = 3;
    gate_row here = row;
    if (rule == gate_rule::relative && row.key == "gap_ppm") {
        here.quiet = std::max(row.quiet, quiet_excess * baseline.gap_ppm_p90);
        here.usable = std::max(row.usable, usable_excess * baseline.gap_ppm_p90);
    }
    return here;
}

repetition_noise judge_noise(const noise_reading& before, const noise_reading& after,
                             const timer_gaps& gaps, const worker_readings& workers,
                             const noise_gate& by) {
    return judge(before, after, workers, by).verdict(gaps);
}

const gate_row* row_of_reason(std::string_view reason) {
    const auto key = reason.substr(0, reason.find(' '));
    for (const gate_row& row : gate)
        if (row.key == key) return &row;
    return nullptr;
}

}  // namespace ipcmark
