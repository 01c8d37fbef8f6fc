#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/base/host_files.hpp"

namespace ipcmark {

/// info: worth knowing. warning: figures are disturbed or cells are missing. error: most of what
/// ipcmark measures cannot be measured here.
enum class severity : std::uint8_t { ok, info, warning, error };

template <>
struct spelling<severity> {
    static constexpr std::array words{
        std::pair{severity::ok, "ok"}, std::pair{severity::info, "info"},
        std::pair{severity::warning, "warning"}, std::pair{severity::error, "error"}};
};

/// One thing looked at. Warnings and errors always carry a remedy.
struct finding {
    std::string id;  // "cpu.governor": the part before the dot groups
    severity how = severity::ok;
    std::string text;    // what was found
    std::string why;     // why it matters
    std::string remedy;  // the command or step that helps
};

/// How to look. Tests bring files of their own and change them in `wait`.
struct examination {
    host_files files = host_files();
    std::function<void()> wait;  // between two of ten samples; empty: sleeps 20 ms
    std::vector<int> cpus = {};  // the pair's; empty: the first two allowed, not 0 if possible
    bool spin = false;           // take the host's own pauses too, a quarter of a second a CPU
};

/// Everything that decides whether this machine is fit to measure on. Takes about 200 ms.
std::vector<finding> examine_host(const examination& how = {});

}  // namespace ipcmark
