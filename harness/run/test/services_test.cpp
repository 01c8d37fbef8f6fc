#include "harness/run/services.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <set>
#include <signal.h>
#include <sstream>
#include <sys/socket.h>
#include <thread>

#include "harness/base/posix/text_file.hpp"
#include "harness/run/executor.hpp"
#include "harness/run/test/runner_fixture.hpp"
#include "harness/run/test/service_transports.hpp"

namespace ipcmark {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Whether it ends within two seconds. One that nobody has reaped has ended too.
bool ends(pid_t pid) {
    const auto until = steady_clock::now() + 2s;
    while (steady_clock::now() < until) {
        const auto text = read_text(fmt::format("/proc/{}/stat", pid));
        if (!text || text->find(") Z ") != std::string::npos) return true;
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

class services_test : public runner_test {
protected:
    services_test() {
        register_service_transports(all_);
        options.leased = &*leased_;
        request.what.transport = "sleeper";
        request.what.kind = pattern::one_way;
        already_started_ = service_starts();
    }
    ~services_test() override { leased_.reset(); }

    int starts() const { return service_starts() - already_started_; }
    std::string told(const char* name) {
        return leased_->lease_for(request.what).service->addresses().at(name);
    }
    pid_t service_pid() { return std::stoi(told("pid")); }
    void kill_it() {
        const pid_t pid = service_pid();
        ::kill(pid, SIGKILL);
        ASSERT_TRUE(ends(pid));
    }
    /// A start may take this long.
    void be_patient(std::int64_t patience_ms) {
        leased_.emplace(workspace, interrupts, all_.services(), patience_ms);
    }
    /// Of a repetition that is to fail.
    failure fault() {
        const repetition_result result = run();
        EXPECT_TRUE(result.failed);
        return result.failed.value_or(failure());
    }
    static void expect_in(const std::string& part, const std::string& text) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    }

    registry all_;
    std::optional<services> leased_{std::in_place, workspace, interrupts, all_.services()};
    int already_started_ = 0;
};

TEST_F(services_test, one_serves_every_repetition_and_endpoints_know_where_it_is) {
    std::set<std::int64_t> seen;
    for (int i = 0; i < 4; ++i) {
        request.what.payload_bytes = std::size_t{64} << i;
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << result.failed->text;
        EXPECT_TRUE(result.has_service);
        for (const auto& side : result.sides) {
            EXPECT_EQ(side.notes.at("addresses"), 3) << "start, pid, directory";
            seen.insert(side.notes.at("start"));
        }
    }
    EXPECT_EQ(starts(), 1);
    EXPECT_EQ(seen.size(), 1u);
    const fs::path folder = told("directory");
    EXPECT_EQ(folder.parent_path(), workspace.directory());
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
}

TEST_F(services_test, a_mechanism_without_one_is_told_nothing) {
    registry none;
    leased_.emplace(workspace, interrupts, none.services());
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_FALSE(result.has_service);
    EXPECT_EQ(result.producer().notes.at("addresses"), 0);
    EXPECT_TRUE(result.producer().measured.services.empty());
}

TEST_F(services_test, one_that_was_killed_fails_a_repetition_and_is_started_again) {
    const pid_t first = service_pid();
    kill_it();
    const failure lost = fault();
    EXPECT_EQ(lost.code, service_lost_code);
    expect_in(
        fmt::format("the service of sleeper is lost: sh (process {}): killed by SIGKILL", first),
        lost.text);
    expect_in("it wrote: hello | the disk is full", lost.text);
    const repetition_result next = run();
    ASSERT_FALSE(next.failed) << next.failed->text;
    EXPECT_NE(service_pid(), first);
    EXPECT_EQ(starts(), 2);
}

TEST_F(services_test, its_end_in_a_repetition_ends_that_at_once) {
    options.stage_deadline_ms = 60'000;
    request.work.timed_ns = 60'000'000'000;
    const pid_t pid = service_pid();
    std::thread later([pid] {
        std::this_thread::sleep_for(300ms);
        ::kill(pid, SIGKILL);
    });
    const auto start = steady_clock::now();
    const failure lost = fault();
    later.join();
    EXPECT_LT(steady_clock::now() - start, 10s);
    EXPECT_EQ(lost.code, service_lost_code);
    expect_in("killed by SIGKILL", lost.text);
}

TEST_F(services_test, a_cell_whose_service_goes_a_fourth_time_is_given_up) {
    for (unsigned i = 0; i < services::restarts_at_most; ++i) {
        kill_it();
        EXPECT_FALSE(ends_its_cell(fault()));
    }
    kill_it();
    const failure last = fault();
    EXPECT_TRUE(ends_its_cell(last));
    expect_in("the cell is given up after 3 restarts", last.text);
    request.what.payload_bytes = 128;
    EXPECT_FALSE(run().failed) << "another cell has its own count";
}

TEST_F(services_test, one_that_does_not_answer_is_replaced) {
    request.what.transport = "falls_ill";
    ASSERT_FALSE(run().failed);
    const pid_t first = service_pid();
    std::ofstream(fs::path(told("directory")) / "ill") << "yes";
    const failure lost = fault();
    EXPECT_FALSE(ends_its_cell(lost));
    expect_in("it runs but does not answer", lost.text);
    EXPECT_TRUE(ends(first));
    EXPECT_FALSE(run().failed);
}

TEST_F(services_test, one_that_is_never_ready_meets_its_deadline_and_is_given_up) {
    be_patient(150);
    request.what.transport = "never_ready";
    const failure late = fault();
    expect_in("it could not be started: it was not ready after 0.1", late.text);
    expect_in("it wrote: still reading", late.text);
    expect_in("raise --deadline", late.text);
    for (int i = 0; i < 3; ++i)
        fault();
    const int before = starts();
    request.what.payload_bytes = 128;
    const failure none = fault();
    EXPECT_TRUE(ends_its_cell(none));
    expect_in("given up after 4 attempts to start it", none.text);
    EXPECT_EQ(starts(), before) << "no further attempt";
}

TEST_F(services_test, one_that_ends_while_it_starts_says_why) {
    request.what.transport = "dies_at_once";
    const std::string text = fault().text;
    expect_in("exit code 3 before it was ready; it wrote: no licence", text);
}

TEST_F(services_test, a_missing_program_and_a_limit_are_told_as_such) {
    request.what.transport = "no_such_program";
    expect_in("no-such-broker", fault().text);
    request.what.transport = "limited";
    EXPECT_EQ(fault().ended, status::skipped);
}

TEST_F(services_test, an_interrupt_ends_a_start) {
    request.what.transport = "never_ready";
    std::thread later([] {
        std::this_thread::sleep_for(150ms);
        ::kill(::getpid(), SIGINT);
    });
    const auto start = steady_clock::now();
    EXPECT_TRUE(run().interrupted);
    later.join();
    EXPECT_LT(steady_clock::now() - start, 5s);
}

TEST_F(services_test, all_processes_are_counted_with_what_they_forked) {
    request.what.transport = "spinners";
    request.work.timed_ns = 300'000'000;
    const repetition_result busy = run();
    ASSERT_FALSE(busy.failed) << busy.failed->text;
    const auto& processes = busy.producer().measured.services;
    ASSERT_EQ(processes.size(), 2u);
    for (const auto& each : processes) {
        EXPECT_EQ(each.name, "sh");
        ASSERT_TRUE(each.consumed);
        EXPECT_GT(each.consumed->cpu_ns, 0);
        EXPECT_GE(each.consumed->last_cpu, 0);
    }
    EXPECT_EQ(processes[0].consumed->threads, 1);
    EXPECT_EQ(processes[1].consumed->threads, 2) << "the second one's work is its child's";
    EXPECT_TRUE(busy.consumer().measured.services.empty()) << "one side is enough";
}

TEST_F(services_test, its_end_leaves_neither_process_nor_folder) {
    request.what.transport = "stubborn";
    ASSERT_FALSE(run().failed);
    const pid_t forked = std::stoi(told("forked"));
    const fs::path folder = told("directory");
    request.what.transport = "sleeper";
    ASSERT_FALSE(run().failed);
    EXPECT_EQ(children(), 2u);
    const auto start = steady_clock::now();
    leased_.reset();
    EXPECT_LT(steady_clock::now() - start, 3s);
    EXPECT_EQ(children(), 0u);
    EXPECT_TRUE(ends(forked));
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_EQ(entries(workspace.directory(), "s"), 0u);
}

TEST_F(services_test, killed_workers_leave_it_to_the_next_pair) {
    request.die_entering = {stage::timing, stage::timing};
    EXPECT_EQ(fault().code, "died");
    request.die_entering = {};
    EXPECT_FALSE(run().failed);
    EXPECT_EQ(starts(), 1);
}

TEST_F(services_test, others_can_be_ended) {
    const pid_t pid = service_pid();
    leased_->end_others("sleeper");
    EXPECT_EQ(service_pid(), pid);
    leased_->end_others("falls_ill");
    EXPECT_TRUE(ends(pid));
    EXPECT_EQ(children(), 0u);
}

TEST_F(services_test, a_run_that_is_killed_leaves_nothing_either) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    const unique_fd reader(pipe_ends[0]);
    unique_fd writer(pipe_ends[1]);
    child holder = child::spawn_self({"ipcmark", "hold"}, {{writer.get(), 3}});
    writer.reset();
    std::string told;
    char letter = 0;
    while (::read(reader.get(), &letter, 1) == 1)
        told += letter;
    pid_t service = 0;
    std::string folder;
    std::istringstream(told) >> service >> folder;
    ASSERT_GT(service, 0);
    ASSERT_TRUE(fs::exists(folder));
    holder.finish();  // SIGKILL
    EXPECT_TRUE(ends(service));
    const run_workspace next;
    EXPECT_FALSE(fs::exists(folder)) << "the next run sweeps it";
}

/// What the executor tells of one repetition.
class attempts : public run_observer {
public:
    void attempted(const attempt& done) override {
        codes.push_back(done.outcome.failed ? done.outcome.failed->code : "");
        EXPECT_EQ(done.number, 0u);
    }
    void say(const std::string&) override {}
    std::vector<std::string> codes;
};

std::vector<std::string> codes_of(const std::string& transport, runner& pairs,
                                  interrupt_watch& interrupts) {
    plan what;
    what.request.repetition_ms = 20;
    what.cells.resize(1);
    what.cells[0].what = {transport, pattern::round_trip, 64, placement::free, touch::rw, 16};
    attempts seen;
    const shared_clock clock{clock_parameters()};
    executor by(what, pairs, interrupts, clock, {}, seen);
    EXPECT_TRUE(by.repeat({}));
    return seen.codes;
}

TEST_F(services_test, the_executor_repeats_what_lost_its_service) {
    kill_it();
    runner pairs(workspace, interrupts, clock, options);
    EXPECT_EQ(codes_of("sleeper", pairs, interrupts),
              (std::vector<std::string>{"service_lost", ""}));
    EXPECT_EQ(
        codes_of("kills_it", pairs, interrupts),
        (std::vector<std::string>{"service_lost", "service_lost", "service_lost", "service"}));
}

TEST_F(services_test, what_nobody_asks_for_twice_is_run_until_its_service_lasts) {
    kill_it();
    runner pairs(workspace, interrupts, clock, options);
    EXPECT_FALSE(pairs.run_until_served(request).failed);
    request.what.transport = "kills_it";
    EXPECT_EQ(pairs.run_until_served(request).failed.value().code, "service");
}

/// Binds a port of 127.0.0.1 and listens there.
bool can_listen(std::uint16_t port, bool reuse) {
    const unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = reuse ? 1 : 0;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool listens =
        ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::listen(socket.get(), 1) == 0;
    EXPECT_EQ(loopback_port_answers(port), listens);
    return listens;
}

TEST_F(services_test, a_free_port_is_kept_for_the_service) {
    const run_workspace::repetition_workspace folder = workspace.next_service();
    service_workspace of(folder.name(), folder.directory());
    const std::uint16_t port = of.free_loopback_port();
    EXPECT_NE(of.free_loopback_port(), port);
    EXPECT_FALSE(loopback_port_answers(port));
    EXPECT_TRUE(can_listen(port, true)) << "a server with SO_REUSEADDR";
    EXPECT_FALSE(can_listen(port, false)) << "nobody else";
    of.release_ports();
    EXPECT_TRUE(can_listen(port, false));
}

}  // namespace
}  // namespace ipcmark
