#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <span>
#include <stdexcept>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/endpoints/fd_datagram.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/run/services.hpp"
#include "harness/run/test/service_transports.hpp"
#include "harness/worker/worker.hpp"

namespace ipcmark {

namespace {

int starts = 0;

constexpr transport_info describe(std::string_view name) {
    return {.name = name,
            .summary = "a pair beside a service",
            .family = "test",
            .reference = "unix(7)",
            .test_only = true};
}

/// Notes what it was told of the service.
struct beside_a_service : fd_datagram {
    explicit beside_a_service(setup& cell) : fd_datagram(cell) {
        use(connect_unix_pair(cell, SOCK_SEQPACKET));
        cell.notes["addresses"] = static_cast<std::int64_t>(cell.service.size());
        if (const auto at = cell.service.find("start"); at != cell.service.end())
            cell.notes["start"] = std::stoll(at->second);
    }
};

running_service started(service_workspace& workspace, const std::string& script) {
    running_service made;
    workspace.start_process(made, {"sh", "-c", script});
    made.tell("start", std::to_string(++starts));
    made.tell("pid", std::to_string(made.processes().front().handle.pid()));
    return made;
}

bool wrote(const service_workspace& workspace) {
    std::error_code ignored;
    return std::filesystem::file_size(workspace.log_file(), ignored) > 0 && !ignored;
}

struct sleeper : beside_a_service {
    static constexpr transport_info info = describe("sleeper");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace& workspace) {
        running_service made =
            started(workspace, "echo hello; echo the disk is full >&2; exec sleep 1000");
        workspace.wait_until_ready(
            made, [&] { return log_tail(workspace.log_file()).ends_with("full"); });
        return made;
    }
};

/// Two that never sleep, the second in a process of its own making.
struct spinners : beside_a_service {
    static constexpr transport_info info = describe("spinners");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace& workspace) {
        running_service made = started(workspace, "while :; do :; done");
        workspace.start_process(made, {"sh", "-c", "(echo up; while :; do :; done) & wait"});
        workspace.wait_until_ready(made, [&] { return wrote(workspace); });
        return made;
    }
};

struct dies_at_once : beside_a_service {
    static constexpr transport_info info = describe("dies_at_once");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace& workspace) {
        running_service made = started(workspace, "echo no licence >&2; exit 3");
        workspace.wait_until_ready(made, [] { return false; });
        return made;
    }
};

struct never_ready : beside_a_service {
    static constexpr transport_info info = describe("never_ready");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace& workspace) {
        running_service made = started(workspace, "echo still reading; exec sleep 1000");
        workspace.wait_until_ready(made, [] { return false; });
        return made;
    }
};

/// Passes over SIGTERM, and so does what it forks.
struct stubborn : beside_a_service {
    static constexpr transport_info info = describe("stubborn");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace& workspace) {
        running_service made =
            started(workspace, "trap '' TERM; sleep 1000 & echo $!; while :; do wait; done");
        workspace.wait_until_ready(made, [&] { return wrote(workspace); });
        made.tell("forked", log_tail(workspace.log_file()));
        return made;
    }
};

/// Falls ill when its folder holds a file of that name.
struct falls_ill : beside_a_service {
    static constexpr transport_info info = describe("falls_ill");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace& workspace) {
        return started(workspace, "exec sleep 1000");
    }
    static bool healthy(const service_addresses& where) {
        return !std::filesystem::exists(std::filesystem::path(where.at("directory")) / "ill");
    }
};

/// Its endpoint kills the service.
struct kills_it : beside_a_service {
    static constexpr transport_info info = describe("kills_it");
    explicit kills_it(setup& cell) : beside_a_service(cell) {
        if (cell.producer()) ::kill(std::stoi(cell.service.at("pid")), SIGKILL);
    }
    static running_service start(service_workspace& workspace) {
        return started(workspace, "exec sleep 1000");
    }
};

struct no_such_program : beside_a_service {
    static constexpr transport_info info = describe("no_such_program");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace& workspace) {
        running_service made;
        workspace.start_process(made, {"no-such-broker"});
        return made;
    }
};

struct limited : beside_a_service {
    static constexpr transport_info info = describe("limited");
    using beside_a_service::beside_a_service;
    static running_service start(service_workspace&) { throw limit_exceeded("too many brokers"); }
};

/// Leases and waits to be killed; tells the service's process and the run's folder.
int hold_a_service() {
    registry all;
    register_service_transports(all);
    run_workspace workspace;
    interrupt_watch interrupts;
    services leased(workspace, interrupts, all.services());
    cell what;
    what.transport = "sleeper";
    const lease mine = leased.lease_for(what);
    const std::string told =
        mine.service->addresses().at("pid") + ' ' + workspace.directory().string() + '\n';
    write_exact(3, std::as_bytes(std::span(told)));
    ::close(3);
    for (;;)
        ::pause();
}

}  // namespace

void register_service_transports(registry& all) {
    all.add<sleeper>();
    all.add<spinners>();
    all.add<dies_at_once>();
    all.add<never_ready>();
    all.add<stubborn>();
    all.add<falls_ill>();
    all.add<kills_it>();
    all.add<no_such_program>();
    all.add<limited>();
}

int service_starts() {
    return starts;
}

}  // namespace ipcmark

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front() == "worker") {
        ipcmark::registry all;
        ipcmark::register_service_transports(all);
        return ipcmark::worker_main(arguments, all, nullptr);
    }
    if (!arguments.empty() && arguments.front() == "hold") return ipcmark::hold_a_service();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
