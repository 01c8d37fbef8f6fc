#include <charconv>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <thread>
#include <unistd.h>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/conform/leak_check.hpp"
#include "harness/conform/scenarios.hpp"

/// Whether something stands between the two.
namespace ipcmark::conform {

namespace {

constexpr std::chrono::milliseconds standstill{150};

struct process {
    pid_t pid = -1;
    char state = 0;
    pid_t parent = -1;
    std::string command;
};

template <class Integer>
Integer number_in(std::string_view text) {
    Integer number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// Every process, zombies excluded.
std::map<pid_t, process> living_processes() {
    std::map<pid_t, process> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        // "pid (command) state ppid"; the command may hold anything, so the last bracket counts.
        const std::string text = read_text(entry.path() / "stat").value_or("");
        const auto open = text.find('(');
        const auto close = text.rfind(") ");
        if (open == std::string::npos || close == std::string::npos) continue;
        process one{number_in<pid_t>(text), text[close + 2],
                    number_in<pid_t>(text.substr(close + 4)),
                    text.substr(open + 1, close - open - 1)};
        if (one.state != 'Z') found[one.pid] = std::move(one);
    }
    return found;
}

/// What descends from the starter of both workers, other than these: what runs because of this
/// pair. A process that has cut itself off from a worker comes back to it (subreaper).
std::vector<process> processes_besides(pid_t peer) {
    const auto living = living_processes();
    const auto descends = [&](pid_t pid) {
        for (auto at = living.find(pid); at != living.end(); at = living.find(at->second.parent))
            if (at->second.parent == ::getppid()) return true;
        return false;
    };
    std::vector<process> found;
    for (const auto& [pid, one] : living)
        if (pid != ::getpid() && pid != peer && descends(pid)) found.push_back(one);
    return found;
}

void signal_all(const std::vector<process>& which, int number) {
    for (const auto& one : which)
        ::kill(one.pid, number);
}

/// Does `part`, which may wait for one of them, while they stand still. Returns when they went on.
template <class Part>
std::uint64_t while_stopped(const std::vector<process>& which, Part part) {
    signal_all(which, SIGSTOP);
    std::uint64_t resumed_ns = 0;
    std::thread later([&] {
        std::this_thread::sleep_for(standstill);
        resumed_ns = shared_clock::raw_ns();
        signal_all(which, SIGCONT);
    });
    std::exception_ptr failed;
    try {
        part();
    } catch (...) {
        failed = std::current_exception();
    }
    later.join();
    if (failed) std::rethrow_exception(failed);
    return resumed_ns;
}

/// One message as usual, one while all other processes stand still.
void send_past_the_stopped(scenario_worker& me) {
    const subreaper keeps_orphans;
    me.cell.peer.tell(std::to_string(::getpid()));
    const auto peer = number_in<pid_t>(me.cell.peer.hear());
    const auto end = me.construct();
    me.send(*end);
    me.cell.peer.meet();
    const auto others = processes_besides(peer);
    for (const auto& one : others)
        me.note("other " + one.command, static_cast<std::uint64_t>(one.pid));
    if (others.empty())
        me.send(*end);
    else
        me.note("resumed_ns", while_stopped(others, [&] { me.send(*end); }));
    me.part();
}

void see_when_it_comes(scenario_worker& me) {
    const subreaper keeps_orphans;
    me.cell.peer.tell(std::to_string(::getpid()));
    me.cell.peer.hear();
    const auto end = me.construct();
    delivery_checker messages = me.incoming(2);
    me.receive(*end, messages);
    me.cell.peer.meet();
    while (!me.receive(*end, messages)) {
    }
    me.note("arrived_ns", shared_clock::raw_ns());
    me.part();
}

std::string names_of_others(const worker_report& side) {
    constexpr std::string_view prefix = "other ";
    std::string names;
    for (const auto& [key, pid] : side.notes)
        if (key.starts_with(prefix))
            names += (names.empty() ? "" : ", ") + key.substr(prefix.size()) + " (process " +
                     std::to_string(pid) + ")";
    return names;
}

check_result evaluate_needs_daemon(check_context& exam) {
    const bool claimed = exam.facts().needs_daemon;
    const repetition_result result =
        exam.run_scenario({.scenario = "standstill", .payload_bytes = exam.fitting(64)});
    if (auto check_result = exam.trouble(result)) {
        exam.context().leased.end_others({});  // a worker may have gone while it stood still
        return *check_result;
    }
    const std::string others = names_of_others(result.producer());
    if (others.empty())
        return claimed ? fail("it claims `needs_daemon`, yet no process runs besides the two")
                       : pass("no process runs besides the two");
    if (!claimed)
        return fail(
            fmt::format("{} runs besides the two: it does not claim `needs_daemon`", others));
    const auto late_ns = noted_or_zero(result.consumer(), "arrived_ns") -
                         noted_or_zero(result.producer(), "resumed_ns");
    if (late_ns < 0)
        return fail(
            fmt::format("it claims `needs_daemon`, yet a message passed while {} stood "
                        "still",
                        others));
    return pass(
        fmt::format("nothing passed while {} stood still for {} ms", others, standstill.count()));
}

}  // namespace

extern const conformance_check needs_daemon_check{
    .name = "needs_daemon",
    .sentence =
        "a process runs because of the pair and nothing passes while it is stopped, exactly when "
        "a daemon is claimed to be needed",
    .backs = "needs_daemon",
    .skip_reason = without_peer,
    .evaluate = evaluate_needs_daemon,
    .scenarios = {scenario{"standstill", send_past_the_stopped, see_when_it_comes}}};

}  // namespace ipcmark::conform
