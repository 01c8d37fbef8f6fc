#include "harness/contract/service.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto time_to_end = 1s;
constexpr auto between_looks = 5ms;

/// Whether a descriptor is readable within this time. Interrupted waits count as over.
bool wait_readable(int fd, std::chrono::milliseconds patience) {
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(patience.count())) > 0;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(port);
    return address;
}

sockaddr* generic(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);
}

}  // namespace

running_service::~running_service() {
    end();
}

void running_service::add(std::string name, child handle) {
    processes_.push_back({std::move(name), std::move(handle)});
}

void running_service::tell(std::string name, std::string text) {
    addresses_[std::move(name)] = std::move(text);
}

std::optional<std::string> running_service::why_ended() const {
    for (const auto& [name, handle] : processes_)
        if (const auto ended = handle.peek())
            return fmt::format("{} (process {}): {}", name, handle.pid(), ended->text());
    return std::nullopt;
}

void running_service::ask_to_end() noexcept {
    if (asked_) return;
    asked_ = steady_clock::now();
    for (auto one = processes_.rbegin(); one != processes_.rend(); ++one)
        one->handle.signal_group(SIGTERM);
}

void running_service::end() noexcept {
    ask_to_end();
    for (const auto& one : processes_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*asked_ + time_to_end -
                                                                       steady_clock::now());
        if (left > 0ms) wait_readable(one.handle.pidfd(), left);
    }
    // The groups too: what a process forked goes with it. None is reaped yet, so that no group's
    // number is another's by now.
    for (auto& one : processes_)
        one.handle.signal_group(SIGKILL);
    processes_.clear();
}

service_workspace::service_workspace(std::string name, std::filesystem::path directory)
    : service_workspace(std::move(name), std::move(directory), limits()) {}

service_workspace::service_workspace(std::string name, std::filesystem::path directory, limits how)
    : name_(std::move(name)),
      directory_(std::move(directory)),
      log_(directory_ / service_log_name),
      how_(how) {}

std::uint16_t service_workspace::free_loopback_port() {
    unique_fd socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const int yes = 1;
    checked(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "setsockopt");
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    checked(::bind(socket.get(), generic(address), size), "bind to 127.0.0.1");
    checked(::getsockname(socket.get(), generic(address), &size), "getsockname");
    ports_.push_back(std::move(socket));
    return ::ntohs(address.sin_port);
}

void service_workspace::start_process(running_service& of,
                                      const std::vector<std::string>& arguments,
                                      std::vector<std::pair<int, int>> inherited) {
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    const unique_fd log(checked(::open(log_.c_str(), flags, 0600), "open the service's log"));
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
        if (std::ranges::find(inherited, stream, &std::pair<int, int>::second) == inherited.end())
            inherited.emplace_back(log.get(), stream);
    of.add(arguments.front(), child::spawn_program(arguments, inherited));
}

void service_workspace::wait_until_ready(const running_service& service,
                                         function_view<bool()> ready) {
    const auto end = steady_clock::now() + how_.patience;
    while (!ready()) {
        if (const auto ended = service.why_ended())
            throw service_failed(*ended + " before it was ready" + last_words(log_));
        if (steady_clock::now() >= end)
            throw service_failed(fmt::format(
                "it was not ready after {:.1f} s{}; raise --deadline if the machine is that slow",
                std::chrono::duration<double>(how_.patience).count(), last_words(log_)));
        // A negative descriptor is passed over, and poll is a pause.
        if (wait_readable(how_.interrupt_fd, between_looks))
            throw service_interrupted("interrupted while a service was starting");
    }
}

bool loopback_port_answers(std::uint16_t port) {
    const unique_fd socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_in address = loopback(port);
    return ::connect(socket.get(), generic(address), sizeof address) == 0;
}

std::string log_tail(const std::filesystem::path& log) {
    constexpr std::size_t lines_at_most = 5;
    constexpr std::size_t bytes_at_most = 2048;
    const unique_fd file(::open(log.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return {};
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    std::string text(bytes_at_most, '\0');
    const off_t from = std::max<off_t>(size - static_cast<off_t>(bytes_at_most), 0);
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), from);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        if (line.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(line);
    const std::size_t skipped = lines.size() - std::min(lines.size(), lines_at_most);
    return fmt::format(
        "{}", fmt::join(lines.begin() + static_cast<std::ptrdiff_t>(skipped), lines.end(), " | "));
}

std::string last_words(const std::filesystem::path& log) {
    const std::string tail = log_tail(log);
    return tail.empty() ? "" : "; it wrote: " + tail;
}

}  // namespace ipcmark
