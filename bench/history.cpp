#include "bench/history_options.hpp"

namespace ipcmark {

namespace {

int run_history(const invocation& call) {
    const auto asked = parse_history_options(call);
    return asked ? asked->first->run(asked->second) : static_cast<int>(exit_ok);
}

}  // namespace

extern const subcommand history_command{"history", "keep runs, and see what changed between them",
                                        &run_history};

}  // namespace ipcmark
