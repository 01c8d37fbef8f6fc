#include "bench/checkout.hpp"

#include <cstdlib>
#include <system_error>
#include <unistd.h>

#include "bench/program_output.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {

std::filesystem::path fresh_folder() {
    std::string name = std::filesystem::temp_directory_path() / "ipcmark-build-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw_errno("mkdtemp " + name, "set TMPDIR");
    return name;
}

void run_in(const std::filesystem::path& folder, const std::string& command,
            const std::string& commit) {
    const auto done =
        output_of({"sh", "-c", "cd \"$1\" && { " + command + "\n} >&2", "sh", folder});
    if (done.end.exited && done.end.code == 0) return;
    throw command_error("--build: '" + command + "' ended with " + done.end.text() +
                            " for revision " + commit + "; its output is above",
                        exit_environment_refused);
}

}  // namespace

checkouts::checkouts(std::string build, std::string file)
    : command_(std::move(build)), file_(std::move(file)), root_(fresh_folder()) {}

checkouts::~checkouts() {
    try {
        for (const auto& folder : folders_)
            output_of({"git", "worktree", "remove", "--force", folder});
    } catch (const call_failed&) {  // git has gone; the folders go all the same
    }
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
}

std::string checkouts::commit_of(const std::string& revision) {
    if (!find_program("git")) return {};
    auto found = output_of(
        {"git", "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"},
        complaints::dropped);
    while (!found.text.empty() && found.text.back() == '\n')
        found.text.pop_back();
    return found.end.exited && found.end.code == 0 ? found.text : std::string();
}

std::filesystem::path checkouts::build(const std::string& commit) {
    const auto folder = root_ / commit.substr(0, 12);
    if (!std::filesystem::exists(folder)) {
        const auto added =
            output_of({"git", "worktree", "add", "--quiet", "--detach", folder, commit});
        if (!added.end.exited || added.end.code != 0)
            throw command_error("git worktree add failed for revision " + commit,
                                exit_environment_refused);
        folders_.push_back(folder);
        run_in(folder, command_, commit);
    }
    auto file = folder / file_;
    if (!std::filesystem::is_regular_file(file))
        throw command_error("--built: the build of revision " + commit + " made no file " + file_,
                            exit_environment_refused);
    return file;
}

}  // namespace ipcmark
