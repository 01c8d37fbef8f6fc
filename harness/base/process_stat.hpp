#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// The text of /proc/PID/stat; proc_pid_stat(5).
class process_stat {
public:
    static constexpr std::size_t parent = 4, minor_faults = 10, major_faults = 12, user_ticks = 14,
                                 system_ticks = 15, nice = 19, start_ticks = 22, last_cpu = 39,
                                 policy = 41;

    /// nullopt: no name in parentheses, so that it is no such text.
    static std::optional<process_stat> parse(std::string_view text);

    /// It may hold anything, brackets and spaces too.
    const std::string& name() const noexcept { return name_; }
    /// By its number in the manual page, from 3; nullopt: not there, or no whole number.
    std::optional<std::int64_t> field(std::size_t number) const;

private:
    std::string name_;
    std::vector<std::string> after_name_;
};

}  // namespace ipcmark
