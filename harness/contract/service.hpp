#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/function_view.hpp"
#include "harness/base/posix/child.hpp"
#include "harness/base/posix/unique_fd.hpp"

/// A service: the broker or daemon between the processes of a repetition, started when its
/// mechanism is first needed and kept to the end of the run (harness/run/services.hpp).
namespace ipcmark {

/// What a service's start() told of where it is: "port" -> "41234". ipcmark adds "directory", the
/// service's private folder.
using service_addresses = std::map<std::string, std::string>;
inline const service_addresses no_service;

/// The processes of a service and its addresses. The destructor ends all of them.
class running_service {
public:
    struct process {
        std::string name;
        child handle;
    };

    running_service() = default;
    running_service(running_service&&) noexcept = default;
    running_service& operator=(running_service&&) = delete;
    ~running_service();

    void add(std::string name, child handle);
    void tell(std::string name, std::string text);

    const std::vector<process>& processes() const noexcept { return processes_; }
    const service_addresses& addresses() const noexcept { return addresses_; }
    /// "dbus-daemon (process 17): killed by SIGKILL", of the first that has ended; nullopt: all
    /// run.
    std::optional<std::string> why_ended() const;

    /// SIGTERM to each process group. Does not wait, so that several services can end together.
    void ask_to_end() noexcept;
    /// The same where that was not done, SIGKILL to what is left a second later, and reaps.
    void end() noexcept;

private:
    std::vector<process> processes_;
    service_addresses addresses_;
    std::optional<std::chrono::steady_clock::time_point> asked_;
};

/// The service did not come up, or came down. The text says which process, how it ended and its
/// last words.
class service_failed : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// A signal came while the service was starting.
class service_interrupted : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What start() works with.
class service_workspace {
public:
    struct limits {
        std::chrono::milliseconds patience{10'000};
        int interrupt_fd = -1;  // readable once a signal has come; -1: none is watched
    };

    /// `directory` exists and is private (0700).
    service_workspace(std::string name, std::filesystem::path directory);
    service_workspace(std::string name, std::filesystem::path directory, limits how);

    /// Unique: the prefix of every system-wide name.
    const std::string& name() const noexcept { return name_; }
    /// For configuration, sockets and data; removed after the service's end.
    const std::filesystem::path& directory() const noexcept { return directory_; }

    /// A TCP port of 127.0.0.1 that nobody else gets while this object lives: it is kept bound with
    /// SO_REUSEADDR, which lets a service that sets the same option, as servers do, listen there.
    std::uint16_t free_loopback_port();
    /// For a service that does not set SO_REUSEADDR: call it right before start_process().
    void release_ports() noexcept { ports_.clear(); }

    /// Starts a program (child::spawn_program) as a process of `of`. What it prints goes to the
    /// log, except what `inherited` redirects. It must stay in the foreground.
    void start_process(running_service& of, const std::vector<std::string>& arguments,
                       std::vector<std::pair<int, int>> inherited = {});

    /// Asks `ready` every few milliseconds. Throws service_failed with the log's last lines when a
    /// process ends first or the start takes too long, service_interrupted for a signal.
    void wait_until_ready(const running_service& service, function_view<bool()> ready);

    const std::filesystem::path& log_file() const noexcept { return log_; }

private:
    std::string name_;
    std::filesystem::path directory_;
    std::filesystem::path log_;
    limits how_;
    std::vector<unique_fd> ports_;
};

/// Of the file in a service's folder that holds what its processes printed.
inline constexpr std::string_view service_log_name = "service.log";

/// Whether something listens on this TCP port of 127.0.0.1.
bool loopback_port_answers(std::uint16_t port);

/// The last lines of a service's log in one line; empty when it wrote nothing.
std::string log_tail(const std::filesystem::path& log);

/// "; it wrote: ...": how a sentence about a service ends. Empty when it wrote nothing.
std::string last_words(const std::filesystem::path& log);

/// What a transport tells of the service that it needs; `start` is nullptr where it needs none.
struct service_hooks {
    running_service (*start)(service_workspace&) = nullptr;
    /// Whether a service whose processes all run works; nullptr: nobody asks.
    bool (*healthy)(const service_addresses&) = nullptr;
};

}  // namespace ipcmark
