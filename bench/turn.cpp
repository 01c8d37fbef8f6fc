#include "bench/turn.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <iostream>
#include <limits>
#include <poll.h>
#include <set>

#include "bench/header.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/run/interrupt.hpp"

namespace ipcmark {

namespace {

using std::chrono::steady_clock;

std::string turn_command(const invocation& call) {
    std::string text;
    for (const auto& word : call.full)
        text += (text.empty() ? "" : " ") + word;
    return text.substr(text.find_last_of('/', text.find(' ')) + 1);
}

std::string turn_texts(const std::vector<measuring_run>& runs) {
    std::string text;
    for (const auto& each : runs)
        text += (text.empty() ? "" : "; ") + text_of(each);
    return text;
}

/// Says whom it waits for whenever that changes.
class turn_teller {
public:
    explicit turn_teller(std::string limit) : limit_(std::move(limit)) {}

    void tell(const std::vector<measuring_run>& ahead) {
        const std::string text = turn_texts(ahead);
        if (text == told_) return;
        std::cerr << "Waiting for " << text << limit_ << "; Ctrl-C gives up\n";
        told_ = text;
    }
    const std::string& told() const noexcept { return told_; }

private:
    std::string limit_;
    std::string told_;
};

void turn_await(cpu_claim& claim, double limit_s) {
    constexpr int glance_ms = 1000;
    interrupt_watch interrupts;
    const auto start = steady_clock::now();
    const bool limited = std::isfinite(limit_s);
    turn_teller words(limited ? fmt::format(", at most {:.0f} s", limit_s) : std::string());
    for (;;) {
        const auto ahead = claim.try_begin();
        if (ahead.empty()) return;
        words.tell(ahead);
        if (std::chrono::duration<double>(steady_clock::now() - start).count() >= limit_s)
            throw command_error(
                fmt::format("--wait: after {:.0f} s there still measures {}; nothing was measured",
                            limit_s, words.told()),
                exit_environment_refused);
        pollfd signalled{interrupts.fd(), POLLIN, 0};
        ::poll(&signalled, 1, glance_ms);
        if (interrupts.pending())
            throw command_error("interrupted while waiting; nothing was measured",
                                exit_interrupted);
    }
}

}  // namespace

std::vector<int> measured_cpus(const plan& what) {
    const auto probed = cpus_in_use(what);
    std::set<int> all(probed.begin(), probed.end());
    bool anywhere = false;
    for (const auto& planned : what.cells) {
        if (planned.skipped) continue;
        const auto cpus = cpus_of(planned.parties);
        anywhere = anywhere || std::ranges::find(cpus, no_cpu) != cpus.end();
        const auto pinned = distinct_cpus_of(planned.parties);
        all.insert(pinned.begin(), pinned.end());
    }
    if (anywhere) {
        const auto allowed = allowed_cpus();
        all.insert(allowed.begin(), allowed.end());
    }
    return {all.begin(), all.end()};
}

turn::turn(const invocation& call, const run_options& options, const plan& what)
    : claim_(claims_folder(), measured_cpus(what), turn_command(call),
             options.wait_s ? cpu_claim::entry::waits : cpu_claim::entry::measures) {
    if (options.wait_s && !claim_.why_untold().empty())
        throw command_error("--wait: " + claim_.why_untold() +
                                "; point IPCMARK_LOCKS at a folder that all users of this machine "
                                "may write to, or run without --wait",
                            exit_environment_refused);
    if (options.wait_s) turn_await(claim_, *options.wait_s);
    for (const auto& other : claim_.others())
        std::cerr << "Warning: another ipcmark measures on these CPUs: " << text_of(other)
                  << "; both disturb each other. --wait queues behind it\n";
}

}  // namespace ipcmark
