#include "bench/help_text.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>

extern "C" {
extern const char ipcmark_guide_begin[];
extern const char ipcmark_guide_end[];
}

namespace ipcmark {

namespace {

/// Standard output goes to a text while this lives.
class captured_output {
public:
    captured_output() : before_(std::cout.rdbuf(text_.rdbuf())) {}
    ~captured_output() { std::cout.rdbuf(before_); }
    captured_output(const captured_output&) = delete;
    captured_output& operator=(const captured_output&) = delete;
    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::streambuf* before_;
};

}  // namespace

std::string help_text_of(const subcommand& command, const registry& mechanisms) {
    const captured_output output;
    command.run({{"--help"}, {"ipcmark", std::string(command.name), "--help"}, mechanisms, {}});
    return output.text();
}

std::string_view guide_text() {
    return {ipcmark_guide_begin, ipcmark_guide_end};
}

std::vector<std::string> options_in(const std::string& help) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz-";
    std::vector<std::string> names;
    for (std::size_t at = help.find("--"); at != std::string::npos;) {
        const std::size_t end = std::min(help.find_first_not_of(letters, at), help.size());
        std::string name = help.substr(at, end - at);
        const bool whole = at == 0 || help[at - 1] == ' ' || help[at - 1] == '\n';
        if (whole && name.size() > 2 && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
        at = help.find("--", end);
    }
    return names;
}

}  // namespace ipcmark
