#include "bench/program_output.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

program_output output_of(const std::vector<std::string>& arguments, complaints those) {
    constexpr std::size_t most_bytes = std::size_t{16} << 20;
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe2");
    const unique_fd reading(ends[0]);
    unique_fd writing(ends[1]);
    std::vector<std::pair<int, int>> inherited{{writing.get(), STDOUT_FILENO}};
    if (those == complaints::shown) inherited.emplace_back(STDERR_FILENO, STDERR_FILENO);
    child program = child::spawn_program(arguments, inherited);
    writing.reset();
    program_output result;
    std::array<char, 4096> block{};  // a stack may be as small as 64 KiB
    for (;;) {
        const ssize_t got = ::read(reading.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        if (result.text.size() < most_bytes)
            result.text.append(block.data(), static_cast<std::size_t>(got));
    }
    result.end = program.wait();
    return result;
}

}  // namespace ipcmark
