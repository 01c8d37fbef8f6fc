#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/host/facts/json_facts.hpp"

namespace ipcmark {

/// What a limit counts.
enum class limit_unit : std::uint8_t { bytes, pages, count, microseconds, choice, words };

/// One limit of the kernel or of this process, as it stands now.
struct ipc_limit {
    std::string_view key;     // in a result's environment block: "pipe_max_bytes"
    std::string_view group;   // "pipes": what it concerns
    std::string_view name;    // as manual pages write it: "fs.pipe-max-size", "RLIMIT_NOFILE"
    limit_unit unit;          // of the value
    std::string_view bounds;  // what it bounds, in plain words
    tree value;               // a resource limit's soft value
    tree most;                // a resource limit's hard value; else null
    std::string raise;        // the command that raises it; empty: there is nothing to raise
};

/// Every limit that decides which cells can run and how large: the one table that results, `doctor`
/// and `inspect` share.
std::vector<ipc_limit> ipc_limits(const host_files& files = host_files());

/// One row as a number: the last of several, the largest there is for "unlimited"; nullopt: the
/// machine does not tell. These three throw logic_error for a key that is not in the table.
std::optional<std::int64_t> ipc_limit_number(std::string_view key,
                                             const host_files& files = host_files());
std::string_view ipc_limit_name(std::string_view key);
std::string set_limit_command(std::string_view key, std::int64_t value);

/// "16 MiB", "10 KiB", "300 bytes": what a limit's text shows; "unlimited" for the largest number.
std::string limit_bytes_text(std::int64_t bytes);

/// The kernel's and this process's limits that decide which cells can run and how large.
tree ipc_limit_facts(const host_files& files = host_files());

template <>
struct spelling<limit_unit> {
    static constexpr std::array words{
        std::pair{limit_unit::bytes, "bytes"},   std::pair{limit_unit::pages, "pages"},
        std::pair{limit_unit::count, "count"},   std::pair{limit_unit::microseconds, "us"},
        std::pair{limit_unit::choice, "choice"}, std::pair{limit_unit::words, "words"}};
};

}  // namespace ipcmark
