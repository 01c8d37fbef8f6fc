#include "harness/run/worker_group.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <ctime>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/units.hpp"
#include "harness/worker/protocol.hpp"
#include "harness/worker/worker.hpp"

namespace ipcmark {

namespace {

struct socket_pair {
    unique_fd ours;
    unique_fd theirs;
    static socket_pair make(int type) {
        int ends[2];
        if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0)
            throw_errno("socketpair", "raise RLIMIT_NOFILE (ulimit -n) if descriptors ran out");
        return {unique_fd(ends[0]), unique_fd(ends[1])};
    }
};

/// A line between any two parties; row i is what worker i inherits, with none to itself.
class line_mesh {
public:
    explicit line_mesh(std::size_t parties) : lines_(parties) {
        for (auto& row : lines_)
            row.resize(parties);
        for (std::size_t i = 0; i < parties; ++i)
            for (std::size_t j = i + 1; j < parties; ++j) {
                socket_pair line = socket_pair::make(SOCK_SEQPACKET);
                lines_[i][j] = std::move(line.ours);
                lines_[j][i] = std::move(line.theirs);
            }
    }

    /// In the order of the parties, from worker_first_peer_fd on.
    void add_to(std::vector<std::pair<int, int>>& inherited, std::size_t position) const {
        int next = worker_first_peer_fd;
        for (const unique_fd& line : lines_[position])
            if (line) inherited.emplace_back(line.get(), next++);
    }

private:
    std::vector<std::vector<unique_fd>> lines_;
};

std::vector<std::string> padded(std::vector<std::string> environment, std::size_t bytes) {
    if (bytes > 0) environment.push_back("IPCMARK_LAYOUT_PAD=" + std::string(bytes, 'x'));
    return environment;
}

/// What is no frame may promise bytes that never come.
void limit_patience(int control) {
    constexpr timeval patience{5, 0};
    checked(::setsockopt(control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
            "setsockopt SO_RCVTIMEO");
}

int milliseconds_until(std::uint64_t due_ns) {
    const auto left = static_cast<std::int64_t>(due_ns - shared_clock::raw_ns());
    return static_cast<int>(std::clamp<std::int64_t>(left / ns_per_ms + 1, 0, 3'600'000));
}

}  // namespace

std::string worker_process::last_words() const {
    constexpr std::size_t tail_bytes = 2048;
    constexpr std::size_t shown_bytes = 300;
    struct stat file {};
    if (!printed || ::fstat(printed.get(), &file) != 0) return {};
    const auto from = std::max<off_t>(0, file.st_size - static_cast<off_t>(tail_bytes));
    std::string text(tail_bytes, '\0');
    const ssize_t got = ::pread(printed.get(), text.data(), text.size(), from);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.pop_back();
    text = text.substr(text.find_last_of('\n') + 1).substr(0, shown_bytes);
    return text.empty() ? text : "; it printed: " + text;
}

worker_group::worker_group(group_kind kind, std::size_t environment_pad_bytes)
    : kind_(std::move(kind)),
      environment_pad_bytes_(environment_pad_bytes),
      shared_(kind_.cpus.size()) {
    const line_mesh lines(kind_.cpus.size());
    workers_.reserve(kind_.cpus.size());
    for (std::size_t position = 0; position < kind_.cpus.size(); ++position) {
        socket_pair control = socket_pair::make(SOCK_STREAM);
        std::vector<std::pair<int, int>> inherited{{control.theirs.get(), worker_control_fd}};
        if (kind_.shared_memory) inherited.emplace_back(shared_.fd(), worker_state_fd);
        lines.add_to(inherited, position);
        workers_.push_back(spawn(position, std::move(inherited)));
        workers_.back().control = std::move(control.ours);
        if (kind_.program.external()) limit_patience(workers_.back().control.get());
    }
}

worker_process worker_group::spawn(std::size_t position,
                                   std::vector<std::pair<int, int>> inherited) {
    const worker_program& program = kind_.program;
    auto arguments = worker_arguments(kind_.cpus[position], program.plugins);
    if (!program.external())
        return {child::spawn_own(program.path, arguments, inherited,
                                 padded(program.environment, environment_pad_bytes_)),
                unique_fd()};
    arguments.erase(arguments.begin());  // what our own program is called
    arguments.insert(arguments.begin(), program.command.begin(), program.command.end());
    unique_fd printed(::memfd_create("ipcmark-printed", MFD_CLOEXEC));
    if (!printed) throw_errno("memfd_create");
    for (const int standard : {STDOUT_FILENO, STDERR_FILENO})
        inherited.emplace_back(printed.get(), standard);
    return {child::spawn_program(arguments, inherited, kind_.cpus[position]), unique_fd(),
            std::move(printed)};
}

/// Whether it waits now; its end, or anything else than a first sign of life, is for the repetition
/// to find.
bool worker_group::hear(worker_process& worker) {
    try {
        std::string text;
        if (!receive_frame(worker.control.get(), text)) return false;
        worker.waiting = decode_heartbeat(text).has_value();
        if (!worker.waiting) worker.early = std::move(text);
    } catch (const std::exception& e) {
        worker.fault = e.what();
    }
    return worker.waiting;
}

bool worker_group::await_waiting(std::uint64_t until_ns, interrupt_watch& interrupts) {
    for (worker_process& worker : workers_)
        while (!worker.waiting) {
            pollfd watched[] = {{worker.control.get(), POLLIN, 0}, {interrupts.fd(), POLLIN, 0}};
            const int ready = ::poll(watched, std::size(watched), milliseconds_until(until_ns));
            if (ready < 0 && errno == EINTR) continue;
            if (ready <= 0 || watched[1].revents != 0) return false;
            if (!hear(worker)) return false;
        }
    return true;
}

std::optional<std::string> worker_group::early_end() const {
    for (const worker_process& worker : workers_)
        if (const auto end = worker.process.peek()) return end->text();
    return std::nullopt;
}

std::int64_t worker_group::cpu_ns() const {
    std::int64_t sum = 0;
    for (const worker_process& worker : workers_) {
        clockid_t used{};
        timespec now{};
        if (worker.end || ::clock_getcpuclockid(worker.process.pid(), &used) != 0) continue;
        if (::clock_gettime(used, &now) == 0)
            sum += std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
    }
    return sum;
}

void worker_group::end(std::int64_t patience_ms) {
    for (worker_process& worker : workers_)
        worker.control.reset();
    const std::uint64_t until_ns =
        shared_clock::raw_ns() + static_cast<std::uint64_t>(patience_ms * ns_per_ms);
    for (worker_process& worker : workers_) {
        pollfd ended{worker.process.pidfd(), POLLIN, 0};
        while (!worker.end && ::poll(&ended, 1, milliseconds_until(until_ns)) < 0 && errno == EINTR)
            continue;
        if (!worker.end) worker.end = worker.process.finish();
    }
}

std::optional<failure> worker_group::unclean_end(std::span<const party> parties) const {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        const auto& end = workers_[i].end;
        if (!end || (end->exited && end->code == 0)) continue;
        return failure{
            status::failed, "died", std::string(to_word(stage::done)),
            fmt::format("the {} ended after its report: {}", name_of(i, parties), end->text())};
    }
    return std::nullopt;
}

}  // namespace ipcmark
