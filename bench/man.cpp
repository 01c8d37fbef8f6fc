#include <iostream>

#include "bench/help_text.hpp"
#include "bench/subcommand.hpp"
#include "bench/version.hpp"

namespace ipcmark {

namespace {

/// For troff: no line begins with a control character, a backslash and a hyphen are themselves.
std::string man_escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool begins = out.empty() || out.back() == '\n';
        if (begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

int run_man(const invocation& call) {
    cxxopts::Options options("ipcmark man", "Prints the manual page, with every option\n");
    const auto parsed = parse_arguments(options, call,
                                        "Examples:\n  ipcmark man | man -l -\n"
                                        "  ipcmark man > ~/.local/share/man/man1/ipcmark.1\n");
    if (!parsed) return exit_ok;
    std::cout
        << ".TH IPCMARK 1 \"\" \"ipcmark " << man_escaped(version_text()) << "\"\n"
        << ".SH NAME\nipcmark \\- what inter\\-process communication costs on this "
           "machine\n"
           ".SH SYNOPSIS\n.B ipcmark\n.I COMMAND\n[options]\n"
           ".SH DESCRIPTION\n"
           "Starts pairs of processes for each mechanism and message size, measures latency,\n"
           "throughput, CPU time and context switches, and writes a result file and a "
           "report.\n"
           ".SH COMMANDS\n";
    for (const subcommand* each : all_subcommands())
        std::cout << ".SS ipcmark " << each->name << '\n'
                  << man_escaped(std::string(each->summary)) << ".\n.PP\n.nf\n"
                  << man_escaped(help_text_of(*each, call.mechanisms)) << ".fi\n";
    std::cout << ".SH EXIT STATUS\n.nf\n"
              << man_escaped(exit_code_text())
              << ".fi\n.SH ENVIRONMENT\nNO_COLOR turns colours off. Workers meet in a folder under "
                 "TMPDIR.\n";
    return exit_ok;
}

}  // namespace

extern const subcommand man_command{"man", "print the manual page", &run_man};

}  // namespace ipcmark
