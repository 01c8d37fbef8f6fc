#include <cerrno>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <new>
#include <system_error>
#include <unistd.h>

#include "bench/externals.hpp"
#include "bench/help_text.hpp"
#include "bench/plugins.hpp"
#include "bench/subcommand.hpp"
#include "bench/version.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/inherited_state.hpp"
#include "harness/base/posix/memory_limit.hpp"
#include "harness/base/posix/output_file.hpp"
#include "harness/base/suggest.hpp"
#include "harness/conform/checks.hpp"
#include "harness/history/database.hpp"
#include "harness/worker/worker.hpp"
#include "transports/register_all.hpp"

namespace ipcmark {
namespace {

void print_short_help(std::ostream& out) {
    out << "ipcmark " << version_text()
        << ": what inter-process communication costs on this machine\n\n"
           "  ipcmark run --html report.html   measure 25 mechanisms in a minute, write a report\n"
           "  ipcmark list                     all mechanisms and what each can do\n"
           "  ipcmark doctor                   is this machine fit to measure on?\n\n"
           "More: ipcmark help, ipcmark help COMMAND, ipcmark help guide (how to read a result)\n";
}

void print_help(std::ostream& out) {
    out << "Usage: ipcmark COMMAND [options]\n\nCommands:\n";
    for (const subcommand* command : all_subcommands())
        out << "  " << command->name << std::string(12 - command->name.size(), ' ')
            << command->summary << '\n';
    out << "\n`ipcmark help guide`: how to read a result, how to measure your own, virtual "
           "machines, glossary.\nEvery command has --help with examples. With any command, "
           "repeatable: --plugin FILE.so\n"
           "adds mechanisms from a shared object, --external FILE.json one whose worker is a "
           "program "
           "in any\n"
           "language. Results go to standard output, all else to standard error. NO_COLOR is "
           "honoured.\n\n"
        << exit_code_text();
}

const subcommand& find_command(const std::string& name) {
    std::vector<std::string> names;
    for (const subcommand* command : all_subcommands()) {
        if (command->name == name) return *command;
        names.emplace_back(command->name);
    }
    throw no_such("command", name, nearest_words(name, names), "`ipcmark --help` lists them all");
}

int dispatch(const std::vector<std::string>& command_line) {
    std::vector<std::string> arguments(command_line.begin() + 1, command_line.end());
    registry mechanisms;
    register_all(mechanisms);
    const plugin_set plugins(arguments, mechanisms);
    if (!arguments.empty() && arguments.front() == "worker")
        return worker_main(arguments, mechanisms, &run_check_scenario);
    register_own_externals(mechanisms);
    register_externals(arguments, mechanisms);
    register_programs(arguments, mechanisms);
    if (arguments.empty()) {
        print_short_help(std::cout);
        return exit_ok;
    }
    std::string name = arguments.front();
    if (name == "help" && arguments.size() > 1 && arguments[1] == "guide") {
        std::cout << guide_text();
        return exit_ok;
    }
    if (name == "help" && arguments.size() > 1) {
        arguments = {arguments[1], "--help"};
        name = arguments.front();
    }
    if (name == "--help" || name == "-h" || name == "help") {
        print_help(std::cout);
        return exit_ok;
    }
    if (name == "--version") name = "version";
    const subcommand& command = find_command(name);
    arguments.erase(arguments.begin());
    return command.run({std::move(arguments), command_line, mechanisms, plugins.files()});
}

/// A program started without one of them would use the number for a file or a socket of its own,
/// and print into it. Read-only, so that printing fails and is noticed.
void occupy_standard_descriptors() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
}

int guarded(const std::vector<std::string>& command_line) {
    try {
        occupy_standard_descriptors();
        put_inherited_state_right();
        let_files_grow();
        const int code = dispatch(command_line);
        if (std::fflush(stdout) != 0 || !std::cout.flush()) {
            if (errno == EPIPE) return code;  // `| head` has seen enough
            throw command_error("standard output could not be written: " +
                                    std::generic_category().message(errno == 0 ? EIO : errno),
                                exit_environment_refused);
        }
        return code;
    } catch (const command_error& e) {
        std::cerr << "ipcmark: " << e.what() << '\n';
        return e.code();
    } catch (const call_failed& e) {
        std::cerr << "ipcmark: " << e.what() << '\n';
        return exit_environment_refused;
    } catch (const limit_exceeded& e) {
        std::cerr << "ipcmark: " << e.what() << '\n';
        return exit_environment_refused;
    } catch (const history_error& e) {
        std::cerr << "ipcmark: " << e.what() << '\n';
        return e.why() == history_error::kind::unreadable ? exit_unreadable
                                                          : exit_environment_refused;
    } catch (const std::bad_alloc&) {
        std::cerr << "ipcmark: " << out_of_memory_text() << '\n';
        return exit_environment_refused;
    } catch (const std::exception& e) {
        std::cerr << "ipcmark: internal error: " << e.what()
                  << "; please report it with the command line\n";
        return exit_internal;
    }
}

}  // namespace
}  // namespace ipcmark

int main(int argc, char** argv) {
    return ipcmark::guarded(std::vector<std::string>(argv, argv + argc));
}
