#include "bench/beside.hpp"

#include <csignal>

#include "harness/base/posix/affinity.hpp"

namespace ipcmark {

beside::beside(const std::string& command) {
    if (command.empty()) return;
    if (command != hog) {
        running_.push_back(child::spawn_program({"sh", "-c", command}, {}));
        return;
    }
    for (const int cpu : allowed_cpus())
        running_.push_back(child::spawn_program({"sh", "-c", "while :; do :; done"}, {}, cpu));
}

beside::~beside() {
    for (child& each : running_)
        each.signal_group(SIGKILL);
}

std::optional<std::string> beside::ended() const {
    for (const child& each : running_)
        if (const auto end = each.peek()) return end->text();
    return std::nullopt;
}

}  // namespace ipcmark
